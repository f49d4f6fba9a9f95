// What is learnt of conversations, prompts and rows of other trainers' forms, against transformers' assistant
// mask and the rules of TRL.

import Arguments
import ChatTemplates
import Datasets
import Foundation
import JSON
import Tasks
import TestSupport
import Testing
import Tokenizers
import Training

/// Reads the goldens of conversations.
struct ChatGoldens {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    private static let templateFolder = folder.deletingLastPathComponent()
        .appending(path: "ChatTemplatesTests/Goldens")

    let rows: [JSONValue]
    private let templates: JSONValue

    /// `file` has the rows.
    init(_ file: String = "chat/rows.jsonl") throws {
        let goldens = Self.folder.appending(path: "Goldens/chat")
        let path = Self.folder.appending(path: "Goldens/" + file)
        rows = try Data(contentsOf: path).split(separator: 0x0A).map { try JSONValue(parsing: Array($0)) }
        templates = try JSONValue(
            parsing: Array(Data(contentsOf: goldens.appending(path: "templates.json"))))
    }

    func template(_ name: String) throws -> ChatTemplate {
        let own = try #require(templates[name])
        let path = Self.templateFolder.appending(path: "\(name).jinja")
        let source = try own["source"]?.string ?? String(contentsOf: path, encoding: .utf8)
        let variables = ["eos_token", "bos_token"].compactMap { key in
            own[key]?.string.map { TemplateValue.Member(key, .string($0)) }
        }
        return try ChatTemplate(source, path: name, variables: variables)
    }

    static func tokenizer(_ name: String) throws -> any Tokenizer {
        let folder = try TemporaryFolder()
        try folder.write(
            Array(Data(contentsOf: Self.folder.appending(path: "Goldens/chat/\(name).json"))),
            to: "tokenizer.json")
        try folder.write(
            #"{"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "</s>"}"#,
            to: "tokenizer_config.json")
        return try TokenizerLoader.load(directory: folder.path)
    }
}

@Suite struct ChatRowGoldenTests {
    /// The places that an example learns, as [start, end, start, end …] of its runs.
    private func learnt(_ example: Example) -> [Int] {
        guard case .spans(let spans) = example.target else { return [] }
        var edges: [Int] = []
        for span in spans where !span.isEmpty {
            if edges.last == span.lowerBound { edges.removeLast() } else { edges.append(span.lowerBound) }
            edges.append(span.upperBound)
        }
        return edges
    }

    @Test(
        "token ids and learnt places of every row are those of transformers 5.24.0 and of TRL's rules",
        arguments: [("turns", 36), ("settings", 29), ("forms", 15), ("texts", 40)])
    func rows(group: String, least: Int) throws {
        let goldens = try ChatGoldens()
        var tokenizers: [String: any Tokenizer] = [:]
        let rows = goldens.rows.filter { $0["group"]?.string == group }
        #expect(rows.count >= least)
        for (number, golden) in rows.enumerated() {
            let name = try #require(golden["tokenizer"]?.string)
            let tokenizer = try tokenizers[name] ?? ChatGoldens.tokenizer(name)
            tokenizers[name] = tokenizer
            let template = try golden["template"]?.string.map { try goldens.template($0) }
            var arguments = DataArguments()
            arguments.maxSeqLength = golden["length"]?.integer
            let row = Row(
                fields: try #require(golden["row"]?.object),
                source: RowSource(file: group, line: number + 1))
            let conversations = Conversations(
                tokenizer: tokenizer, template: template, arguments: arguments)
            let wanted = golden["learnt"]?.array?.compactMap(\.integer)
            if wanted == [] {
                // Nothing of an answer is left within the length.
                #expect(throws: TrainingError.self) { _ = try conversations.example(row) }
                continue
            }
            do {
                let example = try conversations.example(row)
                let place = "\(row.source) \(golden["template"]?.string ?? "") \(name) \(row.jsonLine())"
                #expect(
                    example.tokens.map { Int($0) } == golden["ids"]?.array?.compactMap(\.integer), "\(place)")
                #expect(learnt(example) == wanted, "\(place)")
            } catch {
                Issue.record("\(error): \(row.jsonLine())")
            }
        }
    }
}
