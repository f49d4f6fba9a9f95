// Chat templates of seventeen model families, and pieces of the language, against transformers'
// apply_chat_template.

import ChatTemplates
import Foundation
import Testing
import Tokenizers

/// Reads the goldens of chat templates.
enum ChatGoldens {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Goldens")

    static func json(_ name: String) throws -> TemplateValue {
        try TemplateValue(json: Array(Data(contentsOf: folder.appending(path: name))), path: name)
    }

    static func rows(_ name: String) throws -> [TemplateValue] {
        try Data(contentsOf: folder.appending(path: name)).split(separator: 0x0A)
            .map { try TemplateValue(json: Array($0), path: name) }
    }

    /// Families with their templates and special tokens.
    static func templates() throws -> [(family: String, template: ChatTemplate)] {
        guard case .mapping(let families)? = try json("conversations.json")["families"] else { return [] }
        return try families.map { family in
            let source = try String(
                contentsOf: folder.appending(path: "\(family.key).jinja"), encoding: .utf8)
            guard case .mapping(let tokens) = family.value else { throw ChatTemplateError.emptyConversation }
            return (
                family.key,
                try ChatTemplate(source, path: family.key, variables: tokens.filter { $0.value != .none })
            )
        }
    }

    /// What the generator's clock stood at.
    static func date() throws -> Date {
        try #require(
            Calendar(identifier: .gregorian).date(
                from: DateComponents(year: 2024, month: 7, day: 6, hour: 13, minute: 5, second: 9)))
    }
}

/// The fold of the generator.
private struct GoldenFold {
    private var state: UInt64 = 0xCBF2_9CE4_8422_2325

    var hash: UInt32 { UInt32(truncatingIfNeeded: state >> 32 ^ state) }

    mutating func combine(_ text: String) {
        for byte in text.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
}

extension TemplateValue {
    var elements: [TemplateValue]? { if case .list(let elements) = self { elements } else { nil } }
    var members: [Member]? { if case .mapping(let members) = self { members } else { nil } }
    var integer: Int? { if case .integer(let integer) = self { integer } else { nil } }
}

@Suite struct ChatTemplateGoldenTests {
    /// The message of an error, as the template gave it, or true for any other.
    private func failure(_ error: ChatTemplateError) -> TemplateValue {
        if case .refused(_, let message) = error { .string(message) } else { .boolean(true) }
    }

    private func differs(_ row: TemplateValue, _ text: String) -> Bool {
        if let expected = row["text"]?.string { return !expected.utf8.elementsEqual(text.utf8) }
        var fold = GoldenFold()
        fold.combine(text)
        return row["hash"]?.integer != Int(fold.hash) || row["length"]?.integer != text.unicodeScalars.count
    }

    @Test("Every conversation of every family is written, or refused, as transformers 5.24.0 does")
    func conversationsAgree() throws {
        let conversations = try #require(
            try ChatGoldens.json("conversations.json")["conversations"]?.elements)
        let templates = try ChatGoldens.templates()
        let now = try ChatGoldens.date()
        let rows = try ChatGoldens.rows("rendered.jsonl")
        #expect(templates.count >= 16 && rows.count == templates.count * conversations.count)
        for row in rows {
            let index = try #require(row["conversation"]?.integer)
            let conversation = conversations[index]
            let (family, template) = try #require(templates.first { $0.family == row["family"]?.string })
            do throws(ChatTemplateError) {
                let text = try template.render(
                    messages: conversation["messages"]?.elements ?? [],
                    addGenerationPrompt: conversation["prompt"] == .boolean(true),
                    tools: conversation["tools"]?.elements,
                    variables: conversation["variables"]?.members ?? [], now: now
                ).text
                #expect(!differs(row, text), "\(family), conversation \(index): \(text)")
            } catch {
                #expect(row["error"] == failure(error), "\(family), conversation \(index): \(error)")
            }
        }
    }

    @Test("The parts of the language do what Jinja 3.1.6 does, set up by transformers") func snippetsAgree()
        throws
    {
        let messages: [TemplateValue] = [
            .message(role: "system", content: "Be."), .message(role: "user", content: " Hi \n"),
            .message(role: "assistant", content: "Yo"), .message(role: "user", content: "Bye"),
        ]
        let now = try ChatGoldens.date()
        let rows = try ChatGoldens.rows("snippets.jsonl")
        #expect(rows.count > 120)
        for row in rows {
            let source = try #require(row["template"]?.string)
            do throws(ChatTemplateError) {
                let rendered = try ChatTemplate(source).render(messages: messages, now: now)
                #expect(row["text"]?.string == rendered.text, "\(source)")
                let edges = rendered.assistantRanges.flatMap { [$0.lowerBound, $0.upperBound] }
                #expect(row["ranges"]?.elements?.compactMap(\.integer) == edges, "\(source)")
            } catch {
                #expect(row["error"] == failure(error), "\(source): \(error)")
            }
        }
    }
}
