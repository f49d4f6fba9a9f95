// The part of a run's state that is neither model nor optimiser.

internal import Evaluation
public import JSON
internal import Models
public import Optimizers

/// How far a run has come.
public struct RunProgress: Sendable, Equatable {
    /// Optimiser steps done.
    public var step = 0
    public var epoch = 0.0
    /// Tokens trained on, over all ranks.
    public var tokens = 0
    /// Sum and number of step losses since the last record.
    public var windowLoss = 0.0
    public var windowSteps = 0
    /// Best value of `metric_for_best_model`, and the step whose checkpoint has it.
    public var bestMetric: Double?
    public var bestStep: Int?
    /// Evaluations in a row without enough improvement, for early stopping.
    public var patienceCounter = 0
    /// What `reduce_lr_on_plateau` has seen.
    public var plateau = PlateauWatch()
    /// Losses by evaluation, and whether the user was warned that they part.
    public var curve = LossCurve()
    public var hasWarned = false
    /// Hugging Face's `log_history`.
    public var history: [JSONValue] = []

    public init() {}
}

extension TrainingRecord {
    /// The record as an entry of `log_history`.
    var json: JSONValue {
        .object([
            "step": .integer(step), "epoch": .shortest(epoch), "loss": .shortest(loss),
            "learning_rate": .shortest(learningRate), "grad_norm": .shortest(gradientNorm),
        ])
    }
}

extension EvaluationRecord {
    /// Names with the `eval_` prefix and values, in the order of the log.
    public var values: [(name: String, value: Double)] {
        // A figure that these rows cannot have, such as the area of a class without a row, is no number and is left out.
        evaluation.metrics.filter { $0.value.isFinite || $0.name == "loss" }.map {
            ("eval_" + $0.name, $0.value)
        } + [
            ("eval_runtime", seconds), ("eval_samples_per_second", Double(evaluation.rowCount) / seconds),
        ]
    }

    /// The record as an entry of `log_history`.
    var json: JSONValue {
        var members: JSONObject = ["step": .integer(step), "epoch": .shortest(epoch)]
        for (name, value) in values { members[name] = .shortest(value) }
        return .object(members)
    }
}
