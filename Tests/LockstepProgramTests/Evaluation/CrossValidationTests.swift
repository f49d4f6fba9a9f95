// `lockstep cross-validate`: what the folds are, that parallel folds change nothing, and what is written.

import Foundation
import JSON
import Models
import TestSupport
import Testing

extension Workshop {
    /// Runs a cross-validation of 5 folds into `output` and throws unless it ends well.
    @discardableResult
    func crossValidate(
        _ output: String, ranks: Int = 0, _ keys: KeyValuePairs<String, String?> = [:], flags: [String] = []
    ) throws -> JobOutcome {
        try succeed(["cross-validate", recipe(output: output, keys)] + flags, ranks: ranks)
    }

    /// The rows of a JSON Lines file.
    func rows(_ name: String) throws -> [JSONValue] {
        try text(name).split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
    }
}

@Suite(.serialized) struct CrossValidationTests {
    private static let results = ["cross_validation.json", "oof_predictions.jsonl"]

    @Test("folds trained at the same time give the bytes of folds trained in turn")
    func parallelFolds() throws {
        let workshop = try Workshop(trainRows: 61)
        try workshop.crossValidate("serial", ranks: 1, ["num_train_epochs": "4"])
        let outcome = try workshop.crossValidate(
            "parallel", ranks: 2, ["num_train_epochs": "4"], flags: ["--parallel-folds", "2"])
        #expect(
            outcome.errors.contains("61 rows in 5 folds (stratified by label), 2 at a time by 1 rank each"))
        #expect(outcome.output.contains("metric"))
        for name in Self.results + (1...5).map({ "folds/fold-\($0).json" }) {
            #expect(try workshop.bytes("parallel/" + name) == workshop.bytes("serial/" + name), "\(name)")
        }
        let names = try workshop.names("serial/folds/fold-1")
        #expect(names == ["metrics.jsonl", "recipe.yaml", "trainer_state.json", "versions.json"])
    }

    @Test("two ranks a fold give the same bytes with one or two folds at a time")
    func groupsOfRanks() throws {
        let workshop = try Workshop(trainRows: 50)
        let keys: KeyValuePairs<String, String?> = ["max_steps": "6", "zero_stage": "1"]
        try workshop.crossValidate("serial", ranks: 2, keys, flags: ["--folds", "3"])
        try workshop.crossValidate(
            "parallel", ranks: 4, keys, flags: ["--folds", "3", "--parallel-folds", "2"])
        for name in Self.results {
            #expect(try workshop.bytes("parallel/" + name) == workshop.bytes("serial/" + name), "\(name)")
        }
    }

    @Test("a fold is what train, evaluate and predict make of its rows")
    func foldsAreRuns() throws {
        let workshop = try Workshop(trainRows: 60)
        let keys: KeyValuePairs<String, String?> = ["max_steps": "20"]
        try workshop.crossValidate("run", keys, flags: ["--folds", "3", "--json"])
        let predictions = try workshop.rows("run/oof_predictions.jsonl")
        let lines = try workshop.text("train.jsonl").split(separator: "\n").map { $0 + "\n" }
        try #require(predictions.count == lines.count)
        #expect(predictions.map { $0["id"]?.integer } == Array(0..<60))
        let isTested = predictions.map { $0["fold"] == .integer(2) }
        func rows(_ tested: Bool) -> String {
            zip(lines, isTested).filter { $0.1 == tested }.map(\.0).joined()
        }
        let (training, test) = try (
            workshop.write(rows(false), to: "fold-train.jsonl"), workshop.write(rows(true), to: "test.jsonl")
        )
        try workshop.train("fold", keys, flags: ["--train_file", training])
        let model = ["--model_name_or_path", workshop.path + "/fold", "--threads_per_rank", "1"]
        try workshop.succeed(
            ["evaluate", "--validation_file", test, "--output_dir", workshop.path + "/fold/evaluation"]
                + model)
        let expected = try workshop.json("fold/evaluation/eval_results.json")
        let fold = try #require(workshop.json("run/cross_validation.json")["folds"]?.array?[1])
        #expect(fold["rows"] == .integer(20) && fold["training_rows"] == .integer(40))
        for name in ["accuracy", "f1", "mcc"] {
            #expect(fold["metrics"]?[name]?.double == expected["eval_" + name]?.double, "\(name)")
        }
        try expectSameLoss(fold["metrics"]?["loss"]?.double, expected["eval_loss"]?.double)
        try workshop.succeed(
            ["predict", "--predict_file", test, "--output_file", workshop.path + "/predicted.jsonl"] + model)
        let answers = try workshop.rows("predicted.jsonl")
        let held = zip(predictions, isTested).filter(\.1).map(\.0)
        #expect(answers.map { $0["prediction"] } == held.map { $0["prediction"] })
        #expect(answers.map { $0["score"] } == held.map { $0["score"] })
    }

    @Test("mean, deviation and interval are those of the folds, pooled figures those of all predictions")
    func summary() throws {
        let workshop = try Workshop(trainRows: 60)
        let outcome = try workshop.crossValidate("run", ["max_steps": "25"], flags: ["--json"])
        let json = try workshop.json("run/cross_validation.json")
        #expect(Array(outcome.output.utf8) == (try workshop.bytes("run/cross_validation.json")))
        let folds = try #require(json["folds"]?.array)
        #expect(folds.map { $0["fold"]?.integer } == [1, 2, 3, 4, 5])
        let values = folds.compactMap { $0["metrics"]?["accuracy"]?.double }
        let mean = values.reduce(0, +) / 5
        let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4).squareRoot()
        let spread = json["summary"]?["accuracy"]
        // Student's t with 4 degrees of freedom: 2.7764451.
        let distance = 2.7764451 * deviation / 5.0.squareRoot()
        for (name, expected) in [
            ("mean", mean), ("std", deviation), ("low", mean - distance), ("high", mean + distance),
        ] {
            #expect(abs((spread?[name]?.double ?? .nan) - expected) < 1e-7, "\(name)")
        }
        let predictions = try workshop.rows("run/oof_predictions.jsonl")
        let right = predictions.count { $0["label"] == $0["prediction"] }
        #expect(json["pooled"]?["accuracy"]?.double == Double(right) / 60)
        let losses = folds.map { fold in
            (fold["metrics"]?["loss"]?.double ?? .nan) * Double(fold["rows"]?.integer ?? 0)
        }
        let loss = json["pooled"]?["loss"]?.double ?? .nan
        #expect(abs(loss - losses.reduce(0, +) / 60) < 1e-12)
        #expect(json["metric_names"]?.array?.first == .string("loss"))
        #expect(json["rows"] == .integer(60) && json["division"] == .string("stratified by label"))
        #expect(try workshop.text("run/report.html").contains("<h2>Cross-validation</h2>"))
    }

    @Test("groups stay whole, repeats shuffle anew, and each row has a prediction a repeat")
    func groupsAndRepeats() throws {
        let workshop = try Workshop(trainRows: 3)
        let lines = ToyRow.rows(50).enumerated().map {
            #"{"id": \#($0), "by": "writer \#($0 / 6)", "text": "\#($1.text)", "label": "\#($1.tone)"}"#
                + "\n"
        }
        let file = try workshop.write(lines.joined(), to: "authors.jsonl")
        try workshop.crossValidate(
            "run", ["max_steps": "2", "train_file": file],
            flags: [
                "--folds", "3", "--repeats", "2", "--group_column", "by", "--stratified", "--keep_models",
            ])
        let predictions = try workshop.rows("run/oof_predictions.jsonl")
        #expect(predictions.map { $0["id"]?.integer } == Array(0..<50) + Array(0..<50))
        let repeats = predictions.map { $0["repeat"]?.integer }
        #expect(repeats == (0..<100).map { $0 < 50 ? 1 : 2 })
        let places = predictions.map { [$0["repeat"], $0["by"], $0["fold"]] }
        #expect(Set(places.map { "\($0)" }).count == 2 * 9)
        let folds = predictions.map { $0["fold"]?.integer }
        #expect(folds[..<50] != folds[50...])
        let json = try workshop.json("run/cross_validation.json")
        #expect(json["folds"]?.array?.compactMap { $0["repeat"]?.integer } == [1, 1, 1, 2, 2, 2])
        #expect(json["division"] == .string("stratified by label, grouped by by"))
        #expect(try workshop.names("run/folds/repeat-2-fold-3").contains("model.safetensors"))
    }

    @Test("chat has folds, held-out rows choose the checkpoint, and perplexity is pooled over tokens")
    func chat() throws {
        let workshop = try Workshop()
        let flags =
            try workshop.prepareChat(["validation_file": ""]) + [
                "--folds", "2", "--inner_validation", "0.25", "--eval_strategy", "steps", "--eval_steps", "4",
                "--max_steps", "8", "--load_best_model_at_end", "true", "--save_strategy", "steps",
                "--save_steps", "4", "--early_stopping_patience", "2",
            ]
        let keys: KeyValuePairs<String, String?> = [
            "validation_file": workshop.path + "/chat-validation.jsonl"
        ]
        let outcome = try workshop.crossValidate("run", keys, flags: flags)
        #expect(outcome.errors.contains("validation_file is not used"))
        #expect(try workshop.values("run/folds/fold-2", "eval_loss").count == 2)
        let json = try workshop.json("run/cross_validation.json")
        #expect(json["folds"]?.array?.compactMap { $0["training_rows"]?.integer } == [22, 22])
        let loss = json["pooled"]?["loss"]?.double ?? .nan
        #expect(abs((json["pooled"]?["perplexity"]?.double ?? 0) - exp(loss)) < 1e-9)
        let answers = try workshop.rows("run/oof_predictions.jsonl")
        let lines = try workshop.text("chat.jsonl").split(separator: "\n")
        #expect(answers.count == 60 && lines.count == 60)
        for (answer, line) in zip(answers, lines) {
            #expect(try answer["messages"] == JSONValue(parsing: Array(line.utf8))["messages"])
            #expect(answer["prediction"]?.string != nil && answer["fold"]?.integer != nil)
        }
        let silent = try workshop.crossValidate(
            "silent", flags: flags + ["--predict_with_generate", "false"])
        #expect(silent.errors.contains("task: chat without predict_with_generate predicts no rows"))
        #expect(try !workshop.names("silent").contains("oof_predictions.jsonl"))
    }

    @Test("summaries and captions are written for each row by the model that has not seen it")
    func writtenTexts() throws {
        let workshop = try Workshop()
        try ToySummaries.writeGPT2(to: workshop.path + "/gpt2")
        let folds = ["--folds", "2", "--max_steps", "3", "--max_new_tokens", "4"]
        let documents = try workshop.prepareDocuments("summarization", ["validation_file": ""])
        try workshop.crossValidate("summaries", workshop.pair(decoder: "gpt2"), flags: documents + folds)
        let images = try workshop.prepareImages(task: "image-captioning", start: "vit-gpt2")
        try workshop.crossValidate(
            "captions", flags: images + folds + ["--max_target_length", "16"])
        for (run, column, count) in [("summaries", "summary", 60), ("captions", "caption", 48)] {
            let answers = try workshop.rows(run + "/oof_predictions.jsonl")
            #expect(answers.count == count)
            #expect(
                answers.allSatisfy { $0["prediction"]?.string != nil && $0[column]?.string?.isEmpty == false }
            )
            #expect(Set(answers.compactMap { $0["fold"]?.integer }) == [1, 2])
            let json = try workshop.json(run + "/cross_validation.json")
            #expect(json["pooled"]?["perplexity"]?.double?.isFinite == true)
        }
    }

    @Test("plain texts have folds and no predictions, for a reason that is said")
    func texts() throws {
        let workshop = try Workshop()
        let flags =
            try workshop.prepareChat(["task": "causal-lm", "validation_file": ""]) + [
                "--folds", "2", "--max_steps", "2", "--train_file", workshop.path + "/train.jsonl",
                "--max_seq_length", "32",
            ]
        let outcome = try workshop.crossValidate("run", flags: flags)
        #expect(
            outcome.errors.contains(
                "task: causal-lm without predict_with_generate predicts no rows: there will be no oof"))
        #expect(try !workshop.names("run").contains("oof_predictions.jsonl"))
        #expect(try workshop.json("run/cross_validation.json")["pooled"]?["perplexity"]?.double != nil)
    }
}
