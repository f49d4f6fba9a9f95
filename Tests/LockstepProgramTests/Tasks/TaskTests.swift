// Every kind of label and text through train, evaluate and predict.

import Foundation
import JSON
import Models
import TestSupport
import Testing

@Suite(.serialized) struct TaskTests {
    /// Trains on `train`, evaluates and predicts `validation` on 2 ranks; the lines of both files are rows.
    private func runAll(
        _ workshop: Workshop, train: String, validation: String, problem: String, flags: [String]
    ) throws -> (results: JSONValue, predictions: [JSONValue]) {
        let validation = ["--validation_file", try workshop.write(validation, to: "v.jsonl")]
        let labels = ["--problem_type", problem]
        let train = ["--train_file", try workshop.write(train, to: "t.jsonl")]
        try workshop.train(
            "run", ranks: 2,
            ["per_device_train_batch_size": "6", "num_train_epochs": "30", "eval_strategy": "epoch"],
            flags: train + validation + labels + flags)
        let model = ["--model_name_or_path", workshop.path + "/run"]
        try workshop.succeed(
            ["evaluate", "--output_dir", workshop.path + "/e"] + model + validation + labels + flags, ranks: 2
        )
        let predicted = try workshop.succeed(
            ["predict", "--predict_file", validation[1], "--output_file", "-"] + model + flags, ranks: 2)
        return (
            try workshop.json("e/eval_results.json"),
            try predicted.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
        )
    }

    /// Which of good and bad words occur; rows without either have no label.
    private func labelSets(_ rows: [ToyRow]) -> String {
        zip(rows, rows.dropFirst() + rows.prefix(1)).map { first, second in
            let labels = Set(
                [first, second].filter { $0.balance != 0 }.map { $0.balance > 0 ? "good" : "bad" })
            let list = labels.sorted().map { "\"\($0)\"" }.joined(separator: ", ")
            return "{\"text\": \"\(first.text) \(second.text)\", \"label\": [\(list)]}\n"
        }.joined()
    }

    @Test("several labels a row, and none")
    func multiLabel() throws {
        let workshop = try Workshop()
        let (results, predictions) = try runAll(
            workshop, train: labelSets(ToyRow.rows(60)), validation: labelSets(ToyRow.rows(21, seed: 2)),
            problem: "multi_label_classification", flags: ["--max_seq_length", "24"])
        #expect(try workshop.json("run/config.json")["problem_type"]?.string == "multi_label_classification")
        let f1 = try #require(results["eval_f1_micro"]?.double)
        #expect(f1 > 0.8)
        #expect(predictions.count == 21)
        let exact = predictions.filter { $0["prediction"] == $0["label"] }.count
        #expect(results["eval_accuracy"]?.double == Double(exact) / 21)
        for row in predictions {
            let scores = try #require(row["score"]?.array)
            #expect(scores.count == row["prediction"]?.array?.count)
            #expect(scores.allSatisfy { ($0.double ?? 0) > 0.5 })
        }
    }

    @Test("a number to predict from a pair of texts in gzip files")
    func regressionOfPairs() throws {
        let workshop = try Workshop()
        func pairs(_ rows: [ToyRow]) -> String {
            zip(rows, rows.dropFirst() + rows.prefix(1)).map { first, second in
                let sum = Double(first.balance.signum() + second.balance.signum()) / 2
                return "{\"a\": \"\(first.text)\", \"b\": \"\(second.text)\", \"label\": \(sum)}\n"
            }.joined()
        }
        let (results, predictions) = try runAll(
            workshop, train: pairs(ToyRow.rows(60)), validation: pairs(ToyRow.rows(21, seed: 2)),
            problem: "regression",
            flags: ["--max_seq_length", "24", "--text_column", "a", "--text_pair_column", "b"])
        let error = try #require(results["eval_mse"]?.double)
        #expect(predictions.count == 21)
        let squares = try predictions.map { row in
            let difference = try #require(row["prediction"]?.double) - #require(row["label"]?.double)
            return difference * difference
        }
        #expect(abs(squares.reduce(0, +) / 21 - error) < 1e-12)
        #expect(error < 0.25, "the variance of the labels is about 0.33")
        #expect(try workshop.json("run/config.json")["problem_type"]?.string == "regression")
    }

    @Test("training files in gzip, several files and a pattern give what one plain file gives")
    func files() throws {
        let workshop = try Workshop()
        let rows = ToyRow.rows(60)
        try workshop.write(Array(rows.prefix(25)).jsonLines, to: "part-1.jsonl")
        let second = try workshop.write(Array(rows.suffix(35)).jsonLines, to: "part-2.jsonl")
        let packed = try MPIRun.run(["gzip", second], timeoutSeconds: 10)
        try #require(packed.status == 0)
        try workshop.train("plain", ["max_steps": "6"])
        try workshop.train("parts", ["max_steps": "6", "train_file": workshop.path + "/part-*"])
        #expect(try workshop.records("parts") == workshop.records("plain"))
    }
}
