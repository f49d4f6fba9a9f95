// report_to: what a run writes for other programs.

import Foundation
import JSON
import TestSupport
import Testing

@Suite(.serialized) struct ReportTargetTests {
    /// The payloads of the records of an event file, which must end with a whole one.
    private func records(_ workshop: Workshop, _ name: String) throws -> [String] {
        let bytes = try workshop.bytes(name)
        var (records, place): ([String], Int) = ([], 0)
        while place < bytes.count {
            let length = (0..<8).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
            try #require(place + 16 + length <= bytes.count)
            records.append(String(decoding: bytes[(place + 12)..<(place + 12 + length)], as: UTF8.self))
            place += 16 + length
        }
        return records
    }

    private func files(_ workshop: Workshop, _ folder: String) throws -> [String] {
        try workshop.names(folder).filter { $0.hasPrefix("events.out.tfevents.") }
    }

    @Test("TensorBoard gets each record of the log, and from a run that goes on another file")
    func tensorBoard() throws {
        let workshop = try Workshop()
        let keys: KeyValuePairs<String, String?> = [
            "max_steps": "4", "logging_steps": "1", "eval_strategy": "steps", "eval_steps": "2",
            "save_strategy": "steps", "save_steps": "2", "report_to": "tensorboard",
            "validation_file": workshop.path + "/validation.jsonl",
        ]
        try workshop.train("run", ranks: 2, keys)
        let file = try #require(files(workshop, "run").first)
        #expect(try files(workshop, "run").count == 1)
        let found = try records(workshop, "run/" + file)
        #expect(found.first?.contains("brain.Event:2") == true)
        #expect(found.filter { $0.contains("train/loss") }.count == 4)
        #expect(found.filter { $0.contains("eval/loss") }.count == 2)
        #expect(found.contains { $0.contains("train/train_runtime") })
        #expect(
            found.contains { $0.contains("_hparams_/session_start_info") && $0.contains("learning_rate") })
        #expect(found.contains { $0.contains("recipe/text_summary") && $0.contains("max_steps: 4") })
        #expect(found.last?.contains("_hparams_/session_end_info") == true)

        try workshop.train(
            "run", ranks: 2, keys,
            flags: [
                "--max_steps", "6", "--resume_from_checkpoint", workshop.path + "/run/checkpoint-4",
            ])
        let names = try files(workshop, "run")
        #expect(names.count == 2)
        let second = try records(workshop, "run/" + (try #require(names.first { $0 != file })))
        #expect(second.filter { $0.contains("train/loss") }.count == 2)
    }

    @Test("nothing is written unasked, and what cannot be written for is refused")
    func others() throws {
        let workshop = try Workshop()
        try workshop.train("plain", ["max_steps": "1", "report_to": "none"])
        #expect(try files(workshop, "plain").isEmpty)
        let recipe = try workshop.recipe(output: "run", ["max_steps": "1"])
        let outcome = try workshop.lockstep(["train", recipe, "--report_to", "tensorboard,wandb"])
        #expect(outcome.status != 0)
        let list = "none, all or a list of: tensorboard, mlflow, prometheus, otlp"
        #expect(outcome.errors.contains(list), "\(outcome.errors)")
    }

    @Test("a dead collector costs nothing and is told of once; a server that is not named ends the run")
    func servers() throws {
        let workshop = try Workshop()
        let recipe = try workshop.recipe(
            output: "run", ["max_steps": "2", "report_to": "otlp"])
        // Port 9 is discard's, which nothing serves.
        let dead = try MPIRun.run(
            [Workshop.program, "train", recipe],
            environment: ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"], timeoutSeconds: 60)
        #expect(dead.status == 0, "\(dead.errors)")
        let remarks = dead.errors.split(separator: "\n").filter { $0.contains("did not reach") }
        #expect(remarks.count == 1 && remarks[0].contains("http://127.0.0.1:9/v1/"), "\(dead.errors)")

        let unnamed = try workshop.lockstep([
            "train", recipe, "--report_to", "mlflow", "--overwrite_output_dir", "true",
        ])
        #expect(unnamed.status != 0)
        #expect(
            unnamed.errors.contains("report_to: mlflow needs the environment variable MLFLOW_TRACKING_URI"))
    }
}
