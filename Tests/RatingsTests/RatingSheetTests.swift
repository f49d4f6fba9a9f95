// Ratings to spreadsheets and back: nothing is lost, and one wrong line stops all.

import Foundation
import Ratings
import TestSupport
import Testing

@Suite struct RatingSheetTests {
    private let folder: TemporaryFolder
    private let items: RatingItems

    init() throws {
        folder = try TemporaryFolder()
        let rows = [
            #"{"prompt": "Say \"hi\", please", "prediction": "=1+1"}"#,
            #"{"prompt": "Two\nlines", "prediction": "ok"}"#, #"{"prompt": "三", "prediction": "好"}"#,
        ]
        // The second system's outputs differ from the first one's.
        let first = rows.joined(separator: "\n")
        let second = first.replacing("=1+1", with: "2").replacing("\"ok\"", with: "\"ok!\"")
            .replacing("好", with: "你好")
        let files = [try folder.write(first, to: "a.jsonl"), try folder.write(second, to: "b.jsonl")]
        items = try RatingItems(predictions: files, seed: 3)
    }

    private func ratings(_ text: String, name: String = "in.csv") throws -> FinalRatings {
        let path = try folder.write(text, to: name)
        return try RatingSheet.ratings(path: path, of: items).reduce(into: FinalRatings()) { $0.add($1) }
    }

    private func refusal(_ text: String) throws -> String {
        do {
            _ = try ratings(text)
            return "accepted"
        } catch let error as RatingsError { return error.description }
    }

    @Test("what is exported comes back equal, with texts that need quotes and ratings that are missing")
    func roundTrip() throws {
        var given = try FinalRatings([
            ("ann", 0, 0, [5, 4, 3]), ("ann", 1, 1, [1, 2, 3]), ("王芳", 2, 0, [3, 3, 3]),
        ])
        given.add(Rating(rater: try Rater("ben"), item: 0, system: 1, criterion: .helpfulness, score: 2))
        let text = RatingSheet.text(given, of: items)
        #expect(
            text.hasPrefix(
                "\u{FEFF}rater,item,system,naturalness,correctness,helpfulness,comment,prompt,output\r\n"))
        #expect(text.contains(#"ann,1,a,5,4,3,,"Say ""hi"", please",'=1+1"#))
        #expect(text.contains("ben,1,b,,,2,"))
        #expect(text.contains("ann,2,b,1,2,3,,\"Two\nlines\",ok!"))
        #expect(try ratings(text) == given)
        #expect(try ratings(text.replacing("\u{FEFF}", with: "")) == given)
    }

    @Test("a rater's form hides the systems, and what is filled in goes to the right ones")
    func form() throws {
        let ann = try Rater("ann")
        let before = try FinalRatings([("ann", 0, 0, [5, 4, 3])])
        let form = RatingSheet.form(for: ann, before, of: items)
        #expect(
            form.hasPrefix(
                "\u{FEFF}rater,item,letter,naturalness,correctness,helpfulness,comment,prompt,output\r\n"))
        #expect(form.split(separator: "\r\n").count == 7)
        #expect(try ratings(form) == before)
        var expected = before
        var filled = form
        for (index, item) in items.items.enumerated() {
            for (place, system) in items.blinding.systems(for: ann, item: index).enumerated() {
                let start = "ann,\(item.row),\(Blinding.letter(place)),"
                filled = filled.replacing(start + ",,,", with: start + "\(system + 1),,5,")
                if index == 0 && system == 0 { continue }
                for (criterion, score) in [(Criterion.naturalness, system + 1), (.helpfulness, 5)] {
                    expected.add(
                        Rating(rater: ann, item: index, system: system, criterion: criterion, score: score))
                }
            }
        }
        #expect(filled != form)
        #expect(try ratings(filled) == expected)
    }

    @Test("what could not be judged and comments come back equal, also those that look like formulas")
    func comments() throws {
        let (ann, ben) = (try Rater("ann"), try Rater("ben"))
        var given = try FinalRatings([("ann", 0, 0, [5, 4, 3])])
        given.add(Rating(rater: ann, item: 0, system: 0, criterion: .correctness, judgement: .cannotJudge))
        for (item, text) in [(0, "=SUM(1), \"really\"\nyes"), (1, "plain"), (2, "'quoted'")] {
            given.add(try RatingComment(rater: ben, item: item, system: 1, text: text))
        }
        #expect((given.count, given.cannotJudgeCount, given.commentCount) == (2, 1, 3))
        let text = RatingSheet.text(given, of: items)
        #expect(text.contains("ann,1,a,5,cannot judge,3,,"))
        #expect(text.contains("ben,1,b,,,,\"'=SUM(1), \"\"really\"\"\nyes\","))
        #expect(try ratings(text) == given)
        let long = String(repeating: "x", count: RatingComment.limit + 1)
        #expect(
            try refusal("rater,item,system,correctness,comment\nann,1,a,3,\(long)\n").contains(
                ":2: the comment has"))
    }

    @Test("a form shows equal outputs once, and what stands under their letter is of all their systems")
    func equalOutputs() throws {
        let file = folder.path + "/a.jsonl"
        let items = try RatingItems(
            predictions: ["a=" + file, "b=" + folder.path + "/b.jsonl", "c=" + file], seed: 3)
        let ann = try Rater("ann")
        func read(_ text: String) throws -> FinalRatings {
            let path = try folder.write(text, to: "three.csv")
            return try RatingSheet.ratings(path: path, of: items)
                .reduce(into: FinalRatings()) { $0.add($1) }
        }
        let form = RatingSheet.form(for: ann, FinalRatings(), of: items)
        // A header and, of three items, two outputs each.
        #expect(form.split(separator: "\r\n").count == 7)
        let groups = items.blinding.distinctOutputs(for: ann, item: 0)
        #expect(groups.map { Set($0.map(\.system)) }.contains([0, 2]) && groups.count == 2)
        let places = try #require(groups.first { $0.count == 2 }).map(\.place)
        let letters = places.map(Blinding.letter)
        let head = "rater,item,letter,correctness,comment\n"
        let once = try read(head + "ann,1,\(letters[0]),4,good\n")
        for system in [0, 2] {
            #expect(once.score(ann, item: 0, system: system, .correctness) == 4)
            #expect(once.comment(ann, item: 0, system: system) == "good")
        }
        #expect(once.judgements(ann, item: 0, system: 1) == nil)
        // A form of before has a line for each of them.
        let each = try read(head + "ann,1,\(letters[0]),4,\nann,1,\(letters[1]),2,\n")
        let found = items.blinding.systems(for: ann, item: 0)
        #expect(each.score(ann, item: 0, system: found[places[0]], .correctness) == 4)
        #expect(each.score(ann, item: 0, system: found[places[1]], .correctness) == 2)
    }

    @Test("every wrong line is named with its number and its reason, and nothing is taken")
    func wrongLines() throws {
        let text = """
            rater,item,system,naturalness,correctness
            ann,1,a,5,4
            ann,9,a,5,4
            ann,2,c,5,4
            =x,2,a,5,4
            ann,2,a,6,4
            ann,2,b,0,
            ann,3,a,4.5,4
            ann,3,b,good,
            ann,1,a,3,3
            ann,3
            ben,1,a, 4 ,5.0

            """
        let sentence = try refusal(text)
        let path = folder.path + "/in.csv"
        #expect(sentence.hasPrefix("\(path): 9 lines are wrong, so nothing was imported"))
        let reasons = [
            (3, "item 9 is none of those that are rated"), (4, "\"c\" is no system that is rated"),
            (5, "\"=x\" cannot be the name of a rater"), (6, "naturalness is \"6\", but must be"),
            (7, "naturalness is \"0\", but must be"), (8, "naturalness is \"4.5\", but must be"),
            (9, "naturalness is \"good\", but must be"),
            (10, "this output was rated by ann in line 2 already"),
            (11, "expected 5 fields as in the header, found 2"),
        ]
        for (line, reason) in reasons {
            #expect(sentence.contains("\n  \(path):\(line): \(reason)"), "\(sentence)")
        }
        #expect(!sentence.contains("..") && !sentence.contains(":2: ") && !sentence.contains(":12: "))
    }

    @Test("a table without the columns, or with hundreds of wrong lines, is refused")
    func wrongTables() throws {
        #expect(
            try refusal("rater,item,naturalness\nann,1,3\n").contains("no column \"system\" or \"letter\""))
        #expect(try refusal("rater,item,system\nann,1,a\n").contains("\"naturalness\" or \"correctness\""))
        #expect(try refusal("").contains("empty"))
        let many = "rater,item,system,naturalness\n" + String(repeating: "ann,9,a,3\n", count: 300)
        #expect(try refusal(many).contains("100 or more lines are wrong"))
        #expect(try refusal("rater,item,system,naturalness\nann,1,a,\"3\n").contains("never closed"))
    }

    @Test("semicolons are read as commas are")
    func semicolons() throws {
        #expect(
            try ratings("rater;item;system;naturalness\nann;1;a;3\n")
                == ratings("rater,item,system,naturalness\nann,1,a,3\n"))
    }

    @Test("tabs and whole numbers with a fraction of zero are read")
    func otherForms() throws {
        let text = "rater\titem\tsystem\thelpfulness\nann\t1.0\ta\t4.0\n"
        let found = try ratings(text, name: "in.tsv")
        #expect(found.score(try Rater("ann"), item: 0, system: 0, .helpfulness) == 4)
        #expect(found.count == 1)
    }
}
