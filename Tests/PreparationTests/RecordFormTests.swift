// The same conversations in each form that people have them in give the same rows.

import Foundation
import JSON
import Preparation
import TestSupport
import Testing

@Suite struct RecordFormTests {
    private let prepared: PreparedFolder

    init() throws { prepared = try PreparedFolder() }

    /// Questions and answers of 30 conversations of one exchange.
    private static let exchanges = (0..<30).map { number in
        (
            question:
                "Where, please, is house number \(number) of \(["Oak", "Elm", "Ash"][number % 3]) Street?",
            answer:
                "Go straight on, then turn \(number % 2 == 0 ? "left" : "right") after \(number + 2) metres; it has a \"blue\" door."
        )
    }

    private static func messages(_ names: (String, String), _ roles: (String, String)) -> [JSONValue] {
        exchanges.map { exchange in
            [
                [names.0: .string(roles.0), names.1: .string(exchange.question)],
                [names.0: .string(roles.1), names.1: .string(exchange.answer)],
            ]
        }
    }

    /// A file of each form.
    private func files() throws -> [String: String] {
        let pairs = Self.exchanges
        func csv(_ text: String) -> String { "\"" + text.replacing("\"", with: "\"\"") + "\"" }
        let threads = pairs.enumerated().flatMap { number, pair -> [JSONValue] in
            [
                [
                    "conversation_id": .string("c\(number)"), "role": "customer",
                    "content": .string(pair.question),
                    "timestamp": .string("2026-01-01T10:\(10 + number):00Z"),
                ],
                [
                    "conversation_id": .string("c\(number)"), "role": "agent",
                    "content": .string(pair.answer),
                    "timestamp": .string("2026-01-01T10:\(10 + number):30Z"),
                ],
            ]
        }
        // The questions of all in their order, then the answers backwards.
        let mixed =
            threads.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
            + threads.enumerated().filter { $0.offset % 2 == 1 }.map(\.element).reversed()
        return [
            "messages": try prepared.raw(
                "messages.jsonl",
                rows: Self.messages(("role", "content"), ("user", "assistant")).map { ["messages": $0] }),
            "sharegpt": try prepared.raw(
                "sharegpt.json",
                JSONValue.array(
                    Self.messages(("from", "value"), ("human", "gpt")).map { ["conversations": $0] }
                ).json),
            "alpaca": try prepared.raw(
                "alpaca.jsonl",
                rows: pairs.map { pair in
                    ["instruction": .string(pair.question), "input": "", "output": .string(pair.answer)]
                }),
            "prompt": try prepared.raw(
                "prompt.jsonl",
                rows: pairs.map { ["prompt": .string($0.question), "completion": .string($0.answer)] }),
            "preference": try prepared.raw(
                "preference.jsonl",
                rows: pairs.map { pair in
                    [
                        "prompt": .string(pair.question), "chosen": .string(pair.answer),
                        "rejected": "No idea.",
                    ]
                }),
            "transcript": try prepared.raw(
                "transcript.jsonl",
                rows: pairs.map { pair in
                    let start = "\n\nHuman: \(pair.question)\n\nAssistant: "
                    return ["chosen": .string(start + pair.answer), "rejected": .string(start + "No.")]
                }),
            "table": try prepared.raw(
                "table.csv",
                "what,reply\r\n" + pairs.map { "\(csv($0.question)),\(csv($0.answer))\r\n" }.joined()),
            "semicolons": try prepared.raw(
                "semicolons.csv",
                "question;answer\n" + pairs.map { "\(csv($0.question));\(csv($0.answer))\n" }.joined()),
            "threads": try prepared.raw("threads.jsonl", rows: mixed),
        ]
    }

    @Test("nine forms, one result, on one rank and on two")
    func forms() throws {
        var results: [String: [UInt8]] = [:]
        for (name, path) in try files() {
            for ranks in [1, 2] {
                let settings = prepared.settings([path], "\(name)-\(ranks)")
                let card = try prepared.run(settings, ranks: ranks)
                let form = ["transcript": "preference", "semicolons": "table"][name] ?? name
                #expect(card["inputs"]?.array?.first?["format"]?.string == form)
                results["\(name)-\(ranks)"] = try prepared.bytes("train.jsonl", of: settings)
            }
        }
        let expected = zip(Self.exchanges, Self.messages(("role", "content"), ("user", "assistant"))).map {
            JSONValue.object(["messages": $1]).json + "\n"
        }
        // House numbers are near-duplicates of each other as words go, but not as these bands see them.
        let first = try #require(results["messages-1"])
        #expect(String(decoding: first, as: UTF8.self) == expected.joined())
        #expect(results.filter { $0.value != first }.keys.sorted() == [])
    }

    @Test("system prompt, history, merged turns and the choice of answers shape the rows")
    func pairs() throws {
        let turns: [(String, String)] = [
            ("system", "Be brief."), ("user", "Hi."), ("user", "Is it open today?"),
            ("assistant", "Yes, until six."),
            ("user", "And tomorrow?"), ("assistant", "No."), ("user", "Thanks!"),
        ]
        let path = try prepared.raw(
            "chat.jsonl",
            rows: [
                ["messages": .array(turns.map { ["role": .string($0.0), "content": .string($0.1)] })],
                ["messages": [["role": "user", "content": "Nobody answers this."]]],
            ])
        func rows(_ name: String, _ change: (inout PreparationSettings) -> Void) throws -> [[String]] {
            var settings = prepared.settings([path], name)
            change(&settings)
            let card = try prepared.run(settings)
            #expect(card["unusable"]?["no_answer"]?.integer == 1)
            return try prepared.rows(of: settings).map { row in
                (row["messages"]?.array ?? (row["prompt"]?.array ?? []) + (row["completion"]?.array ?? []))
                    .map {
                        "\($0["role"]?.string ?? "")=\($0["content"]?.string ?? "")"
                    }
            }
        }
        let merged = "user=Hi.\nIs it open today?"
        let first = ["system=Be brief.", merged, "assistant=Yes, until six."]
        #expect(try rows("whole") { _ in } == [first + ["user=And tomorrow?", "assistant=No."]])
        #expect(try rows("first") { $0.answers = .first } == [first])
        let every = try rows("every") {
            ($0.answers, $0.historyTurns, $0.systemPrompt) = (.every, 1, "You help.")
        }
        #expect(
            every == [
                ["system=You help.", merged, "assistant=Yes, until six."],
                ["system=You help.", "user=And tomorrow?", "assistant=No."],
            ])
        let apart = try rows("apart") { ($0.mergeTurns, $0.answers, $0.pairForm) = (false, .first, .prompt) }
        #expect(
            apart == [
                ["system=Be brief.", "user=Hi.", "user=Is it open today?", "assistant=Yes, until six."]
            ])
    }

    @Test("a folder of images with a file of captions is read, and rows without their image are left out")
    func images() throws {
        let folder = prepared.folder
        try folder.write([1], to: "raw/images/a.png")
        try folder.write(
            "file_name,text\na.png,A  red   door\nb.png,Missing\n", to: "raw/images/metadata.csv")
        let settings = prepared.settings([folder.path + "/raw/images"])
        let card = try prepared.run(settings)
        #expect(card["unusable"]?["missing_image"]?.integer == 1)
        let row = try #require(try prepared.rows(of: settings).first)
        #expect(row["caption"]?.string == "A red door")
        #expect(row["image"]?.string == folder.path + "/raw/images/a.png")
    }

    @Test("tables without a header take the names that are given, in any encoding that is found")
    func encodings() throws {
        let text = "Où est-il ?;À côté du café\nEt là ?;Déjà parti\n"
        var units = Array(text.utf16).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        units = [0xFF, 0xFE] + units
        let latin = text.unicodeScalars.map { UInt8($0.value) }
        let files: [(String, [UInt8])] = [
            ("utf8", Array(text.utf8)), ("utf16", units), ("latin", latin),
            ("mark", [0xEF, 0xBB, 0xBF] + Array(text.utf8)),
        ]
        for (name, bytes) in files {
            let path = try prepared.folder.write(bytes, to: "raw/\(name).csv")
            var settings = prepared.settings([path], name)
            settings.columnNames = ["prompt", "completion"]
            let card = try prepared.run(settings)
            let input = try #require(card["inputs"]?.array?.first)
            #expect(input["separator"]?.string == "';'")
            #expect(
                input["encoding"]?.string == ["utf16": "utf-16", "latin": "windows-1252"][name] ?? "utf-8")
            let rows = try prepared.rows(of: settings)
            #expect(
                rows.map { $0["messages"]?.array?.last?["content"]?.string } == [
                    "À côté du café", "Déjà parti",
                ])
        }
    }
}
