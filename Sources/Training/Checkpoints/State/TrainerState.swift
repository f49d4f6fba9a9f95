// Where a run stands: what trainer_state.json holds, with Hugging Face's fields and Lockstep's own.

package import JSON
internal import Models

/// The state of a run at a checkpoint.
///
/// The first group has the names and meanings of Hugging Face's TrainerState; its class reads the file
/// unchanged. Doubles come back with the same bits, but for the sign of a zero.
package struct TrainerState: Sendable, Equatable {
    /// Optimiser steps made.
    package var globalStep = 0
    /// Epochs passed, with a fraction.
    package var epoch = 0.0
    /// Optimiser steps of the whole run.
    package var maxSteps = 0
    package var numTrainEpochs = 0.0
    /// Rows a rank takes for one micro-batch.
    package var trainBatchSize = 0
    package var loggingSteps = 0
    package var evalSteps = 0
    package var saveSteps = 0
    /// Tokens trained on, over all ranks.
    package var numInputTokensSeen = 0
    /// Floating-point operations made, over all ranks.
    package var totalFLOs = 0.0
    package var bestMetric: Double?
    package var bestGlobalStep: Int?
    /// Path of the checkpoint with the best metric.
    package var bestModelCheckpoint: String?
    /// The records of metrics.jsonl so far: objects with `step`, `epoch` and what was logged.
    package var logHistory: [JSONValue] = []
    package var position = ResumeState()

    package init() {}
}

/// What only an exact resume needs; in the file under `stateful_callbacks.lockstep`.
package struct ResumeState: Sendable, Equatable {
    /// Version of Lockstep that wrote the checkpoint.
    package var version = ""
    /// Index of the epoch that is running, from 0.
    package var epochIndex = 0
    /// Optimiser steps made in that epoch.
    package var stepInEpoch = 0
    package var rankCount = 0
    package var threadsPerRank = 0
    /// Rows of one optimiser step, over all ranks and micro-batches.
    package var globalBatchRows = 0
    package var gradientAccumulationSteps = 0
    package var seed: UInt64 = 0
    /// Rows of the training set.
    package var datasetRowCount = 0
    /// Evaluations without improvement, for early stopping.
    package var earlyStoppingPatienceCounter = 0
    /// Further values of the training loop, such as sums of a log interval that is under way.
    package var counters: JSONObject = [:]

    package init() {}
}
