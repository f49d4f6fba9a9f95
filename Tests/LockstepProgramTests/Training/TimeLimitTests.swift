// Runs that stop by the clock, and what they leave to the run that goes on.

import Foundation
import JSON
import TestSupport
import Testing

@Suite(.serialized) struct TimeLimitTests {
    private func keys(_ workshop: Workshop) -> KeyValuePairs<String, String?> {
        [
            "max_steps": "4", "eval_strategy": "steps", "eval_steps": "2", "save_strategy": "steps",
            "save_steps": "2", "lr_scheduler_type": "constant", "load_best_model_at_end": "true",
            "validation_file": workshop.path + "/validation.jsonl",
        ]
    }

    @Test(
        "a run that stops after each step and goes on is the whole run, with the evaluations that it owed",
        arguments: [0, 2])
    func pieces(ranks: Int) throws {
        let workshop = try Workshop()
        try workshop.train("whole", ranks: ranks, keys(workshop))
        let recipe = try workshop.recipe(output: "pieces", keys(workshop))
        let flags = ["--max_train_seconds", "0.000001", "--resume_from_checkpoint", "auto"]
        for step in 1...4 {
            let piece = try workshop.lockstep(["train", recipe] + flags, ranks: ranks)
            #expect(piece.status == 85, "\(piece.errors)")
            #expect(piece.errors.contains("stopped on request after step \(step), which is saved"))
            #expect(try !workshop.names("pieces").contains("model.safetensors"))
        }
        let last = try workshop.lockstep(["train", recipe] + flags, ranks: ranks)
        #expect(last.status == 0, "\(last.errors)")
        #expect(try workshop.records("pieces") == workshop.records("whole"))
        #expect(try workshop.values("pieces", "eval_loss") == workshop.values("whole", "eval_loss"))
        #expect(try workshop.bytes("pieces/model.safetensors") == workshop.bytes("whole/model.safetensors"))
        #expect(
            try workshop.json("pieces/trainer_state.json")["best_global_step"]
                == workshop.json("whole/trainer_state.json")["best_global_step"])
    }

    @Test("Slurm's end of the job stops a run that would not be done by then")
    func endOfJob() throws {
        let workshop = try Workshop()
        let recipe = try workshop.recipe(output: "run", ["max_steps": "1000000"])
        func outcome(_ seconds: Double) throws -> JobOutcome {
            let end = Int(Date().timeIntervalSince1970 + seconds)
            return try MPIRun.run(
                [
                    "env", "SLURM_JOB_END_TIME=\(end)", Workshop.program, "train", recipe,
                    "--overwrite_output_dir", "true",
                ],
                timeoutSeconds: 60)
        }
        let stopped = try outcome(62)
        #expect(stopped.status == 85 && stopped.errors.contains("which is saved"), "\(stopped.errors)")
    }
}
