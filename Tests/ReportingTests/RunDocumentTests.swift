// The object about a run that `train --json` prints.

import JSON
import Reporting
import TestSupport
import Testing

@Suite struct RunDocumentTests {
    private func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let lines = [
            #"{"step": 2, "epoch": 0.5, "loss": 0.9}"#,
            #"{"step": 2, "epoch": 0.5, "eval_loss": 0.4, "eval_f1": NaN}"#,
            #"{"step": 3, "epoch": 0.75, "train_runtime": 1.5, "train_loss": 0.7}"#,
            #"{"step": 4, "epoch": 1, "eval_loss": 0.5, "eval_f1": 0.25}"#,
            #"{"step": 4, "epoch": 1, "train_runtime": 2.5, "train_loss": Infinity, "early_stop": "why"}"#,
        ]
        try folder.write(lines.map { $0 + "\n" }.joined(), to: "metrics.jsonl")
        try folder.write(#"{"lockstep": "9.9"}"#, to: "versions.json")
        return folder
    }

    private func document(_ folder: TemporaryFolder, holdsBest: Bool) throws -> JSONValue {
        try RunDocument(
            directory: folder.path, step: 4, totalSteps: 8, bestCheckpoint: ("x/checkpoint-2", 2),
            bestMetric: 0.4,
            metricForBestModel: "eval_loss", holdsBest: holdsBest
        ).json()
    }

    @Test("The evaluation is that of the folder's model, the rates those of the newest summary")
    func evaluation() throws {
        let folder = try folder()
        let last = try document(folder, holdsBest: false)
        #expect(last["evaluation"]?["eval_f1"] == .shortest(0.25))
        let best = try document(folder, holdsBest: true)
        #expect(best["evaluation"]?["eval_loss"] == .shortest(0.4))
        #expect(best["best_checkpoint"] == .string("x/checkpoint-2") && best["best_step"] == .integer(2))
        #expect(best["train_runtime"] == .shortest(2.5) && best["early_stop"] == .string("why"))
        #expect(best["versions"]?["lockstep"] == .string("9.9"))
        #expect(best["step"] == .integer(4) && best["total_steps"] == .integer(8))
    }

    @Test("What is no number is null, so that every parser reads the object")
    func finite() throws {
        let folder = try folder()
        let best = try document(folder, holdsBest: true)
        #expect(best["evaluation"]?["eval_f1"] == .null && best["train_loss"] == .null)
        #expect(try JSONValue(parsing: best.serialized()) == best)
    }

    @Test("A run without evaluation, summary or versions has null in their place")
    func empty() throws {
        let folder = try TemporaryFolder()
        let document = try RunDocument(
            directory: folder.path, step: 1, totalSteps: 1, bestCheckpoint: nil, bestMetric: nil,
            metricForBestModel: nil, holdsBest: false
        ).json()
        for name in [
            "evaluation", "versions", "best_metric", "best_checkpoint", "metric_for_best_model", "epoch",
        ] {
            #expect(document[name] == .null, "\(name)")
        }
    }
}
