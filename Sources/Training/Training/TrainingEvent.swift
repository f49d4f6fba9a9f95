// What the training loop tells whoever shows or records it; sent on every rank, recorded on rank 0.

package import Evaluation

/// Something that happened in a run, in order.
package enum TrainingEvent: Sendable {
    /// Before the first step.
    case started(TrainingPlan, firstStep: Int)
    /// After each optimiser step.
    case step(StepReport)
    /// The mean over the steps since the last record; each `logging_steps`.
    case record(TrainingRecord)
    /// What communication cost since the last record, when there are several ranks; each `logging_steps`.
    case communicated(CommunicationRecord)
    /// After an evaluation at this step.
    case evaluated(EvaluationRecord)
    /// Something that the user should know, such as overfitting.
    case warning(String)
    /// The `WeightHash` of a checkpoint that is going to be written; on rank 0 alone.
    case hashed(step: Int, epoch: Double, weights: String)
    /// The trace of these steps, over all ranks, in Chrome's format; on rank 0 alone.
    case traced(String, steps: ClosedRange<Int>)
    /// Rank 0 has written the checkpoint of a step, which may be an earlier one.
    case saved(path: String, step: Int)
    /// After the last step.
    case finished(TrainingSummary)
}

/// The shape of a run, known before its first step and the same on all ranks.
package struct TrainingPlan: Sendable, Equatable {
    package let rowCount: Int
    /// Rows of one optimiser step over all ranks and micro-batches; the most, with a token budget.
    package let globalBatchRows: Int
    package let stepsPerEpoch: Int
    package let totalSteps: Int
    package let warmupSteps: Int
    /// Steps between two records, evaluations and checkpoints by steps.
    package let loggingSteps: Int
    package let evalSteps: Int
    package let saveSteps: Int
    package let parameterCount: Int
    /// Parameters that are trained: all but the frozen ones.
    package let trainableParameterCount: Int
    package let rankCount: Int
}

/// One optimiser step.
package struct StepReport: Sendable {
    /// Number of the step, from 1.
    package let step: Int
    package let totalSteps: Int
    /// Epochs done after this step.
    package let epoch: Double
    package let result: StepResult
    /// Seconds in which this rank waited for the rows of the step.
    package let waitingForDataSeconds: Double
}

/// What is logged while training.
package struct TrainingRecord: Sendable, Equatable {
    package let step: Int
    package let epoch: Double
    /// Mean loss of the steps since the last record; NaN where all of them were left out.
    package let loss: Double
    /// Rate of the last of these steps.
    package let learningRate: Double
    /// Gradient norm of the last of these steps.
    package let gradientNorm: Double
    /// Leaps of the loss, and steps that were left out, since the last record.
    package let lossSpikes: Int
    package let skippedUpdates: Int

    /// What is not as usual, by its name in the log.
    package var marks: [(name: String, count: Int)] {
        let all = [
            (name: "loss_spikes", count: lossSpikes), (name: "skipped_updates", count: skippedUpdates),
        ]
        return all.filter { $0.count > 0 }
    }
}

/// What communication cost on this rank and how evenly the ranks computed, as means over the steps since the
/// last record.
package struct CommunicationRecord: Sendable, Equatable {
    package let step: Int
    package let epoch: Double
    /// Seconds a step in which gradients or weights were exchanged, beside the computation or not.
    package let communicationSeconds: Double
    /// Seconds a step in which the computation waited for that: communication that nothing hid.
    package let waitingSeconds: Double
    /// The rank that computed longest, the same on all ranks, its seconds a step and the ranks' median.
    package let slowestRank: Int
    package let slowestSeconds: Double
    package let medianSeconds: Double
    /// Seconds a step in which each rank computed, and the rank that is slow for several records now.
    package let computeSeconds: [Double]
    package let straggler: Int?
}

/// What is logged after an evaluation.
package struct EvaluationRecord: Sendable {
    package let step: Int
    package let epoch: Double
    package let evaluation: any TaskEvaluation
    package let seconds: Double
    /// Whether this is the best value of `metric_for_best_model` so far.
    package let isBest: Bool
}

/// What is logged at the end.
package struct TrainingSummary: Sendable, Equatable {
    package let step: Int
    package let epoch: Double
    /// Mean loss of all steps of this process.
    package let loss: Double
    package let seconds: Double
    /// Rows and tokens that this process's steps trained on, over all ranks.
    package let rows: Int
    package let tokens: Int
    /// Seconds in which this rank waited for gradients of others.
    package let exposedCommunicationSeconds: Double
    /// Checkpoint of the best evaluation, when one was kept.
    package let bestCheckpoint: String?
    package let bestMetric: Double?
    /// Whether the run was stopped on request before its last step.
    package let wasStopped: Bool
    /// Why the run ended before its last step, when patience ended it.
    package let earlyStop: String?
    /// The overfitting at the last evaluation in a sentence, and the epoch since which it goes on.
    package let overfitting: String?
    package let overfittingSinceEpoch: Double?
}

extension TrainingSummary {
    /// That of a process which made no step, since the run was finished.
    package init(finishedAtStep step: Int, epoch: Double, bestCheckpoint: String?, bestMetric: Double?) {
        self.init(
            step: step, epoch: epoch, loss: 0, seconds: 0, rows: 0, tokens: 0, exposedCommunicationSeconds: 0,
            bestCheckpoint: bestCheckpoint, bestMetric: bestMetric, wasStopped: false, earlyStop: nil,
            overfitting: nil, overfittingSinceEpoch: nil)
    }
}
