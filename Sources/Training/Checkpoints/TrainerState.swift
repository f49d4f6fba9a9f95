// Where a run stands: what trainer_state.json holds, with Hugging Face's fields and Lockstep's own.

public import JSON
internal import Models

/// The state of a run at a checkpoint.
///
/// The first group has the names and meanings of Hugging Face's TrainerState; its class reads the file
/// unchanged. Doubles come back with the same bits, but for the sign of a zero.
public struct TrainerState: Sendable, Equatable {
    /// Optimiser steps made.
    public var globalStep = 0
    /// Epochs passed, with a fraction.
    public var epoch = 0.0
    /// Optimiser steps of the whole run.
    public var maxSteps = 0
    public var numTrainEpochs = 0.0
    /// Rows a rank takes for one micro-batch.
    public var trainBatchSize = 0
    public var loggingSteps = 0
    public var evalSteps = 0
    public var saveSteps = 0
    /// Tokens trained on, over all ranks.
    public var numInputTokensSeen = 0
    /// Floating-point operations made, over all ranks.
    public var totalFLOs = 0.0
    public var bestMetric: Double?
    public var bestGlobalStep: Int?
    /// Path of the checkpoint with the best metric.
    public var bestModelCheckpoint: String?
    /// The records of metrics.jsonl so far: objects with `step`, `epoch` and what was logged.
    public var logHistory: [JSONValue] = []
    public var position = RunPosition()

    public init() {}
}

/// What only an exact resume needs; in the file under `stateful_callbacks.lockstep`.
public struct RunPosition: Sendable, Equatable {
    /// Version of Lockstep that wrote the checkpoint.
    public var version = ""
    /// Index of the epoch that is running, from 0.
    public var epochIndex = 0
    /// Optimiser steps made in that epoch.
    public var stepInEpoch = 0
    public var rankCount = 0
    public var threadsPerRank = 0
    /// Rows of one optimiser step, over all ranks and micro-batches.
    public var globalBatchRows = 0
    public var gradientAccumulationSteps = 0
    public var seed: UInt64 = 0
    /// Rows of the training set.
    public var datasetRowCount = 0
    /// Evaluations without improvement, for early stopping.
    public var earlyStoppingPatienceCounter = 0
    /// Further values of the training loop, such as sums of a log interval that is under way.
    public var counters: JSONObject = [:]

    public init() {}
}
