// Question answering as whole runs: ranks, windows, evaluation, prediction, SQuAD's own files, and bad rows.

import Foundation
import JSON
import Layers
import Models
import Tensors
import TestSupport
import Testing

/// Texts with a good word somewhere; the question asks for it by naming the noun before it.
enum ToyQuestions {
    struct Item {
        let context, question, answer: String
        /// In Unicode scalars; nil when the context has no good word.
        let start: Int?
    }

    static func items(_ count: Int, seed: UInt64 = 1) -> [Item] {
        let key = RandomKey(seed: seed).derived("questions")
        return (0..<count).map { index in
            let rowKey = key.derived(UInt64(index))
            func draw(_ place: Int, _ bound: Int) -> Int { Int(rowKey.word(UInt64(place)) % UInt64(bound)) }
            var words = (0..<8 + draw(0, 16)).map { ToyModel.plainWords[draw(10 + $0, 16)] }
            let answer = ToyModel.goodWords[draw(1, 8)]
            let place = draw(2, words.count)
            let isThere = index % 4 != 3
            if isThere { words[place] = answer }
            let start = words.prefix(place).reduce(0) { $0 + $1.count + 1 }
            return Item(
                context: words.joined(separator: " "), question: "very good food", answer: answer,
                start: isThere ? start : nil)
        }
    }

    private static func answers(_ item: Item) -> String {
        item.start.map { #"{"text": ["\#(item.answer)"], "answer_start": [\#($0)]}"# }
            ?? #"{"text": [], "answer_start": []}"#
    }

    static func lines(_ items: [Item]) -> String {
        items.enumerated().map { number, item in
            #"{"id": "\#(number)", "question": "\#(item.question)", "context": "\#(item.context)", "#
                + #""answers": \#(answers(item))}"# + "\n"
        }.joined()
    }

    /// SQuAD's own form, two paragraphs an article.
    static func articles(_ items: [Item]) -> String {
        let paragraphs = items.enumerated().map { number, item in
            let answers = item.start.map { #"[{"text": "\#(item.answer)", "answer_start": \#($0)}]"# } ?? "[]"
            return #"{"context": "\#(item.context)", "qas": [{"id": "\#(number)", "question": "#
                + #""\#(item.question)", "is_impossible": \#(item.start == nil), "answers": \#(answers)}]}"#
        }
        let articles = stride(from: 0, to: items.count, by: 2).map { start in
            let part = paragraphs[start..<min(start + 2, items.count)].joined(separator: ", ")
            return #"{"title": "t", "paragraphs": [\#(part)]}"#
        }
        return #"{"version": "v2.0", "data": [\#(articles.joined(separator: ",\n"))]}"#
    }
}

@Suite(.serialized) struct QuestionAnsweringRunTests {
    private func flags(_ workshop: Workshop, _ keys: [String: String] = [:]) throws -> [String] {
        try workshop.prepareQuestions(keys)
    }

    @Test("the same losses on any number of ranks, long contexts in windows")
    func ranks() throws {
        let workshop = try Workshop()
        let losses = try workshop.expectRankInvariance([:], flags: flags(workshop))
        #expect(losses[25...].max() ?? 9 < 0.8 * losses[0], "the model learns: \(losses)")
        let folder = "ranks-1x12x1"
        let configuration = try workshop.json(folder + "/config.json")
        #expect(configuration["architectures"] == .array([.string("BertForQuestionAnswering")]))
        let f1 = try workshop.values(folder, "eval_f1")
        #expect(f1.count == 3 && f1.allSatisfy { $0 >= 0 && $0 <= 100 })
    }

    @Test("the model learns to answer; evaluation and predictions are the same on 1 to 4 ranks")
    func use() throws {
        let workshop = try Workshop()
        try workshop.train("run", ranks: 2, flags: flags(workshop, ["max_steps": "150"]))
        let use = [
            "--task", "question-answering", "--max_seq_length", "20", "--doc_stride", "4",
            "--version_2_with_negative", "true",
        ]
        let files = ["--validation_file", workshop.path + "/documents-validation.jsonl"]
        let reference = try workshop.evaluation("run", ranks: 1, flags: use + files)
        #expect(reference["eval_samples"] == .integer(21) && reference["eval_NoAns_total"]?.double == 5)
        #expect(try #require(reference["eval_f1"]?.double) > 80, "\(reference)")
        #expect(reference["eval_HasAns_exact_low"] != nil && reference["eval_NoAns_f1"] != nil)
        for ranks in 2...4 {
            #expect(try workshop.evaluation("run", ranks: ranks, flags: use + files) == reference)
        }
        let lines = try workshop.predictions("run", ranks: 1, flags: use)
        #expect(lines.count == 21)
        #expect(try workshop.predictions("run", ranks: 3, flags: use) == lines)
        var exact = 0
        for (line, item) in zip(lines, ToyQuestions.items(21, seed: 2)) {
            let row = try JSONValue(parsing: Array(line.utf8))
            let text = try #require(row["prediction"]?.string)
            #expect(item.context.contains(text) || text.isEmpty)
            #expect((0...1).contains(try #require(row["score"]?.double)))
            if text == (item.start == nil ? "" : item.answer) { exact += 1 }
        }
        #expect(abs(100 * Double(exact) / 21 - (reference["eval_exact"]?.double ?? 0)) < 1e-9)
        let best = try workshop.predictions("run", ranks: 2, flags: use + ["--write_nbest", "true"])
        for (line, plain) in zip(best, lines) {
            let (row, other) = try (
                JSONValue(parsing: Array(line.utf8)), JSONValue(parsing: Array(plain.utf8))
            )
            #expect(row["prediction"] == other["prediction"])
            #expect(row["score"]?["probability"] == other["score"])
            let candidates = try #require(row["score"]?["nbest"]?.array)
            #expect(candidates.contains { $0["text"] == row["prediction"] })
            #expect(candidates.allSatisfy { $0["start_logit"]?.double != nil })
        }
        // What `evaluate` writes is scored alike without the model, against SQuAD's own column.
        try workshop.succeed([
            "evaluate", "--task", "question-answering", "--predictions_file",
            workshop.path + "/evaluated/eval_predictions.jsonl", "--references_file", files[1],
            "--output_dir", workshop.path + "/again",
        ])
        let again = try workshop.json("again/eval_results.json")
        for name in ["eval_exact", "eval_f1", "eval_HasAns_f1", "eval_NoAns_exact"] {
            #expect(again[name] == reference[name], "\(name)")
        }
    }

    @Test("a resumed run gives every bit")
    func resume() throws {
        let workshop = try Workshop()
        try workshop.expectExactResume([:], files: ["model.safetensors"], flags: flags(workshop))
    }

    @Test("SQuAD's own nested file trains as the same questions do, row by row")
    func nested() throws {
        let workshop = try Workshop()
        let flags = try flags(workshop, ["max_steps": "4", "eval_strategy": "steps", "eval_steps": "2"])
        try workshop.train("flat", flags: flags)
        let train = try workshop.write(ToyQuestions.articles(ToyQuestions.items(60)), to: "t.json")
        let other = try workshop.write(ToyQuestions.articles(ToyQuestions.items(21, seed: 2)), to: "v.json")
        try workshop.train("nested", flags: flags + ["--train_file", train, "--validation_file", other])
        #expect(try workshop.values("nested") == workshop.values("flat"))
        #expect(try workshop.values("nested", "eval_loss") == workshop.values("flat", "eval_loss"))
    }

    @Test("a row that cannot be learnt from is refused with file, line and what to do")
    func badRows() throws {
        func expect(_ line: String, _ keys: [String: String] = [:], saying sentence: String) throws {
            let workshop = try Workshop()
            let lines = ToyQuestions.lines(Array(ToyQuestions.items(2)))
            let file = try workshop.write(lines + line + "\n", to: "bad.jsonl")
            try workshop.expectRefusal(
                training: [:], flags: flags(workshop, keys.merging(["train_file": file]) { $1 }),
                saying: file + sentence)
        }
        func row(_ question: String, _ answers: String) -> String {
            #"{"question": "\#(question)", "context": "the food was good", "answers": \#(answers)}"#
        }
        try expect(
            row("very good", #"{"text": ["good"], "answer_start": [12]}"#),
            saying:
                ":3: answer_start 12 points at \" goo\", not at the answer \"good\"; it counts the characters of "
                + "the context from 0: correct it")
        try expect(
            row("very good", #"{"text": ["good"], "answer_start": [14]}"#),
            saying:
                ":3: the answer \"good\" with answer_start 14 lies outside the context, which has 17 characters; "
                + "correct answer_start, which counts them from 0")
        try expect(
            row("  ", #"{"text": ["good"], "answer_start": [13]}"#), ["on_empty_row": "error"],
            saying:
                ": 1 of 3 rows is empty where it must not be; fill or remove what is empty, or set on_empty_row: skip "
                + "to leave such rows out:\n")
        try expect(
            row("very good", #"{"text": ["good"], "answer_start": []}"#),
            saying:
                ":3: column \"answers\" has 1 text and 0 values of answer_start; give each text its answer_start"
        )
        try expect(
            row("very good", #"{"text": [], "answer_start": []}"#), ["version_2_with_negative": "false"],
            saying:
                ":3: the question has no answer; set version_2_with_negative: true, or leave the row out")
        try expect(
            row("very good", #""good""#),
            saying: ":3: column \"answers\": expected the lists text and answer_start, such as "
                + "{\"text\": [\"1066\"], \"answer_start\": [12]}, found \"good\"")
        try expect(
            row("the food the food the food the food", #"{"text": ["good"], "answer_start": [13]}"#),
            ["max_seq_length": "12"],
            saying:
                ":3: the question has 8 tokens, which leaves 1 of max_seq_length 12 for the context, and windows "
                + "that share doc_stride 4 need more; raise max_seq_length or lower doc_stride")
    }

    @Test("a model that was never trained to answer does not predict")
    func untrained() throws {
        let workshop = try Workshop()
        _ = try flags(workshop)
        try workshop.expectRefusal(
            [
                "predict", "--task", "question-answering", "--model_name_or_path", workshop.path + "/model",
                "--max_seq_length", "20", "--predict_file", workshop.path + "/questions.jsonl",
                "--output_file", workshop.path + "/o.jsonl",
            ],
            saying:
                "\(workshop.path)/model has no head for question answering (missing: qa_outputs.weight, …): "
                + "the model was never trained to answer; run `lockstep train` first and give its output_dir")
    }
}
