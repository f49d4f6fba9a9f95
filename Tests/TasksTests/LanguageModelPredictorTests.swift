// Answers of language models to rows: what they read, what they write, and the loss of a row's own answer.

import Arguments
import ChatTemplates
import DataParallel
import Datasets
import Evaluation
import Foundation
import Generation
import JSON
import Layers
import Metrics
import Models
import Tasks
import Tensors
import Testing
import Tokenizers
import Training

@Suite struct LanguageModelPredictorTests {
    private let words: Words
    private let model: CausalLanguageModel
    private let template: ChatTemplate

    init() throws {
        words = try Words()
        template = try ChatTemplate(Words.template)
        let configuration = JSONValue.object([
            "model_type": .string("llama"), "vocab_size": .integer(13), "hidden_size": .integer(16),
            "intermediate_size": .integer(24), "num_hidden_layers": .integer(2),
            "num_attention_heads": .integer(2), "max_position_embeddings": .integer(40),
            "initializer_range": .shortest(0.4), "rms_norm_eps": .shortest(1e-6),
            "tie_word_embeddings": .bool(true),
        ])
        model = try CausalLanguageModel(configuration, file: "toy")
        model.parameters.initialize(key: RandomKey(seed: 5))
    }

    private var options: GenerationOptions {
        var options = GenerationOptions()
        options.maximumNewTokens = 6
        return options
    }

    private func rows(_ lines: [String]) throws -> [Row] {
        let iterator = try words.reader(lines.joined(separator: "\n") + "\n", "rows.jsonl").makeIterator()
        var rows: [Row] = []
        while let row = try iterator.next() { rows.append(row) }
        return rows
    }

    private var conversations: ConversationPredictor {
        ConversationPredictor(
            model: model, tokenizer: words.tokenizer, template: template, arguments: DataArguments(),
            options: options)
    }

    private let chats = [
        #"{"messages": [{"role": "user", "content": "a b"}, {"role": "assistant", "content": "c d"}]}"#,
        #"{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, "#
            + #"{"role": "user", "content": "e f"}, {"role": "assistant", "content": "f"}]}"#,
        #"{"prompt": "d e", "completion": "a"}"#,
    ]

    /// What the model writes behind a prompt, alone.
    private func text(behind prompt: [Int32]) throws -> String {
        var options = options
        options.endIDs = [3]
        let found = try Generator(model, usesCache: false).generate(prompts: [prompt], options: options)[0]
        return words.tokenizer.decode(found.tokens, skippingSpecialTokens: true)
    }

    @Test("the last answer is written given all before it, and a batch gives what single rows give")
    func lastAnswer() throws {
        let rows = try rows(chats)
        let answers = try conversations.predict(rows, firstNumber: 0, findsLoss: false)
        // [CLS] user a b [SEP] [CLS] assistant, and so on.
        let prompts: [[Int32]] = [
            [2, 11, 5, 6, 3, 2, 12], [2, 11, 5, 3, 2, 12, 6, 3, 2, 11, 9, 10, 3, 2, 12],
            [2, 11, 8, 9, 3, 2, 12],
        ]
        for (answer, prompt) in zip(answers, prompts) {
            #expect(try answer.prediction == .string(text(behind: prompt)))
            #expect(answer.loss == nil && answer.score == nil)
        }
        #expect(Set(answers.map { "\($0.prediction)" }).count > 1)
        #expect(try rows.map { try conversations.references(of: $0) } == [["c d"], ["f"], ["a"]])
        #expect(
            try rows.map { try conversations.input(of: $0) }
                == ["user: a b", "user: a\nassistant: b\nuser: e f", "user: d e"])
    }

    @Test("a row that ends with the user is answered as one whose answer is left out; it has no reference")
    func openRow() throws {
        let open = try rows([
            #"{"messages": [{"role": "user", "content": "a b"}]}"#, #"{"prompt": "d e"}"#,
        ])
        let closed = try rows([chats[0], chats[2]])
        #expect(
            try conversations.predict(open, firstNumber: 0, findsLoss: false)
                == conversations.predict(closed, firstNumber: 0, findsLoss: false))
        for row in open {
            let error = #expect(throws: TrainingError.self) { try conversations.references(of: row) }
            #expect(error?.description.contains("rows.jsonl:") == true)
            #expect(error?.description.contains("does not end with a message of the assistant") == true)
        }
    }

    @Test(
        "a prompt that leaves no room for an answer is left out with its reason, or is an error if asked for")
    func longPrompt() throws {
        let long = String(repeating: "a ", count: 60)
        let rows = try rows([
            chats[0], #"{"messages": [{"role": "user", "content": "\#(long)"}]}"#, chats[2],
        ])
        let alone = try conversations.predict([rows[0], rows[2]], firstNumber: 0, findsLoss: false)
        let answers = try conversations.predict(rows, firstNumber: 0, findsLoss: false)
        #expect([answers[0], answers[2]] == alone && answers[1].prediction == .null)
        #expect(
            answers[1].skipped?.contains("rows.jsonl:2: the row has 65 tokens, which leaves no room for")
                == true)
        var arguments = DataArguments()
        arguments.onLongRow = .error
        let strict = ConversationPredictor(
            model: model, tokenizer: words.tokenizer, template: template, arguments: arguments,
            options: options)
        let error = #expect(throws: TrainingError.self) { try strict.checkPrompt(of: rows[1]) }
        #expect(error?.description.contains("set on_long_row to skip") == true)
        let loop = PredictionLoop(predictor: conversations, group: SoloProcessGroup(), batchRows: 2)
        let path = words.path + "/rows.jsonl"
        var lines: [String] = []
        let skipped = try loop.run(RowReader(patterns: [path])) { lines.append($0) }
        #expect(lines.count == 3 && lines[1].hasSuffix("\"prediction\": null}"), "\(lines)")
        #expect(skipped.count == 1 && skipped.sentence?.hasPrefix("1 of 3 rows is left out") == true)
    }

    @Test("the losses of rows sum to the evaluation's, over every answer")
    func losses() throws {
        let rows = try rows(chats)
        let found = try conversations.predict(rows, firstNumber: 0, findsLoss: true).compactMap(\.loss)
        let reader = Conversations(
            tokenizer: words.tokenizer, template: template, arguments: DataArguments())
        var store = TokenizedDataset()
        for row in rows { store.append(try reader.example(row)) }
        let evaluation = try LanguageModelEvaluator(
            model: model, objective: .causal, group: SoloProcessGroup(), batchRows: 3
        ).evaluate(store)
        // "c d [SEP]"; "b [SEP]" and "f [SEP]"; "a [SEP]".
        #expect(found.map(\.count) == [3, 4, 2])
        let tokens = try #require(evaluation.tokens)
        #expect(Int64(found.map(\.correct).reduce(0, +)) == tokens.correctCount)
        let mean = tokens.loss
        #expect(abs(found.map(\.sum).reduce(0, +) / 9 - mean) < 1e-4 * mean)
    }

    @Test("a text is continued; rows of prompt and completion have a reference and its loss")
    func texts() throws {
        let predictor = TextPredictor(
            model: model, tokenizer: words.tokenizer, arguments: DataArguments(), options: options)
        let rows = try rows([#"{"text": "a b c"}"#, #"{"prompt": "d e", "completion": "f a"}"#])
        let answers = try predictor.predict(rows, firstNumber: 0, findsLoss: true)
        let prompts = ["a b c", "d e"].map { words.tokenizer.encode($0).ids }
        for (answer, prompt) in zip(answers, prompts) {
            #expect(try answer.prediction == .string(text(behind: prompt)))
        }
        // [CLS] a b c [SEP] without its first token; "f a [SEP]".
        #expect(answers.map(\.loss?.count) == [4, 3])
        #expect(try rows.map { try predictor.input(of: $0) } == ["a b c", "d e"])
        #expect(try predictor.references(of: rows[1]) == ["f a"])
        let error = #expect(throws: TrainingError.self) { try predictor.references(of: rows[0]) }
        #expect(error?.description.contains("rows.jsonl:1: a text has no reference") == true)
    }

    @Test("a row that cannot be answered names file and line")
    func errors() throws {
        let rows = try rows([#"{"messages": [{"role": "assistant", "content": "a"}]}"#])
        func message(_ row: Row) -> String {
            do {
                _ = try conversations.predict([row], firstNumber: 0, findsLoss: false)
                return ""
            } catch { return "\(error)" }
        }
        #expect(
            message(rows[0]).hasSuffix(
                "rows.jsonl:1: the only message is the assistant's, so there is nothing to answer; begin with a "
                    + "message of the user"))
    }
}
