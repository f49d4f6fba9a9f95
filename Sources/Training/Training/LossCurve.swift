// Training and validation loss side by side, and the moment from which they part: overfitting in plain words.

/// The losses at the evaluations of a run.
package struct LossCurve: Sendable, Equatable {
    /// One evaluation.
    package struct Point: Sendable, Equatable {
        package let step: Int
        package let epoch: Double
        /// Mean loss of the training steps since the evaluation before.
        package let training: Double
        package let validation: Double

        package init(step: Int, epoch: Double, training: Double, validation: Double) {
            self.step = step
            self.epoch = epoch
            self.training = training
            self.validation = validation
        }
    }

    package internal(set) var points: [Point] = []
    /// Sum and number of step losses since the last evaluation.
    var trainingSum = 0.0
    var trainingSteps = 0

    /// Evaluations after the best one that show that the rise is no accident.
    static let evidence = 2
    /// How much the validation loss must have risen, relative to its best.
    static let margin = 0.01

    package init() {}

    package mutating func addStep(loss: Double) {
        trainingSum += loss
        trainingSteps += 1
    }

    /// Ends the interval of an evaluation. Without a training step since the last one there is nothing to
    /// compare.
    package mutating func addEvaluation(step: Int, epoch: Double, loss: Double) {
        guard trainingSteps > 0, loss.isFinite else { return }
        points.append(
            Point(
                step: step, epoch: epoch, training: trainingSum / Double(trainingSteps), validation: loss))
        (trainingSum, trainingSteps) = (0, 0)
    }

    /// The best evaluation and the latest one that shows overfitting: it lies at least two evaluations behind
    /// the best one, its validation loss is more than 1% above the best, and its training loss is below that
    /// of the best one.
    package var overfitting: (best: Point, worse: Point)? {
        guard let best = points.indices.min(by: { points[$0].validation < points[$1].validation })
        else { return nil }
        let worse = points.dropFirst(best + Self.evidence).last {
            $0.validation > points[best].validation * (1 + Self.margin)
                && $0.training < points[best].training
        }
        return worse.map { (points[best], $0) }
    }

    /// The overfitting in a sentence, with what to do; nil when there is none.
    /// - Parameters:
    ///   - keepsBest: `load_best_model_at_end` is set, so the sentence need not advise it.
    ///   - stopsEarly: `early_stopping_patience` is set, likewise.
    ///   - metric: what chooses the best model, with `eval_` in front.
    ///   - keptStep: the step of the best model so far by that; nil if it is that of the least loss.
    package func warning(
        keepsBest: Bool, stopsEarly: Bool, metric: String = Self.lossName, keptStep: Int? = nil
    ) -> String? {
        guard let (best, worse) = overfitting else { return nil }
        let model = "the model of epoch \(Self.figure(best.epoch))"
        let byLoss = metric == Self.lossName ? "" : ", metric_for_best_model: loss"
        var advice = [
            keepsBest
                ? "\(kept(best, metric, keptStep)) is kept; to do better,"
                : "Keep \(model) (load_best_model_at_end: true\(byLoss)),"
        ]
        if !stopsEarly { advice.append("stop in time (early_stopping_patience)\(keepsBest ? "," : "") or") }
        if !keepsBest, stopsEarly { advice.append("or") }
        return
            "overfitting: since epoch \(Self.figure(best.epoch)) (step \(best.step)) the validation loss has risen "
            + "from \(Self.figure(best.validation)) to \(Self.figure(worse.validation)), while the training loss "
            + "has fallen from \(Self.figure(best.training)) to \(Self.figure(worse.training)): the model learns "
            + "the training rows by heart"
            + (keepsBest ? "; " : ". ") + advice.joined(separator: " ")
            + " use more rows, fewer epochs or a lower learning_rate"
    }

    /// The figure whose best evaluation `overfitting` starts from.
    package static let lossName = "eval_loss"

    /// The model that the run ends with, in words.
    private func kept(_ best: Point, _ metric: String, _ step: Int?) -> String {
        guard let step, step != best.step else { return "the model of epoch \(Self.figure(best.epoch))" }
        guard let point = points.first(where: { $0.step == step }) else {
            return "the model of step \(step), the best by \(metric),"
        }
        return "the model of epoch \(Self.figure(point.epoch)), the best by \(metric),"
    }

    /// Up to four digits behind the point, without zeros at the end.
    static func figure(_ value: Double) -> String {
        let rounded = (value * 10_000).rounded() / 10_000
        return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int(rounded))" : "\(rounded)"
    }
}
