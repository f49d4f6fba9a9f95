// A run that goes on from a checkpoint gives every bit of the run that was never interrupted.

import Foundation
import JSON
import Models
import TestSupport
import Testing

@Suite(.serialized) struct ResumeTests {
    private let schedule: KeyValuePairs<String, String?> = [
        "per_device_train_batch_size": "6", "num_train_epochs": "3", "logging_steps": "4",
        "save_strategy": "steps", "save_steps": "1", "warmup_ratio": "0.2", "weight_decay": "0.01",
    ]

    @Test("in the middle of an epoch and of a logging window, all further records and weights are equal")
    func middle() throws {
        let workshop = try Workshop()
        try workshop.train("whole", ranks: 2, schedule)
        let last = "/checkpoint-15/"
        // Five steps an epoch: 7 is inside an epoch and a window, 10 ends an epoch, 12 ends a window.
        for step in [7, 10, 12] {
            let output = "from-\(step)"
            try workshop.copy("whole", to: output, after: step)
            let outcome = try workshop.train(
                output, ranks: 2, schedule, flags: ["--resume_from_checkpoint", "auto"])
            #expect(outcome.errors.contains("resuming from \(workshop.path)/\(output)/checkpoint-\(step)\n"))
            #expect(try workshop.records(output) == workshop.records("whole"))
            #expect(try workshop.records(output).count == 4)
            for file in ["/model.safetensors", last + "model.safetensors", last + "optimizer.safetensors"] {
                #expect(
                    try workshop.bytes(output + file) == workshop.bytes("whole" + file), "\(output)\(file)")
            }
        }
    }

    @Test("a given checkpoint of another folder is where a new folder goes on")
    func givenPath() throws {
        let workshop = try Workshop()
        try workshop.train("whole", schedule)
        try workshop.train(
            "new", schedule, flags: ["--resume_from_checkpoint", workshop.path + "/whole/checkpoint-8"])
        #expect(try workshop.records("new").elementsEqual(workshop.records("whole").suffix(6)))
        #expect(try workshop.bytes("new/model.safetensors") == workshop.bytes("whole/model.safetensors"))
    }

    @Test("a learning rate that falls on plateaus, and evaluations by shares of the run, outlive it too")
    func plateau() throws {
        let workshop = try Workshop()
        try workshop.expectExactResume(
            [
                "lr_scheduler_type": "reduce_lr_on_plateau", "metric_for_best_model": "loss",
                "greater_is_better": "true",
            ], files: ["model.safetensors"],
            flags: [
                "--lr_scheduler_kwargs", "patience=0,factor=0.5,min_lr=1e-5", "--warmup_ratio", "0",
                "--eval_steps", "0.1", "--logging_steps", "1",
            ])
        #expect(try workshop.values("whole", "eval_loss").count == 6)
        let rates = try workshop.values("whole", "learning_rate")
        #expect(rates.first == 2e-3 && rates.last.map { $0 < 1e-3 } == true, "\(rates)")
    }

    @Test("the best metric and its checkpoint outlive the interruption")
    func best() throws {
        let workshop = try Workshop()
        // The highest loss is the best here, so that the best checkpoint is an early one.
        let keys: KeyValuePairs<String, String?> = [
            "max_steps": "8", "eval_strategy": "steps", "eval_steps": "2", "save_strategy": "steps",
            "save_steps": "2", "save_total_limit": "2", "load_best_model_at_end": "true",
            "metric_for_best_model": "loss", "greater_is_better": "true",
            "validation_file": workshop.path + "/validation.jsonl",
        ]
        try workshop.train("whole", ranks: 2, keys)
        let losses = try workshop.values("whole", "eval_loss")
        try #require(losses.count == 4)
        let bestStep = 2 + 2 * (losses.firstIndex(of: losses.max() ?? 0) ?? 0)
        try #require(bestStep < 8, "the losses fall: \(losses)")
        #expect(
            try workshop.names("whole").filter { $0.hasPrefix("checkpoint") }
                == ["checkpoint-\(bestStep)", "checkpoint-8"])
        #expect(
            try workshop.bytes("whole/model.safetensors")
                == workshop.bytes("whole/checkpoint-\(bestStep)/model.safetensors"))
        let state = try workshop.json("whole/trainer_state.json")
        #expect(state["best_metric"]?.double == losses.max())
        #expect(state["best_model_checkpoint"]?.string == workshop.path + "/whole/checkpoint-\(bestStep)")

        try workshop.train("cut", ranks: 2, keys, flags: ["--save_total_limit", "null"])
        try workshop.copy("cut", to: "on", after: 6)
        try workshop.train("on", ranks: 2, keys, flags: ["--resume_from_checkpoint", "auto"])
        #expect(
            try workshop.names("on").filter { $0.hasPrefix("checkpoint") }
                == ["checkpoint-\(bestStep)", "checkpoint-8"])
        #expect(try workshop.bytes("on/model.safetensors") == workshop.bytes("whole/model.safetensors"))
    }

    @Test("other data, another global batch or another seed cannot go on, and the message says which")
    func mismatch() throws {
        let workshop = try Workshop()
        try workshop.train("run", ["max_steps": "3", "save_strategy": "steps", "save_steps": "2"])
        let before = try workshop.text("run/metrics.jsonl")
        let cases: [(flags: [String], message: String)] = [
            (["--seed", "7"], "was saved with seed 42, but this run has 7"),
            (
                ["--per_device_train_batch_size", "6"],
                "was saved with a global batch of 12 rows, but this run has 6 rows"
            ),
            (
                ["--train_file", workshop.path + "/validation.jsonl"],
                "was saved with rows in train_file: 60, but this run has 23"
            ),
        ]
        for (flags, message) in cases {
            let outcome = try workshop.lockstep(
                ["train", workshop.path + "/run.yaml", "--resume_from_checkpoint", "auto"] + flags)
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("/run " + message), "\(outcome.errors)")
            let longer = try workshop.lockstep(
                ["train", workshop.path + "/run.yaml", "--resume_from_checkpoint", "auto"] + flags
                    + ["--max_steps", "5"])
            #expect(longer.status == 1)
            #expect(longer.errors.contains("/run/checkpoint-3 " + message), "\(longer.errors)")
        }
        #expect(try workshop.text("run/metrics.jsonl") == before)
    }
}
