// The files of a cross-validation in its output folder, and what a crash leaves of them.
//
// folds/plan.json says what the folds are of. folds/<fold>/ is the run of a fold.
// folds/<fold>.predictions.jsonl and then folds/<fold>.json appear under their names when they are whole: a
// fold with the latter is finished.

import Checkpoints
import CrossValidation
import Files
import Foundation
import JSON
import Models
import Training

/// The output folder of a cross-validation. Only rank 0 of a fold's ranks writes that fold's files.
struct CrossValidationFolder {
    let path: String

    static let resultName = "cross_validation.json"
    static let predictionsName = "oof_predictions.jsonl"
    private static let foldsName = "folds"
    private static let planName = "plan.json"

    var folds: String { path + "/" + Self.foldsName }
    private var planPath: String { folds + "/" + Self.planName }

    /// The output folder of a fold's own run.
    func directory(of run: FoldRun) -> String { folds + "/" + run.name }
    func predictionsPath(of run: FoldRun) -> String { folds + "/\(run.name).predictions.jsonl" }
    private func resultPath(of run: FoldRun) -> String { folds + "/\(run.name).json" }

    private func exists(_ path: String) -> Bool { FileSystem.exists(path) }

    // MARK: Start

    /// Makes the folder ready for folds that `settings` describe, and returns those of `runs` that are
    /// finished.
    ///
    /// Throws when it holds another run, or folds of other settings, and the run neither goes on nor starts
    /// afresh.
    func prepare(
        _ settings: [(key: String, value: String)], runs: [FoldRun], resuming: Bool, overwrite: Bool
    ) throws -> [FoldRun] {
        let foreign = ["metrics.jsonl", "trainer_state.json", "model.safetensors"].filter {
            exists(path + "/" + $0)
        }
        guard foreign.isEmpty else {
            throw TrainingError(
                "output_dir \(path) holds a trained model or its run (\(foreign.joined(separator: ", "))), which a "
                    + "cross-validation does not replace: choose another output_dir")
        }
        try OutputDirectory.check(path: path, overwrite: false, resuming: false)
        let found = [Self.foldsName, Self.resultName, Self.predictionsName].filter { exists(path + "/" + $0) }
        if overwrite {
            for name in found { try FileSystem.remove(path + "/" + name) }
        } else if !found.isEmpty, !resuming {
            throw TrainingError(
                "output_dir \(path) already holds a cross-validation (\(found.joined(separator: ", "))): choose another "
                    + "output_dir, start afresh with --overwrite_output_dir true, or go on with "
                    + "--resume_from_checkpoint auto")
        }
        try OutputDirectory.create(path)
        if exists(planPath) {
            try check(settings)
        } else {
            let members = JSONObject(settings.map { ($0.key, .string($0.value)) })
            try OutputFiles.write(
                JSONValue.object(members).serialized(), directory: folds, name: Self.planName)
        }
        try removeLeftovers()
        return runs.filter { exists(planPath) && exists(resultPath(of: $0)) }
    }

    /// Throws when the folds that are there are of other settings.
    private func check(_ settings: [(key: String, value: String)]) throws {
        let saved = try read(planPath)
        for (key, now) in settings {
            let before = saved[key]?.string ?? "null"
            guard before != now else { continue }
            throw TrainingError(
                "output_dir \(path) holds a cross-validation with \(key) \(before), but this run has \(now), so its "
                    + "finished folds are not of this run: use the same value, choose another output_dir, or start "
                    + "afresh with --overwrite_output_dir true")
        }
    }

    /// Removes files that a killed process was writing.
    private func removeLeftovers() throws {
        for name in try FileSystem.names(in: folds)
        where name.contains(".partial-") {
            try FileSystem.remove(folds + "/" + name)
        }
    }

    // MARK: Folds

    /// Stores a fold's result, its last file; from now on the fold is finished.
    func write(_ result: FoldResult) throws {
        try FileSystem.write(result.stored.serialized(), to: resultPath(of: result.run))
    }

    /// The results of all folds, in order.
    func results(of runs: [FoldRun]) throws -> [FoldResult] {
        try runs.map { run in
            let path = resultPath(of: run)
            guard exists(path) else {
                throw TrainingError(
                    "\(path) was written by another rank but is not there: with --parallel-folds on several hosts "
                        + "output_dir must be a folder that all hosts share")
            }
            guard let result = FoldResult(stored: try read(path)), result.run == run else {
                throw TrainingError(
                    "\(path) is no result of \(run.title): remove it, and the fold is trained again with "
                        + "--resume_from_checkpoint auto")
            }
            return result
        }
    }

    /// Removes the weights and checkpoints of a finished fold; its log stays.
    func removeModel(of run: FoldRun) throws {
        let directory = directory(of: run)
        guard exists(directory) else { return }
        let kept: Set = ["metrics.jsonl", "recipe.yaml", "trainer_state.json", "versions.json"]
        for name in try FileSystem.names(in: directory)
        where !kept.contains(name) && !name.hasPrefix("events.out.tfevents.") {
            try FileSystem.remove(directory + "/" + name)
        }
    }

    private func read(_ path: String) throws -> JSONValue {
        do {
            return try JSONValue(parsing: FileSystem.bytes(of: path))
        } catch let error as FilesError {
            throw error
        } catch {
            throw TrainingError("\(path) cannot be read: \(error.localizedDescription)")
        }
    }
}
