// Token classification through train, evaluate, predict and cross-validate, and what it refuses.

import Foundation
import JSON
import Models
import TestSupport
import Testing

@Suite(.serialized) struct TokenClassificationTests {
    private static let figures = ["loss", "precision", "recall", "f1", "accuracy"]

    @Test("a run learns entities; evaluate gives its figures on 1 to 4 ranks, and predict the spans")
    func learning() throws {
        let workshop = try Workshop()
        let flags = try workshop.prepareTags()
        let validation = workshop.path + "/validation.jsonl"
        try workshop.train(
            "run", ranks: 2,
            [
                "per_device_train_batch_size": "6", "num_train_epochs": "80", "eval_strategy": "epoch",
                "validation_file": validation, "learning_rate": "2e-3",
            ], flags: flags)
        let losses = try workshop.values("run", "eval_loss")
        let (first, lowest) = (try #require(losses.first), try #require(losses.min()))
        #expect(lowest < 0.7 * first)
        let (firstF1, highestF1) = (
            try #require(workshop.values("run", "eval_f1").first),
            try #require(workshop.values("run", "eval_f1").max())
        )
        #expect(highestF1 > firstF1)
        let configuration = try workshop.json("run/config.json")
        #expect(configuration["architectures"]?.array == [.string("BertForTokenClassification")])
        let tags = ["O", "B-BAD", "I-BAD", "B-GOOD", "I-GOOD"]
        for (id, tag) in tags.enumerated() { #expect(configuration["id2label"]?["\(id)"]?.string == tag) }

        let model = ["--model_name_or_path", workshop.path + "/run"] + flags
        var alone: [Double?] = []
        for ranks in 1...4 {
            try workshop.succeed(
                // Products on another number of threads may sum in another order.
                [
                    "evaluate", "--output_dir", workshop.path + "/e\(ranks)", "--validation_file", validation,
                    "--threads_per_rank", "1",
                ] + model, ranks: ranks)
            let results = try workshop.json("e\(ranks)/eval_results.json")
            let found = (Self.figures + ["BAD_f1", "GOOD_number"]).map { results["eval_" + $0]?.double }
            #expect(found.allSatisfy { $0 != nil })
            if ranks == 1 { alone = found } else { #expect(found == alone, "\(ranks) ranks") }
        }
        for (name, value) in zip(Self.figures.dropFirst(), alone.dropFirst()) {
            #expect(try workshop.values("run", "eval_" + name).last == value, "\(name)")
        }

        let predicted = try workshop.succeed(
            ["predict", "--predict_file", validation, "--output_file", "-"] + model, ranks: 2)
        let rows = try predicted.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
        try expectCounts(rows, precision: alone[1], recall: alone[2])
    }

    /// Precision and recall of the predicted spans, which must hold the text that they name.
    private func expectCounts(_ rows: [JSONValue], precision: Double?, recall: Double?) throws {
        #expect(rows.count == 23)
        var (hits, predictions, truths) = (0, 0, 0)
        func key(_ span: JSONValue) -> String {
            "\(span["start"]?.integer ?? -1) \(span["end"]?.integer ?? -1) \(span["label"]?.string ?? "")"
        }
        for row in rows {
            let text = Array(try #require(row["text"]?.string))
            let found = try #require(row["prediction"]?.array)
            for span in found {
                let (start, end) = (
                    try #require(span["start"]?.integer), try #require(span["end"]?.integer)
                )
                #expect(span["text"]?.string == String(text[start..<end]))
                let score = try #require(span["score"]?.double)
                #expect(score > 0 && score <= 1)
            }
            let truth = Set(try #require(row["spans"]?.array).map(key))
            hits += truth.intersection(found.map(key)).count
            predictions += found.count
            truths += truth.count
        }
        #expect(Double(hits) / Double(predictions) == precision)
        #expect(Double(hits) / Double(truths) == recall)
    }

    @Test("listed words give the losses of texts with spans, and are answered in words")
    func listedWords() throws {
        let workshop = try Workshop()
        let texts = try workshop.prepareTags()
        try workshop.train("texts", ["max_steps": "4"], flags: texts)
        let flags = try workshop.prepareTags(ToyTags.tokens)
        try workshop.train("words", ["max_steps": "4"], flags: flags)
        #expect(try workshop.records("words") == workshop.records("texts"))
        let line = try workshop.succeed(
            [
                "predict", "--predict_file", workshop.path + "/validation.jsonl", "--output_file", "-",
                "--model_name_or_path", workshop.path + "/words",
            ] + flags
        ).output.split(separator: "\n")
        for row in try line.map({ try JSONValue(parsing: Array($0.utf8)) }) {
            let words = try #require(row["tokens"]?.array).compactMap(\.string)
            for span in try #require(row["prediction"]?.array) {
                let (start, end) = (
                    try #require(span["start"]?.integer), try #require(span["end"]?.integer)
                )
                #expect(span["text"]?.string == words[start..<end].joined(separator: " "))
            }
        }
    }

    @Test("losses and evaluations do not depend on ranks and micro-batches")
    func rankInvariance() throws {
        let workshop = try Workshop()
        let flags = try workshop.prepareTags()
        try workshop.expectRankInvariance(["learning_rate": "1e-3"], flags: flags)
    }

    @Test("cross-validation reports the F1 of entities")
    func crossValidation() throws {
        let workshop = try Workshop()
        let flags = try workshop.prepareTags()
        let recipe = try workshop.recipe(output: "cv", ["num_train_epochs": "8"])
        try workshop.succeed(["cross-validate", recipe, "--folds", "3"] + flags, ranks: 2)
        #expect(try workshop.text("cv/cross_validation.json").contains("f1"))
    }

    @Test("tags of a number of their own, by the names beside the file")
    func numberedTags() throws {
        let workshop = try Workshop()
        let flags = try workshop.prepareTags(ToyTags.tokens)
        try workshop.train("names", ["max_steps": "3"], flags: flags)
        let names = ["O", "B-BAD", "I-BAD", "B-GOOD", "I-GOOD"]
        var text = ToyTags.tokens(60)
        for (number, name) in names.enumerated() { text = text.replacing("\"\(name)\"", with: "\(number)") }
        let file = try workshop.write(text, to: "train.jsonl")
        try workshop.expectRefusal(
            training: [:], flags: flags,
            saying:
                #"\#(file):1: column "ner_tags" holds numbers without names; write the tags' names, or put a"#
        )
        let list = names.map { "\"\($0)\"" }.joined(separator: ", ")
        try workshop.write(
            #"{"features": {"ner_tags": {"feature": {"names": [\#(list)], "_type": "ClassLabel"}}}}"#,
            to: "dataset_info.json")
        try workshop.train("numbers", ["max_steps": "3"], flags: flags)
        #expect(try workshop.records("numbers") == workshop.records("names"))
    }

    @Test("rows with mistakes are refused, with file and line")
    func mistakes() throws {
        let workshop = try Workshop()
        let flags = try workshop.prepareTags()
        func expectRefusal(_ line: String, saying sentence: String) throws {
            let file = try workshop.write(ToyTags.texts(10) + line + "\n", to: "rows.jsonl")
            try workshop.expectRefusal(
                training: ["train_file": file], flags: flags, ranks: 2, saying: file + ":11: " + sentence)
        }
        try expectRefusal(
            #"{"tokens": ["good"], "ner_tags": ["O", "O"]}"#,
            saying: #"column "ner_tags" has 2 tags for 1 word"#)
        try expectRefusal(
            #"{"text": "good", "spans": [{"start": 2, "end": 9, "label": "GOOD"}]}"#,
            saying: "the span from 2 to 9 does not lie in the text of 4 characters")
        try expectRefusal(
            #"{"text": "good bad", "spans": [[0, 5, "GOOD"], [4, 8, "BAD"]]}"#,
            saying: "the spans from 0 to 5 and from 4 to 8 overlap; keep one of them.")
        let blank = try workshop.write(
            ToyTags.texts(10) + #"{"text": " ", "spans": []}"# + "\n", to: "blank.jsonl")
        try workshop.expectRefusal(
            training: ["train_file": blank, "on_empty_row": "error"], flags: flags,
            saying: "\(blank): 1 of 11 rows is empty where it must not be")
        let file = try workshop.write(
            #"{"text": "good", "spans": [[0, 4, "FINE"]]}"# + "\n", to: "rows.jsonl")
        try workshop.expectRefusal(
            training: ["validation_file": file], flags: flags,
            saying: #"\#(file):1: column "spans": unknown tag "B-FINE"; the known tags are O, B-BAD,"#)
    }

    @Test("a model that was never trained to tag is not evaluated")
    func untrained() throws {
        let workshop = try Workshop()
        let flags = try workshop.prepareTags()
        try workshop.expectRefusal(
            [
                "evaluate", "--model_name_or_path", workshop.path + "/model", "--validation_file",
                workshop.path + "/validation.jsonl",
            ] + flags, saying: "\(workshop.path)/model holds a model whose label \"spam\" is no tag")
    }
}
