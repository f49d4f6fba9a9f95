// What the training loop tells whoever shows or records it; sent on every rank, recorded on rank 0.

public import Evaluation

/// Something that happened in a run, in order.
public enum TrainingEvent: Sendable {
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
    /// Rank 0 has written a checkpoint.
    case saved(path: String, step: Int)
    /// After the last step.
    case finished(TrainingSummary)
}

/// The shape of a run, known before its first step and the same on all ranks.
public struct TrainingPlan: Sendable, Equatable {
    public let rowCount: Int
    /// Rows of one optimiser step over all ranks and micro-batches; the most, with a token budget.
    public let globalBatchRows: Int
    public let stepsPerEpoch: Int
    public let totalSteps: Int
    public let warmupSteps: Int
    /// Steps between two records, evaluations and checkpoints by steps.
    public let loggingSteps: Int
    public let evalSteps: Int
    public let saveSteps: Int
    public let parameterCount: Int
    /// Parameters that are trained: all but the frozen ones.
    public let trainableParameterCount: Int
    public let rankCount: Int
}

/// One optimiser step.
public struct StepReport: Sendable {
    /// Number of the step, from 1.
    public let step: Int
    public let totalSteps: Int
    /// Epochs done after this step.
    public let epoch: Double
    public let result: StepResult
}

/// What is logged while training.
public struct TrainingRecord: Sendable, Equatable {
    public let step: Int
    public let epoch: Double
    /// Mean loss of the steps since the last record.
    public let loss: Double
    /// Rate of the last of these steps.
    public let learningRate: Double
    /// Gradient norm of the last of these steps.
    public let gradientNorm: Double
}

/// What communication cost on this rank, as means over the steps since the last record.
public struct CommunicationRecord: Sendable, Equatable {
    public let step: Int
    public let epoch: Double
    /// Seconds a step in which gradients or weights were exchanged, beside the computation or not.
    public let communicationSeconds: Double
    /// Seconds a step in which the computation waited for that: communication that nothing hid.
    public let waitingSeconds: Double
}

/// What is logged after an evaluation.
public struct EvaluationRecord: Sendable {
    public let step: Int
    public let epoch: Double
    public let evaluation: any TaskEvaluation
    public let seconds: Double
    /// Whether this is the best value of `metric_for_best_model` so far.
    public let isBest: Bool
}

/// What is logged at the end.
public struct TrainingSummary: Sendable, Equatable {
    public let step: Int
    public let epoch: Double
    /// Mean loss of all steps of this process.
    public let loss: Double
    public let seconds: Double
    /// Rows and tokens that this process's steps trained on, over all ranks.
    public let rows: Int
    public let tokens: Int
    /// Seconds in which this rank waited for gradients of others.
    public let exposedCommunicationSeconds: Double
    /// Checkpoint of the best evaluation, when one was kept.
    public let bestCheckpoint: String?
    public let bestMetric: Double?
    /// Whether the run was stopped on request before its last step.
    public let wasStopped: Bool
    /// Why the run ended before its last step, when patience ended it.
    public let earlyStop: String?
    /// The overfitting at the last evaluation in a sentence, and the epoch since which it goes on.
    public let overfitting: String?
    public let overfittingSinceEpoch: Double?
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
