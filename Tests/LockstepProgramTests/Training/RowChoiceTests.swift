// Which rows a run learns from and is evaluated on: empty ones left out, a share held out, the first ones.

import Foundation
import JSON
import TestSupport
import Testing

@Suite(.serialized) struct RowChoiceTests {
    @Test("empty rows are left out and counted, and the run is that on the other rows")
    func emptyRows() throws {
        let workshop = try Workshop()
        let rows = ToyRow.rows(40).jsonLines.split(separator: "\n").map { $0 + "\n" }
        let empty = [
            #"{"id": 1, "text": "", "label": "neutral"}"#, #"{"id": 2, "text": "fine", "label": null}"#,
            #"{"id": 3, "text": null, "label": "neutral"}"#, #"{"id": 4, "text": " \n", "label": "neutral"}"#,
            #"{"id": 5, "text": "fine", "label": ""}"#,
        ].map { $0 + "\n" }
        let clean = try workshop.write(rows.joined(), to: "clean.jsonl")
        let mixed = try workshop.write(
            rows[..<10].joined() + empty[..<3].joined() + rows[10...].joined() + empty[3...].joined(),
            to: "mixed.jsonl")
        try workshop.train("clean", ["train_file": clean, "max_steps": "6"])
        let outcome = try workshop.train("mixed", ["train_file": mixed, "max_steps": "6"])
        #expect(
            outcome.errors.contains(
                "warning: 5 of 45 rows of \(mixed) are left out, because text or label is empty: \(mixed):11, "
            ),
            "\(outcome.errors)")
        #expect(try workshop.values("mixed") == workshop.values("clean"))
        try workshop.expectRefusal(
            training: ["train_file": mixed, "on_empty_row": "error"],
            saying:
                "\(mixed): 5 of 45 rows are empty where they must not be; fill or remove what is empty, or set"
        )
        let folds = try workshop.recipe(output: "folds", ["train_file": mixed, "max_steps": "2"])
        try workshop.succeed(["cross-validate", folds, "--folds", "2"])
        #expect(try workshop.text("folds/oof_predictions.jsonl").split(separator: "\n").count == 40)
    }

    @Test("a split is the same on 1, 2 and 3 ranks and after a resumption, stratified, and told")
    func split() throws {
        let workshop = try Workshop()
        let keys: KeyValuePairs<String, String?> = [
            "validation_split": "0.2", "eval_strategy": "steps", "eval_steps": "3", "max_steps": "6",
        ]
        var losses: [[Double]] = []
        for (ranks, rows) in [(1, 12), (2, 6), (3, 4)] {
            let outcome = try workshop.train(
                "run-\(ranks)", ranks: ranks, keys, flags: ["--per_device_train_batch_size", "\(rows)"])
            #expect(
                outcome.errors.contains(
                    "validation_split: 12 of 60 rows are held out to evaluate on, drawn with seed 42, stratified by label"
                ), "\(outcome.errors)")
            #expect(outcome.errors.contains("48 training rows"))
            #expect(outcome.errors.contains("and 12 validation rows"))
            losses.append(try workshop.values("run-\(ranks)", "eval_loss"))
        }
        for other in losses.dropFirst() { #expect(largestRelativeDifference(other, losses[0]) <= 1e-3) }
        #expect(try workshop.text("run-1/recipe.yaml").contains("validation_split: 0.2"))
        let saving = ["--save_strategy", "steps", "--save_steps", "2"]
        try workshop.train("whole", keys, flags: saving)
        try workshop.copy("whole", to: "rest", after: 2)
        try workshop.train("rest", keys, flags: saving + ["--resume_from_checkpoint", "auto"])
        #expect(try workshop.records("rest") == workshop.records("whole"))
        #expect(try workshop.values("rest", "eval_loss") == workshop.values("whole", "eval_loss"))
    }

    @Test("the first rows, of training and of evaluation, as if the files ended there")
    func first() throws {
        let workshop = try Workshop()
        let short = try workshop.write(ToyRow.rows(24).jsonLines, to: "short.jsonl")
        let shortValidation = try workshop.write(ToyRow.rows(9, seed: 2).jsonLines, to: "short-v.jsonl")
        let keys: KeyValuePairs<String, String?> = ["max_steps": "4", "eval_strategy": "epoch"]
        try workshop.train(
            "short", keys, flags: ["--train_file", short, "--validation_file", shortValidation])
        let outcome = try workshop.train(
            "first", keys,
            flags: [
                "--validation_file", workshop.path + "/validation.jsonl", "--max_train_samples", "24",
                "--max_eval_samples", "9",
            ])
        #expect(outcome.errors.contains("max_train_samples: the first 24 of 60 training rows"))
        #expect(try workshop.values("first") == workshop.values("short"))
        #expect(try workshop.values("first", "eval_loss") == workshop.values("short", "eval_loss"))
        let evaluation = try workshop.evaluation([
            "--model_name_or_path", workshop.path + "/first", "--validation_file",
            workshop.path + "/validation.jsonl", "--max_eval_samples", "9",
        ])
        #expect(evaluation["eval_samples"] == .integer(9))
        let all = try workshop.evaluation([
            "--model_name_or_path", workshop.path + "/first", "--validation_file",
            workshop.path + "/validation.jsonl",
        ])
        #expect(all["eval_samples"] == .integer(23))
    }

    @Test("groups are on one side of a split, and what needs a split and does not get it is told")
    func groups() throws {
        let workshop = try Workshop()
        let rows = ToyRow.rows(60).enumerated().map { index, row in
            #"{"text": "\#(row.text)", "label": "\#(row.tone)", "author": "\#(index / 6)"}"# + "\n"
        }
        let file = try workshop.write(rows.joined(), to: "groups.jsonl")
        let outcome = try workshop.train(
            "run",
            [
                "train_file": file, "validation_split": "0.2", "group_column": "author",
                "eval_strategy": "epoch",
                "max_steps": "2",
            ])
        #expect(outcome.errors.contains("stratified by label, grouped by author"), "\(outcome.errors)")
        let refused = try workshop.lockstep([
            "train", try workshop.recipe(output: "none", ["validation_split": "0.2"]),
        ])
        #expect(
            refused.errors.contains("validation_split: 0.2 holds out rows to evaluate on, but eval_strategy"))
    }

    @Test("multi-hot labels are learnt by their places, and evaluate reads them alike")
    func multiHot() throws {
        let workshop = try Workshop()
        func lines(_ rows: [ToyRow]) -> String {
            rows.map { row in
                #"{"text": "\#(row.text)", "label": [\#(row.balance > 0 ? 1 : 0), \#(row.balance < 0 ? 1 : 0), 0]}"#
                    + "\n"
            }.joined()
        }
        let file = try workshop.write(lines(ToyRow.rows(60)), to: "hot.jsonl")
        let outcome = try workshop.train("run", ["train_file": file, "max_steps": "300"])
        #expect(
            outcome.errors.contains("multi_label_classification: 3 outputs (LABEL_0, LABEL_1, LABEL_2)"),
            "\(outcome.errors)")
        #expect(outcome.errors.contains("column label: lists of 3 zeros and ones are multi-hot"))
        let validation = try workshop.write(lines(ToyRow.rows(30, seed: 5)), to: "hot-v.jsonl")
        let found = try workshop.evaluation([
            "--model_name_or_path", workshop.path + "/run", "--validation_file", validation,
        ])
        #expect(found["labels"]?.array?.count == 3)
        #expect(found["eval_accuracy"]?.double ?? 0 > 0.6)
    }
}
