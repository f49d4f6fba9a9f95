// What every kind of run must keep: results that do not depend on ranks, and an exact resume.

import Foundation
import Testing

extension Workshop {
    /// Copies a run as it stood after `step`: later checkpoints and the final model are not there yet.
    func copy(_ run: String, to copy: String, after step: Int) throws {
        let target = path + "/" + copy
        try FileManager.default.copyItem(atPath: path + "/" + run, toPath: target)
        for name in try names(copy) {
            let saved = name.hasPrefix("checkpoint-") ? Int(name.dropFirst("checkpoint-".count)) : nil
            if let saved, saved <= step { continue }
            if name == "metrics.jsonl" || name == "recipe.yaml" { continue }
            try FileManager.default.removeItem(atPath: target + "/" + name)
        }
    }

    /// Trains 30 steps of 12 rows with these keys on 1, 2 and 3 ranks, with and without micro-batches, and
    /// expects the losses of each step and the evaluations to agree. Returns the losses on one rank.
    @discardableResult
    func expectRankInvariance(
        _ keys: KeyValuePairs<String, String?>, flags: [String] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> [Double] {
        var reference: (losses: [Double], evaluations: [Double])?
        for (ranks, rows, accumulating) in [(1, 12, 1), (2, 6, 1), (3, 4, 1), (2, 3, 2)] {
            let output = "ranks-\(ranks)x\(rows)x\(accumulating)"
            try train(
                output, ranks: ranks, keys,
                flags: [
                    "--per_device_train_batch_size", "\(rows)", "--max_steps", "30",
                    "--gradient_accumulation_steps", "\(accumulating)", "--eval_strategy", "steps",
                    "--eval_steps", "10", "--validation_file", path + "/validation.jsonl",
                ] + flags)
            let found = (losses: try values(output), evaluations: try values(output, "eval_loss"))
            guard let reference else {
                try #require(found.losses.count == 30 && found.evaluations.count == 3)
                reference = found
                continue
            }
            let name = Comment(rawValue: "\(ranks) ranks × \(rows) rows × \(accumulating)")
            let losses = largestRelativeDifference(found.losses, reference.losses)
            let first = largestRelativeDifference(found.losses.prefix(5), reference.losses.prefix(5))
            let evaluations = largestRelativeDifference(found.evaluations, reference.evaluations)
            #expect(first <= 1e-5, name, sourceLocation: sourceLocation)
            #expect(losses <= 1e-3, name, sourceLocation: sourceLocation)
            #expect(evaluations <= 1e-3, name, sourceLocation: sourceLocation)
        }
        return reference?.losses ?? []
    }

    /// Trains on two ranks, goes on from the checkpoint in the middle of an epoch, and expects the same
    /// records, and the same bytes in `files` of the output folder and in the last checkpoint.
    func expectExactResume(
        _ keys: KeyValuePairs<String, String?>, files: [String], flags: [String] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let schedule = [
            "--per_device_train_batch_size", "6", "--max_steps", "11", "--logging_steps", "4",
            "--save_strategy", "steps", "--save_steps", "1", "--warmup_ratio", "0.2", "--eval_strategy",
            "steps",
            "--eval_steps", "2", "--validation_file", path + "/validation.jsonl",
        ]
        try train("whole", ranks: 2, keys, flags: schedule + flags)
        for step in [3, 7] {
            let output = "from-\(step)"
            try copy("whole", to: output, after: step)
            try train(
                output, ranks: 2, keys, flags: schedule + flags + ["--resume_from_checkpoint", "auto"])
            #expect(try records(output) == records("whole"), sourceLocation: sourceLocation)
            #expect(
                try values(output, "eval_loss") == values("whole", "eval_loss"),
                sourceLocation: sourceLocation)
            for file in files + ["checkpoint-11/optimizer.safetensors"] {
                #expect(
                    try bytes(output + "/" + file) == bytes("whole/" + file), "\(output)/\(file)",
                    sourceLocation: sourceLocation)
            }
        }
    }
}
