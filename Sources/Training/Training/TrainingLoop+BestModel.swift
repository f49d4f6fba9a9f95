// What evaluations decide: the best model so far, patience, the learning rate of a plateau, overfitting.

internal import Arguments
internal import Evaluation
internal import Optimizers
internal import Phrases

extension TrainingLoop {
    /// Warns once, when the validation loss rises while the training loss falls.
    func watchOverfitting(_ evaluation: any TaskEvaluation, isBest: Bool) throws {
        let wasKnown = progress.curve.overfitting != nil || progress.hasWarned
        progress.curve.addEvaluation(
            step: progress.step, epoch: progress.epoch, loss: evaluation.value(of: "loss") ?? .nan)
        let keptStep = isBest ? progress.step : progress.bestStep
        guard !wasKnown, let warning = overfittingWarning(keptStep: keptStep) else { return }
        progress.hasWarned = true
        try onEvent(.warning(warning))
    }

    func overfittingWarning(keptStep: Int?) -> String? {
        progress.curve.warning(
            keepsBest: arguments.loadBestModelAtEnd, stopsEarly: arguments.earlyStoppingPatience != nil,
            metric: arguments.bestModelMetric, keptStep: keptStep)
    }

    /// Whether so many evaluations in a row were no better than the best that the run ends.
    var isOutOfPatience: Bool {
        arguments.earlyStoppingPatience.map { progress.patienceCounter >= $0 } ?? false
    }

    /// The value of `metric_for_best_model`, and whether a greater one is better.
    private func bestModelFigure(of evaluation: any TaskEvaluation) -> (value: Double, isGreaterBetter: Bool)
    {
        let name = arguments.bestModelMetric
        guard let figure = evaluation.figures.first(where: { "eval_" + $0.name == name }) else {
            preconditionFailure("\(name) was checked when the run was set up")
        }
        return (figure.value, arguments.greaterIsBetter ?? (figure.direction == .higherIsBetter))
    }

    /// Lowers the learning rate of the next steps when the metric no longer improves, if the schedule asks
    /// for that.
    func watchPlateau(_ evaluation: any TaskEvaluation) {
        guard arguments.lrSchedulerType == .reduceOnPlateau else { return }
        let (value, isGreaterBetter) = bestModelFigure(of: evaluation)
        progress.plateau.add(
            value, isGreaterBetter: isGreaterBetter, peak: arguments.learningRate,
            arguments.lrSchedulerOptions)
    }

    /// Compares with the best value so far; the values are the same on all ranks. A value that is not a
    /// number, such as the correlation of constant predictions, is never the best.
    func updateBest(_ evaluation: any TaskEvaluation) -> Bool {
        let (value, isGreaterBetter) = bestModelFigure(of: evaluation)
        // As EarlyStoppingCallback: patience asks for a threshold, the best value does not.
        func isBetter(by threshold: Double?) -> Bool {
            if value.isNaN { return false }
            guard let best = progress.bestMetric else { return true }
            guard isGreaterBetter ? value > best : value < best else { return false }
            return threshold.map { abs(value - best) > $0 } ?? true
        }
        let isPatient = isBetter(by: arguments.earlyStoppingThreshold)
        progress.patienceCounter = isPatient ? 0 : progress.patienceCounter + 1
        guard isBetter(by: nil) else { return false }
        progress.bestMetric = value
        return true
    }

    /// Why the run ended before its last step, when patience ended it.
    var earlyStop: String? {
        guard isOutOfPatience, progress.step < plan.totalSteps else { return nil }
        let name = arguments.bestModelMetric
        let best = progress.bestMetric.map { " (best: \(LossCurve.figure($0)))" } ?? ""
        let threshold = arguments.earlyStoppingThreshold
        return
            "stopped early at step \(progress.step) of \(plan.totalSteps): \(name) has not improved "
            + (threshold > 0 ? "by more than \(threshold) " : "")
            + "in \(progress.patienceCounter, "evaluation")\(best)"
    }
}
