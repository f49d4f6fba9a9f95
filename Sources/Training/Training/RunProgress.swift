// The part of a run's state that is neither model nor optimiser.

internal import Evaluation
package import JSON
internal import Models
package import Optimizers

/// How far a run has come.
package struct RunProgress: Sendable, Equatable {
    /// Optimiser steps done.
    package var step = 0
    package var epoch = 0.0
    /// Tokens trained on, over all ranks.
    package var tokens = 0
    /// Sum and number of step losses since the last record.
    package var windowLoss = 0.0
    package var windowSteps = 0
    /// Best value of `metric_for_best_model`, and the step whose checkpoint has it.
    package var bestMetric: Double?
    package var bestStep: Int?
    /// Evaluations in a row without enough improvement, for early stopping.
    package var patienceCounter = 0
    /// What `reduce_lr_on_plateau` has seen.
    package var plateau = PlateauWatch()
    /// Losses by evaluation, and whether the user was warned that they part.
    package var curve = LossCurve()
    package var hasWarned = false
    /// Steps that were left out because a loss or gradient was not finite: of the run, and since the last
    /// record; and spikes of the loss since then.
    package var skippedUpdates = 0
    package var windowSkipped = 0
    package var windowSpikes = 0
    /// What losses are usual.
    package var losses = LossWatch()
    /// Whether the evaluation at this step was cut short, so that a run that goes on makes it first.
    package var owesEvaluation = false
    /// Names the run, once a checkpoint was made.
    package var run: String?
    /// Hugging Face's `log_history`.
    package var history: [JSONValue] = []

    package init() {}
}

extension TrainingRecord {
    /// The record as an entry of `log_history`.
    var json: JSONValue {
        let figures: JSONObject = [
            "step": .integer(step), "epoch": .shortest(epoch), "loss": .shortest(loss),
            "learning_rate": .shortest(learningRate), "grad_norm": .shortest(gradientNorm),
        ]
        let counts = marks.map { ($0.name, JSONValue.integer($0.count)) }
        return .object(figures.merging(JSONObject(counts)))
    }
}

extension EvaluationRecord {
    /// Names with the `eval_` prefix and values, in the order of the log.
    package var values: [(name: String, value: Double)] {
        // A figure that these rows cannot have, such as the area of a class without a row, is no number and
        // is left out.
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
