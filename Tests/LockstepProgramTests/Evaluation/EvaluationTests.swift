// `lockstep evaluate`: the same figures to the last digit on any number of ranks.

import JSON
import Models
import TestSupport
import Testing

@Suite(.serialized) struct EvaluationTests {
    /// eval_results.json without what depends on the clock, as text.
    private func results(_ workshop: Workshop, ranks: Int, flags: [String]) throws -> String {
        let output = "evaluation-\(ranks)"
        try workshop.succeed(
            [
                "evaluate", "--model_name_or_path", workshop.path + "/run", "--output_dir",
                workshop.path + "/" + output, "--threads_per_rank", "1",
            ] + flags, ranks: ranks)
        let lines = try workshop.text(output + "/eval_results.json").split(separator: "\n")
        let timed = ["\"eval_runtime\"", "\"eval_samples_per_second\""]
        #expect(lines.count { line in timed.contains { line.contains($0) } } == 2)
        return lines.filter { line in !timed.contains { line.contains($0) } }.joined(separator: "\n")
    }

    @Test("1, 2, 3 and 4 ranks give the same text; 23 rows in batches of 4 divide by none of them")
    func ranks() throws {
        let workshop = try Workshop()
        try workshop.train("run", ["max_steps": "20"])
        let flags = [
            "--validation_file", workshop.path + "/validation.jsonl", "--per_device_eval_batch_size", "4",
        ]
        let alone = try results(workshop, ranks: 0, flags: flags)
        for name in ["eval_loss", "eval_accuracy", "eval_f1", "eval_mcc", "confusion_matrix", "per_label"] {
            #expect(alone.contains("\"\(name)\" : "))
        }
        #expect(alone.contains("\"eval_samples\" : 23"))
        for name in [
            "eval_f1_low", "eval_loss_high", "eval_roc_auc", "eval_brier_score", "calibration", "mistakes",
        ] {
            #expect(alone.contains("\"\(name)\" : "))
        }
        let predictions = try workshop.text("evaluation-0/eval_predictions.jsonl")
        #expect(predictions.split(separator: "\n").count == 23)
        #expect(predictions.hasPrefix("{\"row\": 0, \"input\": "))
        for ranks in 1...4 {
            #expect(try results(workshop, ranks: ranks, flags: flags) == alone)
            #expect(try workshop.text("evaluation-\(ranks)/eval_predictions.jsonl") == predictions)
        }
    }

    @Test("more ranks than batches, and more ranks than rows")
    func fewBatches() throws {
        let workshop = try Workshop(validationRows: 3)
        try workshop.train("run", ["max_steps": "5"])
        let file = ["--validation_file", workshop.path + "/validation.jsonl"]
        let alone = try results(workshop, ranks: 0, flags: file)
        #expect(try results(workshop, ranks: 4, flags: file) == alone)
        let single = file + ["--per_device_eval_batch_size", "1"]
        #expect(try results(workshop, ranks: 4, flags: single) == results(workshop, ranks: 1, flags: single))
    }

    @Test("evaluating while training gives what evaluate gives for the final model")
    func whileTraining() throws {
        let workshop = try Workshop()
        try workshop.train(
            "run", ranks: 2,
            [
                "per_device_train_batch_size": "6", "num_train_epochs": "2", "eval_strategy": "epoch",
                "validation_file": workshop.path + "/validation.jsonl",
            ])
        let flags = ["--validation_file", workshop.path + "/validation.jsonl"]
        _ = try results(workshop, ranks: 3, flags: flags)
        let document = try workshop.json("evaluation-3/eval_results.json")
        for name in ["eval_accuracy", "eval_f1", "eval_mcc"] {
            let values = try workshop.values("run", name)
            #expect(values.count == 2)
            #expect(document[name]?.double == values.last)
        }
        try expectSameLoss(document["eval_loss"]?.double, workshop.values("run", "eval_loss").last)
    }

    @Test("the table on standard output shows metrics, labels and the confusion matrix, --json the document")
    func printing() throws {
        let workshop = try Workshop()
        try workshop.train("run", ["max_steps": "5"])
        let arguments = [
            "evaluate", "--model_name_or_path", workshop.path + "/run", "--validation_file",
            workshop.path + "/validation.jsonl",
        ]
        let table = try workshop.succeed(arguments, ranks: 2).output
        for text in ["eval_accuracy", "negative", "neutral", "positive", "rows: truth, columns: prediction"] {
            #expect(table.contains(text))
        }
        for text in [
            "95% interval", "By length", "By confidence", "The rows that the model is most wrong about",
        ] {
            #expect(table.contains(text))
        }
        let strange = try workshop.write(#"{"text": "good", "label": "odd"}"# + "\n", to: "strange.jsonl")
        let refusal = try workshop.lockstep(arguments + ["--validation_file", strange])
        #expect(
            refusal.status == 1 && refusal.errors.contains("\(strange):1: unknown label \"odd\"; the known"))
        let json = try workshop.succeed(arguments + ["--json"], ranks: 2).output
        #expect(try JSONValue(parsing: Array(json.utf8))["eval_samples"]?.integer == 23)
    }
}
