// What was finished is not overwritten unasked, and one run at a time has an output folder.

import Checkpoints
import Foundation
import JSON
import Lockstep
import TestSupport
import Testing

@Suite(.serialized) struct FinishedRunTests {
    private let auto = ["--resume_from_checkpoint", "auto"]

    /// The bytes of every file of a folder of the workshop, by name; folders are empty.
    private func files(_ workshop: Workshop, _ folder: String) throws -> [String: [UInt8]] {
        let names = try workshop.names(folder)
        return Dictionary(
            uniqueKeysWithValues: names.map { ($0, (try? workshop.bytes(folder + "/" + $0)) ?? []) })
    }

    @Test("going on with a finished run does nothing, with and without checkpoints", arguments: [0, 2])
    func finished(ranks: Int) throws {
        let workshop = try Workshop()
        for (output, strategy) in [("bare", "\"no\""), ("kept", "steps")] {
            let keys: KeyValuePairs<String, String?> = [
                "max_steps": "3", "save_strategy": strategy, "save_steps": "2",
            ]
            try workshop.train(output, ranks: ranks, keys)
            let before = try files(workshop, output)
            #expect(before.keys.contains("model.safetensors"))
            let again = try workshop.train(output, ranks: ranks, keys, flags: auto)
            #expect(
                again.errors.contains(
                    "nothing is left to do: \(workshop.path)/\(output) holds the finished model"))
            #expect(again.errors.contains(" of step 3 of 3."))
            #expect(again.errors.contains("one of its checkpoints") == (output == "kept"))
            #expect(try files(workshop, output) == before)
            let shorter = try workshop.train(output, ranks: ranks, keys, flags: auto + ["--max_steps", "2"])
            #expect(shorter.errors.contains("of step 3 of 2."))
            #expect(try files(workshop, output) == before)
        }
    }

    @Test(
        "--json tells the same of a run at its end and when it was finished before", arguments: [true, false])
    func document(keepsBest: Bool) throws {
        let workshop = try Workshop()
        let keys: KeyValuePairs<String, String?> = [
            "max_steps": "6", "eval_strategy": "steps", "eval_steps": "2", "save_strategy": "steps",
            "save_steps": "2", "load_best_model_at_end": "\(keepsBest)", "metric_for_best_model": "accuracy",
            "validation_file": workshop.path + "/validation.jsonl",
        ]
        let first = try workshop.train("run", keys, flags: ["--json"]).output
        #expect(try workshop.train("run", keys, flags: auto + ["--json"]).output == first)
        let document = try JSONValue(parsing: Array(first.utf8))
        let state = try workshop.json("run/trainer_state.json")
        #expect(document["output_dir"] == .string(workshop.path + "/run"))
        #expect(document["step"] == .integer(6) && document["total_steps"] == .integer(6))
        #expect(document["metric_for_best_model"] == .string("eval_accuracy"))
        #expect(document["best_metric"] == state["best_metric"])
        #expect(document["best_checkpoint"] == state["best_model_checkpoint"])
        #expect(document["best_step"] == state["best_global_step"])
        let modelStep = keepsBest ? document["best_step"] : .integer(6)
        #expect(document["evaluation"]?["step"] == modelStep)
        #expect(document["evaluation"]?["eval_accuracy"]?.double != nil)
        #expect(document["train_loss"]?.double != nil && document["train_runtime"]?.double != nil)
        #expect(document["versions"]?["lockstep"] == .string(Version.current))
    }

    @Test("a finished model without a checkpoint is not replaced by a longer run from its first step")
    func longer() throws {
        let workshop = try Workshop()
        try workshop.train("run", ["max_steps": "3"])
        let before = try files(workshop, "run")
        let outcome = try workshop.lockstep(
            ["train", workshop.path + "/run.yaml", "--max_steps", "5"] + auto)
        #expect(outcome.status == 1)
        #expect(
            outcome.errors.contains(
                "output_dir \(workshop.path)/run holds the finished model of step 3 and no checkpoint from which the "
                    + "run could go on to step 5: "))
        #expect(try files(workshop, "run") == before)
    }

    @Test("a longer run goes on from the checkpoint of the finished one, and then replaces its model")
    func extended() throws {
        let workshop = try Workshop()
        let keys: KeyValuePairs<String, String?> = [
            "save_strategy": "steps", "save_steps": "2", "lr_scheduler_type": "constant",
        ]
        try workshop.train("run", keys, flags: ["--max_steps", "3"])
        let outcome = try workshop.train("run", keys, flags: auto + ["--max_steps", "5"])
        #expect(outcome.errors.contains("resuming from \(workshop.path)/run/checkpoint-3\n"))
        try workshop.train("whole", keys, flags: ["--max_steps", "5"])
        #expect(try workshop.bytes("run/model.safetensors") == workshop.bytes("whole/model.safetensors"))
    }

    @Test("the last step is evaluated and saved whatever the interval, and the best model is then known")
    func lastStep() throws {
        let workshop = try Workshop()
        try workshop.train(
            "run",
            [
                "max_steps": "5", "eval_strategy": "steps", "eval_steps": "100", "save_strategy": "steps",
                "save_steps": "100", "load_best_model_at_end": "true",
                "validation_file": workshop.path + "/validation.jsonl",
            ])
        #expect(try workshop.values("run", "eval_loss").count == 1)
        #expect(try workshop.names("run").contains("checkpoint-5"))
        #expect(try workshop.json("run/trainer_state.json")["best_global_step"] == .integer(5))
        #expect(
            try workshop.bytes("run/model.safetensors")
                == workshop.bytes("run/checkpoint-5/model.safetensors"))
    }

    @Test("a folder that another run uses is left to it, whether the second goes on or starts")
    func locked() throws {
        let workshop = try Workshop()
        let keys: KeyValuePairs<String, String?> = [
            "max_steps": "1000000", "save_strategy": "steps", "save_steps": "3", "save_total_limit": "2",
        ]
        let job = try LiveJob(workshop, ranks: 1, ["train", workshop.recipe(output: "run", keys)])
        try job.wait(for: "a checkpoint") {
            try workshop.names("run").contains { $0.hasPrefix("checkpoint-") }
        }
        for flags in [auto, ["--overwrite_output_dir", "true"]] {
            let second = try workshop.lockstep(["train", workshop.path + "/run.yaml"] + flags)
            #expect(second.status == 73)
            let words = "output_dir \(workshop.path)/run is in use by another run (process "
            #expect(second.errors.contains(words), "\(second.errors)")
        }
        #expect(try job.end(by: SIGUSR1) == 85)
        #expect(try !workshop.names("run").contains(".lock"))
    }

    @Test("a lock that its holder has released, or left behind when it died, is taken again")
    func lock() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write("process 1 on elsewhere", to: ".lock")
        let lock = try OutputLock(directory: folder.path, host: "here")
        #expect {
            _ = try OutputLock(directory: folder.path, host: "there")
        } throws: {
            "\($0)".contains("(process \(ProcessInfo.processInfo.processIdentifier) on here)")
        }
        try lock.release()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        try OutputLock(directory: folder.path, host: "there").release()
    }

    @Test("a signal is heard from the moment on when the request is there")
    func signals() throws {
        for _ in 0..<50 {
            let request = StopRequest()
            #expect(!request.isPending)
            kill(getpid(), SIGUSR1)
            let deadline = Date(timeIntervalSinceNow: 10)
            while !request.isPending, Date() < deadline { Thread.sleep(forTimeInterval: 0.001) }
            #expect(request.isPending)
        }
    }
}
