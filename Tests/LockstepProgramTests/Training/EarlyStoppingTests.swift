// Runs that overfit: they are stopped in time when asked to, and the user is told in plain words.

import Foundation
import JSON
import Models
import TestSupport
import Testing

@Suite(.serialized) struct EarlyStoppingTests {
    /// Few rows with labels by chance: they can only be learnt by heart.
    private func workshop() throws -> Workshop {
        let workshop = try Workshop(trainRows: 50, validationRows: 30)
        let tones = ["negative", "neutral", "positive"]
        let lines = ToyRow.rows(50).enumerated().map { index, row in
            #"{"id": \#(index), "text": "\#(row.text)", "label": "\#(tones[(index * 7 + index / 3) % 3])"}"#
                + "\n"
        }
        try workshop.write(lines.joined(), to: "train.jsonl")
        return workshop
    }

    private func keys(_ workshop: Workshop) -> KeyValuePairs<String, String?> {
        [
            "per_device_train_batch_size": "10", "num_train_epochs": "30", "eval_strategy": "epoch",
            "save_strategy": "epoch", "validation_file": workshop.path + "/validation.jsonl",
            "hidden_dropout_prob": "0", "attention_probs_dropout_prob": "0", "save_total_limit": "2",
            "learning_rate": "3e-3",
        ]
    }

    @Test("patience ends the run, the best model stays, and log and summary explain why")
    func patience() throws {
        let workshop = try workshop()
        let outcome = try workshop.train(
            "run", ranks: 2, keys(workshop),
            flags: [
                "--per_device_train_batch_size", "5", "--early_stopping_patience", "3",
                "--load_best_model_at_end", "true",
            ])
        let losses = try workshop.values("run", "eval_loss")
        let best = try #require(losses.indices.min { losses[$0] < losses[$1] })
        #expect(losses.count == best + 1 + 3 && losses.count < 30, "\(losses)")
        #expect(
            outcome.errors.contains(
                "stopped early at step \(5 * losses.count) of 150: eval_loss has not improved in 3 evaluations "
                    + "(best: "), "\(outcome.errors)")
        #expect(
            outcome.errors.contains(
                "warning: overfitting: since epoch \(best + 1) (step \(5 * (best + 1))) the"))
        let page = try workshop.text("run/report.html")
        #expect(page.contains("Stopped early at step \(5 * losses.count) of 150: eval_loss has not improved"))
        #expect(
            page.contains("Overfitting: since epoch \(best + 1) (step \(5 * (best + 1))) the validation loss")
        )
        #expect(page.contains(">overfitting</text>"))
        #expect(try workshop.values("run", "overfitting_since_epoch") == [Double(best + 1)])
        #expect(
            try workshop.bytes("run/model.safetensors")
                == workshop.bytes("run/checkpoint-\(5 * (best + 1))/model.safetensors"))
        #expect(try workshop.json("run/trainer_state.json")["global_step"]?.integer == 5 * losses.count)
    }

    @Test("without patience the run goes on to its end, warned once while it runs and once in the summary")
    func warning() throws {
        let workshop = try workshop()
        let outcome = try workshop.train("run", keys(workshop), flags: ["--num_train_epochs", "16"])
        #expect(try workshop.values("run", "eval_loss").count == 16)
        #expect(outcome.errors.components(separatedBy: "warning: overfitting: since epoch").count == 3)
    }

    @Test("patience and warning outlive an interruption")
    func resume() throws {
        let workshop = try workshop()
        let keys = keys(workshop)
        let flags = ["--early_stopping_patience", "4", "--save_total_limit", "null"]
        let whole = try workshop.train("whole", keys, flags: flags)
        let stopped = try workshop.values("whole", "eval_loss").count
        let end = try #require(whole.errors.split(separator: "\n").first { $0.hasPrefix("stopped early") })
        for step in [5 * (stopped - 1), 5 * (stopped - 3), 5 * stopped] {
            try workshop.copy("whole", to: "on-\(step)", after: step)
            let outcome = try workshop.train(
                "on-\(step)", keys, flags: flags + ["--resume_from_checkpoint", "auto"])
            #expect(outcome.errors.contains(end), "\(outcome.errors)")
            #expect(try workshop.values("on-\(step)", "eval_loss") == workshop.values("whole", "eval_loss"))
            #expect(outcome.errors.contains("warning: overfitting"))
        }
    }

    @Test("patience needs evaluations")
    func mistakes() throws {
        let workshop = try Workshop()
        try workshop.expectRefusal(
            training: ["early_stopping_patience": "2"],
            saying:
                "\(workshop.path)/run.yaml:1: early_stopping_patience counts evaluations; set eval_strategy to "
                + "epoch or steps.")
    }
}
