// A run that has nothing left to do: its final model stands in the output folder.

internal import Checkpoints
internal import DataParallel
package import JSON
internal import Logging

/// The final model of a run, with where the run stood.
package struct FinishedRun: Equatable, Sendable {
    package let step: Int
    let epoch: Double
    let bestCheckpoint: String?
    let bestMetric: Double?

    fileprivate init(_ state: TrainerState) {
        step = state.globalStep
        epoch = state.epoch
        bestCheckpoint = state.bestModelCheckpoint
        bestMetric = state.bestMetric
    }

    /// All of it.
    package var json: JSONValue {
        [
            "step": .integer(step), "epoch": .shortest(epoch),
            "best_checkpoint": bestCheckpoint.map { .string($0) } ?? .null,
            "best_metric": bestMetric.map { .shortest($0) } ?? .null,
        ]
    }

    fileprivate init(_ json: JSONValue) {
        guard let step = json["step"]?.integer, let epoch = json["epoch"]?.double else {
            preconditionFailure("rank 0 sends what it has found whole")
        }
        (self.step, self.epoch) = (step, epoch)
        bestCheckpoint = json["best_checkpoint"]?.string
        bestMetric = json["best_metric"]?.double
    }

    /// That of a run without any step.
    package var summary: TrainingSummary {
        TrainingSummary(
            finishedAtStep: step, epoch: epoch, bestCheckpoint: bestCheckpoint, bestMetric: bestMetric)
    }
}

extension TrainingLoop {
    /// What the output folder holds of this run, the same on all ranks, when nothing is left to do: the final
    /// model's state stands beside it, is no older than `checkpoint`, and is that of the last step, or of the
    /// one at which patience ended as long a run. nil when there is something to do. Collective.
    ///
    /// Throws when it is the model of a run with other data, batches or seed, and when it is older than the
    /// last step while there is no checkpoint to go on from: the model would be lost to a run that starts at
    /// its first step.
    package func finishedRun(checkpoint: String?) throws -> FinishedRun? {
        var bytes: [UInt8] = []
        if group.rank == 0 { bytes = try findFinished(checkpoint)?.json.serialized() ?? [] }
        try group.broadcast(&bytes, from: 0)
        return try bytes.isEmpty ? nil : FinishedRun(JSONValue(parsing: bytes))
    }

    private func findFinished(_ checkpoint: String?) throws -> FinishedRun? {
        let directory = checkpoints.output.directory
        let path = directory + "/" + TrainerState.fileName
        guard DurableFiles.exists(path) else { return nil }
        if let fault = Manifest.fault(ofFinalModelIn: directory) {
            let error = CheckpointError.damagedModel(directory, fault)
            guard let checkpoint else { throw error }
            Logger.run.warning(
                "\(directory) is damaged: \(fault); the model is made again from \(checkpoint)")
            return nil
        }
        let state = try TrainerState(path: path)
        if let checkpoint {
            let saved = try TrainerState(path: checkpoint + "/" + TrainerState.fileName)
            if saved.globalStep > state.globalStep { return nil }
        }
        if state.globalStep >= plan.totalSteps || state.maxSteps == plan.totalSteps {
            try checkpoints.check(state, directory)
            return FinishedRun(state)
        }
        guard checkpoint != nil else {
            throw CheckpointError.outputFinished(directory, step: state.globalStep, of: plan.totalSteps)
        }
        return nil
    }
}
