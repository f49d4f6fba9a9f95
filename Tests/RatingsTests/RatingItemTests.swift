// Which rows are rated, what raters see of them, and what is refused.

import Foundation
import Ratings
import TestSupport
import Testing

@Suite struct RatingItemTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func refusal(_ predictions: [String], _ columns: RatingColumns = RatingColumns()) -> String {
        do {
            _ = try RatingItems(predictions: predictions, columns: columns, seed: 1)
            return "accepted"
        } catch { return error.description }
    }

    @Test("systems are named by their files or by NAME=FILE, and every item holds an output of each")
    func systems() throws {
        let (first, second) = (try folder.predictions("base", rows: 3), try folder.predictions("b", rows: 3))
        let items = try RatingItems(predictions: [first, "tuned=" + second], seed: 1)
        #expect(items.systems == ["base", "tuned"])
        #expect(items.items.map(\.row) == [1, 2, 3])
        #expect(items.items[1].outputs == ["base on 1", "b on 1"])
        #expect(items.items[1].prompt == [PromptPart(label: "prompt", content: .text("question 1"))])
    }

    @Test("a draw of rows depends on the seed alone and takes each row about equally often")
    func draw() throws {
        let file = try folder.predictions("a", rows: 20)
        var counts = [Int](repeating: 0, count: 21)
        for seed in 0..<400 as Range<UInt64> {
            let items = try RatingItems(predictions: [file], count: 5, seed: seed)
            #expect(items.items.count == 5)
            for item in items.items { counts[item.row] += 1 }
            if seed < 3 { #expect(try items == RatingItems(predictions: [file], count: 5, seed: seed)) }
        }
        // 100 expected of each; the standard deviation is 8.7.
        #expect(counts[1...].allSatisfy { 60...140 ~= $0 }, "\(counts)")
        #expect(try RatingItems(predictions: [file], count: 50, seed: 1).items.count == 20)
    }

    @Test(
        "dialogues, documents, images and lists are shown; the last answer of a dialogue is not part of the prompt"
    )
    func prompts() throws {
        let png = Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0])
        try png.write(to: URL(fileURLWithPath: folder.path + "/cat.png"))
        let file = try folder.write(
            """
            {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes?"}, \
            {"role": "user", "content": [{"type": "text", "text": "Why?"}]}, \
            {"role": "assistant", "content": "Because."}], "prediction": "So."}
            {"image": "cat.png", "text": "What is it?", "prediction": ["a cat", "an animal"]}
            {"document": "Long.", "summary": "Short.", "prediction": 7}

            """, to: "mixed.jsonl")
        let items = try RatingItems(predictions: [file], seed: 1).items
        #expect(
            items[0].prompt == [
                PromptPart(label: "user", content: .text("Hi")),
                PromptPart(label: "assistant", content: .text("Yes?")),
                PromptPart(label: "user", content: .text("Why?")),
            ])
        #expect(
            items[1].prompt == [
                PromptPart(label: "image", content: .image(folder.path + "/cat.png")),
                PromptPart(label: "text", content: .text("What is it?")),
            ])
        #expect(items[1].outputs == ["a cat\nan animal"])
        #expect(items[2].prompt == [PromptPart(label: "document", content: .text("Long."))])
        #expect(items[2].outputs == ["7"])
        #expect(items.allSatisfy { $0.reference == nil })
    }

    @Test("columns that are named are taken, the reference too")
    func namedColumns() throws {
        let file = try folder.write("q,gold,out\nWhat?,That.,This.\n", to: "rows.csv")
        var columns = RatingColumns()
        columns.prompt = ["q"]
        columns.prediction = "out"
        columns.reference = "gold"
        let item = try RatingItems(predictions: [file], columns: columns, seed: 1).items[0]
        #expect(item.promptText == "What?")
        #expect(item.outputs == ["This."])
        #expect(item.reference == "That.")
    }

    @Test("rows that a system did not answer or that ask nothing are not rated, and counted")
    func leftOut() throws {
        let first = try folder.write(
            """
            {"prompt": "1", "prediction": "a"}
            {"prompt": "2", "prediction": null}
            {"prompt": "3", "prediction": ""}
            {"prompt": " ", "prediction": "d"}
            {"prompt": "5", "prediction": "e"}
            {"prompt": null, "prediction": null}
            """, to: "first.jsonl")
        let second = try folder.write(
            ["1", "2", "3", " ", "5", ""].map {
                #"{"prompt": "\#($0)", "prediction": \#($0 == "5" ? "null" : "\"x\"")}"# + "\n"
            }.joined(), to: "second.jsonl")
        let both = try RatingItems(predictions: [first, second], seed: 1)
        #expect(both.items.map(\.row) == [1, 3])
        #expect(both.items.map(\.outputs) == [["a", "x"], ["", "x"]])
        #expect(
            both.leftOut == "4 of 6 rows are not rated; the first: \(first):2: prediction is empty")
        for seed in 0..<20 as Range<UInt64> {
            let drawn = try RatingItems(predictions: [first], count: 2, seed: seed)
            #expect(drawn.items.count == 2 && drawn.items.allSatisfy { [1, 3, 5].contains($0.row) })
        }
        let none = try folder.write(#"{"prompt": "", "text": [], "prediction": "y"}"#, to: "none.jsonl")
        #expect(
            refusal([none])
                == "There is nothing to rate: 1 of 1 row is not rated; the first: \(none):1: nothing stands "
                + "in prompt, text.")
        #expect(try RatingItems(predictions: [folder.predictions("all", rows: 2)], seed: 1).leftOut == nil)
    }

    @Test("predictions that do not fit together, lack a column or show nothing are refused in a sentence")
    func refusals() throws {
        let (ten, nine) = (try folder.predictions("ten", rows: 10), try folder.predictions("nine", rows: 9))
        #expect(refusal([ten, nine]).contains("\(ten) has 10 rows and \(nine) has 9; the predictions"))
        let other = try folder.write(
            (0..<10).map { #"{"prompt": "question \#($0 == 6 ? 5 : $0)", "prediction": "x"}"# }
                .joined(separator: "\n"), to: "other.jsonl")
        #expect(refusal([ten, other]).hasPrefix("\(other):7 has another prompt than \(ten):7;"))
        let bare = try folder.write(#"{"prompt": "x", "predictions": "y"}"#, to: "bare.jsonl")
        #expect(refusal([bare]).contains(#"no column "prediction"; the row has "prompt", "predictions""#))
        #expect(refusal([bare]).contains("Set prediction_column"))
        let silent = try folder.write(#"{"question": "x", "prediction": "y"}"#, to: "silent.jsonl")
        #expect(refusal([silent]).contains(#"the row has "question", "prediction". Set prompt_column"#))
        #expect(refusal([ten, ten]).contains(#"would both be called "ten"; name them by"#))
        #expect(refusal([]).contains("There is nothing to rate"))
        #expect(refusal([folder.path + "/*.jsonl"]).contains("give each system's predictions as one file"))
        #expect(refusal([folder.path + "/none.jsonl"]).contains("No such file"))
        #expect(refusal(["=" + ten]).contains("cannot be the name of a system"))
        let image = try folder.write(#"{"image": "/etc/passwd", "prediction": "y"}"#, to: "image.jsonl")
        #expect(refusal([image]).contains("/etc/passwd is no readable PNG or JPEG file; set image_dir"))
    }

    @Test("a folder keeps its items: they come back equal, and other ones are refused")
    func kept() throws {
        let items = try folder.items(rows: 4)
        try items.keep(in: folder.path + "/r")
        try items.keep(in: folder.path + "/r")
        #expect(try RatingItems(directory: folder.path + "/r") == items)
        let other = try folder.items(rows: 4, seed: 2)
        #expect(other.fingerprint != items.fingerprint)
        #expect { try other.keep(in: folder.path + "/r") } throws: {
            "\($0)".contains("holds ratings of other outputs")
        }
        #expect { try RatingItems(directory: folder.path + "/empty") } throws: {
            "\($0)".contains("holds no rating_items.json: start with lockstep rate serve")
        }
        try folder.write("{\"format\": 1}", to: "r/rating_items.json")
        #expect { try RatingItems(directory: folder.path + "/r") } throws: {
            "\($0)".contains("seed, systems or items are missing")
        }
    }

    @Test(
        "names of raters are trimmed and composed; empty, long, invisible and formula-like ones are refused",
        arguments: [
            ("  ann ", "ann"), ("Zoe\u{308}", "Zoë"), ("王芳", "王芳"), ("2nd", "2nd"), ("", nil), (" ", nil),
            ("=A1", nil), ("a\nb", nil), ("a\u{200B}b", nil), (String(repeating: "x", count: 65), nil),
        ] as [(String, String?)])
    func raterNames(given: String, kept: String?) throws {
        let name: String?
        do { name = try Rater(given).name } catch { name = nil }
        #expect(name?.unicodeScalars.map(\.value) == kept?.unicodeScalars.map(\.value))
    }
}
