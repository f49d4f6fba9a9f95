// `evaluate` and `predict` use a model as it was trained, without being told.

import Foundation
import JSON
import TestSupport
import Testing

@Suite(.serialized) struct TrainedModelUseTests {
    @Test(
        "evaluate gives the figures of the training's last evaluation without columns and lengths",
        arguments: [0, 2])
    func evaluation(ranks: Int) throws {
        let workshop = try Workshop()
        let rows = ToyRow.rows(40, seed: 3).map {
            #"{"review": "\#($0.text)", "tone": "\#($0.tone)"}"# + "\n"
        }
        let file = try workshop.write(rows.joined(), to: "reviews.jsonl")
        let validation = try workshop.write(rows.joined(), to: "validation-reviews.jsonl")
        try workshop.train(
            "run", ranks: ranks,
            [
                "max_steps": "12", "text_column": "review", "label_column": "tone", "max_seq_length": "5",
                "train_file": file, "validation_file": validation, "eval_strategy": "epoch",
            ])
        let trained = try #require(try workshop.values("run", "eval_accuracy").last)
        let flags = ["--model_name_or_path", workshop.path + "/run", "--threads_per_rank", "1"]
        let measured = try workshop.succeed(
            ["evaluate", "--json", "--validation_file", file] + flags, ranks: ranks)
        #expect(
            try JSONValue(parsing: Array(measured.output.utf8))["eval_accuracy"]?.double == trained)
        #expect(
            measured.errors.contains(
                "as in training (\(workshop.path)/run/recipe.yaml): text_column: review, label_column: tone, "
                    + "max_seq_length: 5\n"))
        let longer = try workshop.succeed(
            ["evaluate", "--json", "--validation_file", file, "--max_seq_length", "64"] + flags, ranks: ranks)
        #expect(
            longer.errors.contains(
                "max_seq_length: 64 here, but the model was trained with max_seq_length: 5"))
        let predicted = try workshop.succeed(
            ["predict", "--predict_file", file, "--output_file", "-"] + flags, ranks: ranks)
        let hits = try predicted.output.split(separator: "\n").filter { line in
            let row = try JSONValue(parsing: Array(line.utf8))
            return row["prediction"] == row["tone"]
        }
        #expect(abs(Double(hits.count) / 40 - trained) < 1e-9)
    }

    @Test("the task is known: an extractive summarizer needs no --task")
    func task() throws {
        let workshop = try Workshop()
        let flags = try workshop.prepareDocuments("extractive-summarization")
        try workshop.train("run", flags: flags + ["--max_steps", "2", "--eval_strategy", "no"])
        let file = try workshop.write(ToySummaries.lines(5, seed: 2), to: "v.jsonl")
        let measured = try workshop.succeed([
            "evaluate", "--json", "--validation_file", file, "--model_name_or_path", workshop.path + "/run",
        ])
        #expect(try JSONValue(parsing: Array(measured.output.utf8))["eval_rougeL"]?.double != nil)
    }
}
