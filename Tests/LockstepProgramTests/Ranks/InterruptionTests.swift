// Runs that are killed or asked to stop in the middle, and how they go on.

import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct InterruptionTests {
    private static let parts = [
        "config.json", "manifest.json", "model.safetensors", "optimizer.safetensors", "recipe.yaml",
        "trainer_state.json", "vocab.txt",
    ]

    /// A run that would take minutes; its rate does not depend on its length, so that a shorter run repeats
    /// it.
    private func recipe(_ workshop: Workshop, _ output: String) throws -> String {
        try workshop.recipe(
            output: output,
            [
                "per_device_train_batch_size": "6", "max_steps": "1000000", "lr_scheduler_type": "constant",
                "save_strategy": "steps", "save_steps": "3", "save_total_limit": "2",
            ])
    }

    private func savedSteps(_ workshop: Workshop, _ output: String) throws -> [Int] {
        try workshop.names(output).compactMap { name in
            name.hasPrefix("checkpoint-") ? Int(name.dropFirst("checkpoint-".count)) : nil
        }.sorted()
    }

    /// Lets a job run until it has saved, ends it by a signal, and returns the exit code.
    private func interrupt(_ workshop: Workshop, by signal: Int32) throws -> Int32 {
        let job = try LiveJob(workshop, ranks: 2, ["train", recipe(workshop, "cut")])
        try job.wait(for: "step 6 is saved") { try savedSteps(workshop, "cut").contains { $0 >= 6 } }
        return try job.end(by: signal)
    }

    /// Goes on for seven steps and compares with a run that was never interrupted.
    private func resumeAndCompare(_ workshop: Workshop) throws {
        let step = try #require(try savedSteps(workshop, "cut").last)
        let steps = ["--max_steps", "\(step + 7)"]
        let resumed = try workshop.succeed(
            ["train", recipe(workshop, "cut"), "--resume_from_checkpoint", "auto"] + steps, ranks: 2)
        #expect(resumed.errors.contains("resuming from \(workshop.path)/cut/checkpoint-\(step)\n"))
        try workshop.succeed(["train", recipe(workshop, "whole")] + steps, ranks: 2)
        #expect(try workshop.records("cut") == workshop.records("whole"))
        #expect(try workshop.records("cut").count == step + 7)
        #expect(try workshop.bytes("cut/model.safetensors") == workshop.bytes("whole/model.safetensors"))
        #expect(try workshop.names("cut").allSatisfy { !$0.hasPrefix(".") })
    }

    private func expectWholeCheckpoints(_ workshop: Workshop) throws {
        for step in try savedSteps(workshop, "cut") {
            #expect(try workshop.names("cut/checkpoint-\(step)") == Self.parts)
        }
        #expect(try !workshop.names("cut").contains("model.safetensors"), "no final model of half a run")
    }

    @Test("SIGUSR1 to mpirun: saved, code 85, one sentence, and the rest is equal")
    func stopOnRequest() throws {
        let workshop = try Workshop()
        #expect(try interrupt(workshop, by: SIGUSR1) == 85)
        let step = try #require(try savedSteps(workshop, "cut").last)
        #expect(try workshop.values("cut", "step").last == Double(step), "the step under way is saved")
        let sentence =
            "stopped on request after step \(step), which is saved; go on with --resume_from_checkpoint auto "
            + "and the same output_dir \(workshop.path)/cut\n"
        let log = try workshop.text("live.log")
        #expect(log.components(separatedBy: sentence).count == 2, "\(log)")
        #expect(!log.contains("error:"))
        try expectWholeCheckpoints(workshop)
        try resumeAndCompare(workshop)
    }

    @Test("mpirun killed by SIGKILL: the newest checkpoint is whole, and the rest is equal")
    func killed() throws {
        let workshop = try Workshop()
        #expect(try interrupt(workshop, by: SIGKILL) == 128 + SIGKILL)
        try expectWholeCheckpoints(workshop)
        try resumeAndCompare(workshop)
    }

    @Test("Ctrl-C: the job ends with an error code and leaves whole checkpoints only")
    func interrupted() throws {
        let workshop = try Workshop()
        #expect(try interrupt(workshop, by: SIGINT) != 0)
        try expectWholeCheckpoints(workshop)
        try resumeAndCompare(workshop)
    }
}
