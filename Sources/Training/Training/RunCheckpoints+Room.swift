// Whether the output folder has room for what the run is going to write.

internal import Arguments
internal import Checkpoints
internal import Models
internal import Optimizers

extension RunCheckpoints {
    /// Throws, before the first step, when the folder has no room for a checkpoint and the final model;
    /// returns a warning when it has none for all checkpoints that the run keeps. On rank 0.
    func requireRoom(
        model: any TrainableModel, optimizer: any OptimizerState, from step: Int
    ) throws(CheckpointError) -> String? {
        let remaining = plan.totalSteps - step
        func count(every steps: Int) -> Int { (remaining + steps - 1) / max(1, steps) }
        let saves =
            switch arguments.saveStrategy {
            case .never: 0
            case .steps: count(every: plan.saveSteps)
            case .epoch: count(every: plan.stepsPerEpoch)
            case .best: min(1, remaining)
            }
        let checkpoint = TrainingCheckpoint.byteCount(
            model: model, stateArenas: optimizer.stateArenas.count)
        return try RoomNeeded(
            checkpoint: checkpoint, finalModel: TrainingCheckpoint.modelByteCount(model), saves: saves,
            limit: arguments.saveTotalLimit
        ).require(in: output.directory)
    }

    /// Throws when the folder is not there any more: then nothing is to be made in its place.
    func requireOutput() throws(CheckpointError) {
        guard DurableFiles.isDirectory(output.directory) else { throw .outputGone(output.directory) }
    }
}
