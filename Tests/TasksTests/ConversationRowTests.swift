// Rows of conversations that are refused, cut or left out, each with a sentence that says why; and what a
// row's reference is.

import Arguments
import ChatTemplates
import Datasets
import Evaluation
import Foundation
import JSON
import Tasks
import TestSupport
import Testing
import Tokenizers
import Training

@Suite struct ConversationRowTests {
    private let words: Words

    init() throws { words = try Words() }

    private func conversations(
        _ lines: String, length: Int? = nil, _ rule: LongRowRule = .truncate, hasTemplate: Bool = true
    ) throws -> (store: TokenizedDataset, long: LongRows?) {
        var arguments = DataArguments()
        (arguments.maxSeqLength, arguments.onLongRow) = (length, rule)
        let conversations = Conversations(
            tokenizer: words.tokenizer, template: hasTemplate ? try ChatTemplate(Words.template) : nil,
            arguments: arguments)
        var long: LongRows?
        let store = try conversations.examples(words.reader(lines + "\n", "chat.jsonl")) { long = $0 }
        return (store, long)
    }

    private func message(_ line: String, hasTemplate: Bool = true) -> String {
        do {
            _ = try conversations(line, hasTemplate: hasTemplate)
            return "nothing"
        } catch {
            return "\(error)"
        }
    }

    private static func turn(_ role: String, _ content: String, _ more: String = "") -> String {
        #"{"role": "\#(role)", "content": \#(content)\#(more)}"#
    }

    private static func row(_ turns: String..., more: String = "") -> String {
        #"{"messages": [\#(turns.joined(separator: ", "))]\#(more)}"#
    }

    private static let user = turn("user", #""a""#)
    private static let answer = turn("assistant", #""b""#)

    static let refused: [(String, String)] = [
        (row(user), "no message of the assistant, so there is nothing to learn"),
        (
            row(user, turn("assistant", #""b""#, #", "weight": 0"#)),
            "every message of the assistant has weight 0 or train false"
        ),
        (
            row(user, turn("assistant", #""b""#, #", "weight": 0.5"#)),
            "the weight of message 2 is 0.5; it may be 0"
        ),
        (row(user, turn("assistant", #""b""#, #", "weight": "0""#)), "the weight of message 2 is \"0\""),
        (
            row(user, turn("assistant", #""b""#, #", "train": 1"#)),
            "train of message 2 is 1; it may be true or false"
        ),
        (
            row(user, turn("assistant", #""b""#, #", "train": true, "weight": 0"#)),
            "weight and train of message 2 contradict each other"
        ),
        (
            row(turn("user", #""a""#, #", "train": true"#), answer),
            "message 1, of the role \"user\", is to be learnt"
        ),
        (
            row(user, turn("assistant", #""b""#, #", "train_detail": []"#)),
            "only whole messages can be left out"
        ),
        (row(turn("user", "3"), answer), "message 1 has no \"content\" that is a string"),
        (row(user, turn("assistant", "null")), "message 2 has no \"content\" that is a string"),
        (
            row(turn("user", #"[{"type": "image_url", "image_url": {}}]"#), answer),
            "part 1 of message 1 is one of the type \"image_url\"; only texts can be learnt"
        ),
        (
            row(user, turn("function_call", #""{}""#)),
            "has the role \"function_call\"; write a call as tool_calls"
        ),
        (row(user, answer, more: #", "tools": 3"#), "column \"tools\": expected a list of functions"),
        (row(user, answer, more: #", "tools": "[1]""#), "column \"tools\": expected a list of functions"),
        (
            row(user, answer, more: #", "tools": "broken [""#),
            "column \"tools\": expected a list of functions"
        ),
        (
            row(user, answer, more: #", "chat_template_kwargs": [1]"#),
            "expected an object such as {\"enable_thinking\""
        ),
        (
            row(user, answer, more: #", "chat_template_kwargs": {"tools": []}"#),
            "\"tools\" is no variable of a template"
        ),
        (
            #"{"conversations": [{"from": "human"}, {"from": "gpt", "value": "b"}]}"#,
            "message 1 has no \"content\""
        ),
        (#"{"instruction": "a", "output": 3}"#, "column \"output\": expected a string"),
        (#"{"instruction": "a", "output": "b", "history": ["c"]}"#, "expected a list of pairs of texts"),
        (#"{"instruction": "a"}"#, "no column \"messages\""),
        (#"{"messages": "a b"}"#, "it is no list"), (#"{"messages": null}"#, "it is no list"),
    ]

    @Test("What is no conversation to learn from is refused with file, line and reason", arguments: refused)
    func refusals(line: String, expected: String) {
        let message = message(line)
        #expect(message.contains(expected), "\(message)")
        #expect(message.contains("chat.jsonl:1"), "\(message)")
    }

    @Test("Without a template system messages and earlier exchanges of Alpaca's rows are refused")
    func alpacaWithoutTemplate() {
        let message = message(
            #"{"instruction": "a", "output": "b", "system": "c"}"#, hasTemplate: false)
        #expect(message.contains("\"system\" and \"history\" need a chat template"), "\(message)")
    }

    /// Rows of 8, 11 and 21 tokens: [CLS] user a [SEP] [CLS] assistant b [SEP], and so on.
    private let three = [
        Self.row(Self.user, Self.answer), Self.row(Self.user, Self.turn("assistant", #""b c d e""#)),
        Self.row(
            Self.turn("user", #""a a a a a a a a a a a a a a""#), Self.answer),
    ].joined(separator: "\n")

    @Test("Rows over max_seq_length are cut or left out, and counted")
    func longRows() throws {
        let cut = try conversations(three, length: 9)
        #expect(cut.store.count == 2 && cut.store.lengths == [8, 9])
        #expect(
            cut.long?.sentence
                == "2 of 3 rows are longer than max_seq_length (9 tokens), the first at \(words.path)/chat.jsonl:2: 1 "
                + "cut at the end, by 2 tokens in all; 1 left out, since nothing of an answer would be left. Raise "
                + "max_seq_length, or set on_long_row")
        let skipped = try conversations(three, length: 9, .skip)
        #expect(skipped.store.lengths == [8] && skipped.long?.skippedRowCount == 2)
        #expect(skipped.long?.cutRowCount == 0)
        let all = try conversations(three, length: nil)
        #expect(all.store.lengths == [8, 11, 21] && all.long?.sentence == nil)
        let error = #expect(throws: TrainingError.self) { try conversations(three, length: 9, .error) }
        #expect(
            error?.description.contains("chat.jsonl:2: the row has 11 tokens, 2 more than max_seq_length: 9")
                == true)
        let none = #expect(throws: TrainingError.self) { try conversations(three, length: 5, .skip) }
        #expect(
            none?.description.contains("each of the 3 rows is longer than max_seq_length (5 tokens)") == true)
    }

    @Test("Without max_seq_length a conversation may be as long as the model, up to 2,048 tokens")
    func usualLength() throws {
        func limit(_ modelLength: Int) -> Int {
            Conversations(
                tokenizer: words.tokenizer, template: nil, arguments: DataArguments(),
                modelLength: modelLength
            ).longRows.limit
        }
        #expect([64, 2_048, 32_768].map(limit) == [64, 2_048, 2_048])
    }

    @Test("The reference of a conversation is the assistant's last message, whatever the form of its row")
    func references() throws {
        let lines = [
            Self.row(Self.user, Self.answer, Self.user, Self.turn("assistant", #""c d""#)),
            #"{"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "c d"}]}"#,
            #"{"prompt": "a", "completion": "c d"}"#,
            #"{"prompt": [{"role": "user", "content": "a"}], "#
                + #""completion": [{"role": "assistant", "content": "c d"}]}"#,
            #"{"instruction": "a", "output": "c d", "history": [["b", "c"]]}"#,
            Self.row(Self.user, Self.answer, more: #", "reference": "c d""#),
        ]
        let references = words.path + "/references.jsonl"
        try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: references))
        let predictions = words.path + "/predictions.txt"
        try Data(String(repeating: "c d\n", count: lines.count).utf8)
            .write(to: URL(fileURLWithPath: predictions))
        let task = ModelArguments.TaskName.chat.definition
        let data = DataArguments()
        let predictor = try FilePredictor(
            predictions: [predictions], column: "prediction", references: [references],
            referenceColumn: task.referenceColumn(data), labels: nil
        ) { try task.writtenReference(of: $0, data) }
        let rows = try RowReader(patterns: [references]).makeIterator()
        while let row = try rows.next() { #expect(try predictor.references(of: row) == ["c d"]) }
    }
}
