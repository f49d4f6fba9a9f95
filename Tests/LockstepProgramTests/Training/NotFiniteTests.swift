// Runs that diverge: what is not finite is never saved, and the good checkpoint stays.

import Foundation
import JSON
import TestSupport
import Testing

@Suite(.serialized) struct NotFiniteTests {
    private let auto = ["--resume_from_checkpoint", "auto"]

    @Test(
        "a last step that ruins the weights is an error, and the only checkpoint stays as it was",
        arguments: [0, 2])
    func lastStep(ranks: Int) throws {
        let workshop = try Workshop()
        let keys: KeyValuePairs<String, String?> = [
            "save_strategy": "steps", "save_steps": "2", "save_total_limit": "1",
            "lr_scheduler_type": "constant", "per_device_train_batch_size": "6",
        ]
        try workshop.train("run", ranks: ranks, keys, flags: ["--max_steps", "2"])
        let before = try workshop.bytes("run/checkpoint-2/model.safetensors")
        let outcome = try workshop.lockstep(
            ["train", workshop.path + "/run.yaml", "--max_steps", "3", "--learning_rate", "1e39"] + auto,
            ranks: ranks)
        #expect(outcome.status == 65)
        #expect(
            outcome.errors.contains("after step 3: the run has diverged, they are not saved, and earlier"))
        #expect(try workshop.names("run").filter { $0.contains("checkpoint") } == ["checkpoint-2"])
        #expect(try workshop.bytes("run/checkpoint-2/model.safetensors") == before)
        #expect(try workshop.bytes("run/model.safetensors") == before)
        try workshop.train("run", ranks: ranks, keys, flags: ["--max_steps", "4"] + auto)
    }

    @Test("a run that diverges before its end stops with the rows of the batch", arguments: [0, 2])
    func diverges(ranks: Int) throws {
        let workshop = try Workshop()
        let recipe = try workshop.recipe(
            output: "run",
            ["learning_rate": "1e30", "max_steps": "9", "lr_scheduler_type": "constant"])
        let outcome = try workshop.lockstep(["train", recipe], ranks: ranks)
        #expect(outcome.status == 65)
        #expect(outcome.errors.contains("is not a finite number at step "))
        #expect(outcome.errors.contains(" rows: \(workshop.path)/train.jsonl:"))
        #expect(try !workshop.names("run").contains("model.safetensors"))
    }

    @Test("as many steps as the recipe allows are left out, and the next one ends the run")
    func skipped() throws {
        let workshop = try Workshop()
        let recipe = try workshop.recipe(
            output: "run",
            [
                "learning_rate": "1e30", "max_steps": "9", "lr_scheduler_type": "constant",
                "max_skipped_updates": "2",
            ])
        let outcome = try workshop.lockstep(["train", recipe])
        #expect(outcome.status == 65)
        #expect(outcome.errors.contains("the step is left out, 1 of at most 2"))
        #expect(outcome.errors.contains("the step is left out, 2 of at most 2"))
        #expect(
            outcome.errors.contains("after 2 steps that were left out (max_skipped_updates): the run has"))
        #expect(try workshop.text("run/metrics.jsonl").contains("\"skipped_updates\": 1"))
    }
}
