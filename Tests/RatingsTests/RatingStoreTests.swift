// ratings.jsonl: what is on the disk, what a crash may leave, and who may write.

import Foundation
import Ratings
import TestSupport
import Testing

@Suite struct RatingStoreTests {
    private let folder: TemporaryFolder
    private let items: RatingItems
    private let ann: Rater

    init() throws {
        folder = try TemporaryFolder()
        items = try folder.items(rows: 5)
        ann = try Rater("ann")
    }

    private func rating(_ item: Int, _ score: Int, system: Int = 0, _ criterion: Criterion = .correctness)
        -> Rating
    {
        Rating(rater: ann, item: item, system: system, criterion: criterion, score: score)
    }

    private func score(_ ratings: FinalRatings, _ item: Int) -> Int? {
        ratings.score(ann, item: item, system: 0, .correctness)
    }

    @Test("a rating is a line in the file when record returns, and the last one of an output counts")
    func record() throws {
        let store = try RatingStore(directory: folder.path, items: items)
        try store.record([rating(2, 4)])
        let line = try folder.text(of: "ratings.jsonl")
        #expect(
            line.hasPrefix(
                #"{"rater": "ann", "item": 3, "system": "a", "criterion": "correctness", "rating": 4, "time": "20"#
            ))
        try store.record([rating(2, 5), rating(0, 1)])
        #expect(score(store.ratings, 2) == 5 && score(store.ratings, 0) == 1)
        #expect(store.ratings.count == 2)
        #expect(try folder.text(of: "ratings.jsonl").split(separator: "\n").count == 3)
        #expect(try FinalRatings(directory: folder.path, items: items) == store.ratings)
    }

    @Test("a line that a crash cut off at any byte is removed, and all ratings before it are kept")
    func tornLine() throws {
        do {
            let store = try RatingStore(directory: folder.path, items: items)
            try store.record([rating(0, 3), rating(1, 4)])
        }
        let whole = try folder.text(of: "ratings.jsonl")
        let firstEnd = try #require(whole.firstIndex(of: "\n"))
        let first = String(whole[...firstEnd])
        let second = whole.dropFirst(first.count).dropLast()
        for length in 0...second.count {
            try folder.write(first + second.prefix(length), to: "ratings.jsonl")
            #expect(try score(FinalRatings(directory: folder.path, items: items), 0) == 3)
            let store = try RatingStore(directory: folder.path, items: items)
            // Only the line feed is missing: the rating is whole and stays.
            let isWhole = length == second.count
            #expect(store.ratings.count == (isWhole ? 2 : 1), "cut after \(length) bytes")
            try store.record([rating(4, 2)])
            let lines = try folder.text(of: "ratings.jsonl").split(separator: "\n")
            #expect(lines.count == (isWhole ? 3 : 2))
            #expect(try score(FinalRatings(directory: folder.path, items: items), 4) == 2)
        }
    }

    @Test(
        "a wrong line is named with its number and reason, and nothing is changed",
        arguments: [
            (
                #"{"rater": "ann", "item": 9, "system": "a", "criterion": "correctness", "rating": 4}"#,
                "item 9 is none"
            ),
            (
                #"{"rater": "ann", "item": 1, "system": "aa", "criterion": "correctness", "rating": 4}"#,
                #"no system that is rated, did you mean "a""#
            ),
            (
                #"{"rater": "ann", "item": 1, "system": "a", "criterion": "beauty", "rating": 4}"#,
                "is no criterion"
            ),
            (
                #"{"rater": "ann", "item": 1, "system": "a", "criterion": "correctness", "rating": 6}"#,
                #"correctness is "6", but must be a whole number from 1 to 5"#
            ),
            (#"{"rater": "ann", "item": 1}"#, "criterion or rating is missing"),
            ("{\"rater\": ", "no valid JSON"),
        ])
    func wrongLine(line: String, reason: String) throws {
        let good = #"{"rater": "ann", "item": 1, "system": "a", "criterion": "correctness", "rating": 4}"#
        let text = good + "\n" + line + "\n" + good + "\n"
        try folder.write(text, to: "ratings.jsonl")
        for attempt in 0..<2 {
            #expect {
                if attempt == 0 {
                    _ = try RatingStore(directory: folder.path, items: items)
                } else {
                    _ = try FinalRatings(directory: folder.path, items: items)
                }
            } throws: { "\($0)".contains("ratings.jsonl:2: ") && "\($0)".contains(reason) }
        }
        #expect(try folder.text(of: "ratings.jsonl") == text)
    }

    @Test(
        "\"cannot judge\" and comments are lines of their own, the last one counts, and older files are read")
    func judgementsAndComments() throws {
        // As earlier versions wrote them.
        try folder.write(
            #"{"rater": "ann", "item": 1, "system": "a", "criterion": "correctness", "rating": 4, "time": "x"}"#
                + "\n", to: "ratings.jsonl")
        let store = try RatingStore(directory: folder.path, items: items)
        #expect(store.ratings.count == 1 && score(store.ratings, 0) == 4)
        let unsure = Rating(rater: ann, item: 0, system: 0, criterion: .correctness, judgement: .cannotJudge)
        func comment(_ text: String) throws -> RatingRecord {
            .comment(try RatingComment(rater: ann, item: 0, system: 0, text: text))
        }
        try store.record([.rating(unsure), comment(" Is this so? "), comment("Who says so?")])
        let text = try folder.text(of: "ratings.jsonl")
        #expect(text.contains(#""criterion": "correctness", "rating": "cannot judge", "time""#))
        #expect(text.contains(#""system": "a", "comment": "Is this so?", "time""#))
        let read = try FinalRatings(directory: folder.path, items: items)
        #expect(read == store.ratings && score(read, 0) == nil)
        #expect((read.count, read.cannotJudgeCount, read.commentCount) == (0, 1, 1))
        #expect(read.comment(ann, item: 0, system: 0) == "Who says so?")
        #expect(read.scores(ann, item: 0, system: 0) == nil)
        #expect(try store.importAll([.rating(unsure), comment("Who says so?")]) == 0)
        try store.record([.rating(rating(0, 2)), comment("")])
        let last = store.ratings
        #expect((last.count, last.cannotJudgeCount, last.commentCount) == (1, 0, 0))
    }

    @Test("only one process at a time may write, and the folder is free when it is gone")
    func lock() throws {
        do {
            let store = try RatingStore(directory: folder.path, items: items)
            #expect { try RatingStore(directory: folder.path, items: items) } throws: {
                "\($0)".contains("in use by another lockstep rate")
            }
            try store.record([rating(0, 1)])
        }
        #expect(try RatingStore(directory: folder.path, items: items).ratings.count == 1)
    }

    @Test("an import writes what is new in one step and leaves the rest as it was")
    func importAll() throws {
        let store = try RatingStore(directory: folder.path, items: items)
        try store.record([rating(0, 1), rating(1, 2)])
        let before = try folder.text(of: "ratings.jsonl")
        #expect(
            try store.importAll([rating(0, 1), rating(1, 3), rating(2, 4)].map(RatingRecord.rating)) == 2)
        #expect(try folder.text(of: "ratings.jsonl").hasPrefix(before))
        #expect(try store.importAll([.rating(rating(1, 3))]) == 0)
        try store.record([rating(3, 5)])
        let read = try FinalRatings(directory: folder.path, items: items)
        #expect((0..<4).map { score(read, $0) } == [1, 3, 4, 5])
        #expect(try folder.text(of: "ratings.jsonl").split(separator: "\n").count == 5)
    }

    @Test("an item is complete when all outputs are rated by all criteria")
    func completeness() throws {
        var ratings = FinalRatings()
        for system in 0..<2 {
            for criterion in Criterion.allCases {
                #expect(!ratings.isComplete(ann, item: 1, systemCount: 2))
                ratings.add(rating(1, 3, system: system, criterion))
            }
        }
        #expect(ratings.isComplete(ann, item: 1, systemCount: 2))
        #expect(!ratings.isComplete(ann, item: 0, systemCount: 2))
        #expect(try !ratings.isComplete(Rater("ben"), item: 1, systemCount: 2))
    }
}
