// When a run overfits, by its losses, and how that is said.

import Testing
import Training

@Suite struct LossCurveTests {
    private func curve(_ losses: [(training: Double, validation: Double)]) -> LossCurve {
        var curve = LossCurve()
        for (index, loss) in losses.enumerated() {
            curve.addStep(loss: loss.training + 0.1)
            curve.addStep(loss: loss.training - 0.1)
            curve.addEvaluation(step: 4 * (index + 1), epoch: Double(index + 1), loss: loss.validation)
        }
        return curve
    }

    @Test("a rise of the validation loss over two evaluations while the training loss falls is overfitting")
    func overfitting() throws {
        let curve = curve([(0.9, 0.8), (0.5, 0.6), (0.3, 0.62), (0.15, 0.7)])
        let found = try #require(curve.overfitting)
        #expect(found.best.epoch == 2 && found.best.step == 8 && found.worse.epoch == 4)
        #expect(
            curve.warning(keepsBest: false, stopsEarly: false)
                == "overfitting: since epoch 2 (step 8) the validation loss has risen from 0.6 to 0.7, while the "
                + "training loss has fallen from 0.5 to 0.15: the model learns the training rows by heart. Keep the "
                + "model of epoch 2 (load_best_model_at_end: true), stop in time (early_stopping_patience) or use "
                + "more rows, fewer epochs or a lower learning_rate")
    }

    @Test(
        "the advice leaves out what the recipe does already",
        arguments: [
            (true, true, "heart; the model of epoch 2 is kept; to do better, use more rows"),
            (true, false, "is kept; to do better, stop in time (early_stopping_patience), or use more rows"),
            (
                false, true,
                "heart. Keep the model of epoch 2 (load_best_model_at_end: true), or use more rows"
            ),
        ])
    func advice(keepsBest: Bool, stopsEarly: Bool, words: String) throws {
        let curve = curve([(0.9, 0.8), (0.5, 0.6), (0.3, 0.62), (0.15, 0.7)])
        let warning = try #require(curve.warning(keepsBest: keepsBest, stopsEarly: stopsEarly))
        #expect(warning.contains(words), "\(warning)")
    }

    @Test(
        "the model that is kept is the one that the metric chooses, though another has the least loss",
        arguments: [
            ("eval_loss", 8, "the model of epoch 2 is kept; to do better"),
            ("eval_accuracy", 8, "the model of epoch 2 is kept; to do better"),
            ("eval_accuracy", 16, "the model of epoch 4, the best by eval_accuracy, is kept; to do better"),
            ("eval_f1", 4, "the model of epoch 1, the best by eval_f1, is kept; to do better"),
            ("eval_f1", 5, "the model of step 5, the best by eval_f1, is kept; to do better"),
        ])
    func keptModel(metric: String, step: Int, words: String) throws {
        let curve = curve([(0.9, 0.8), (0.5, 0.6), (0.3, 0.62), (0.15, 0.7)])
        let warning = try #require(
            curve.warning(keepsBest: true, stopsEarly: true, metric: metric, keptStep: step))
        #expect(warning.contains("heart; " + words), "\(warning)")
        let advice = try #require(curve.warning(keepsBest: false, stopsEarly: true, metric: metric))
        #expect(
            advice.contains("(load_best_model_at_end: true, metric_for_best_model: loss)")
                == (metric != "eval_loss"))
    }

    @Test("a last evaluation that is somewhat better than those before does not take the finding back")
    func lateRelief() throws {
        let found = try #require(
            curve([(0.9, 0.8), (0.5, 0.6), (0.3, 0.65), (0.2, 0.7), (0.1, 0.601)]).overfitting)
        #expect(found.best.epoch == 2 && found.worse.epoch == 4)
    }

    @Test(
        "no warning without enough evidence",
        arguments: [
            [(0.9, 0.8), (0.5, 0.6), (0.3, 0.5)],  // still better
            [(0.9, 0.8), (0.5, 0.6), (0.3, 0.7)],  // one evaluation
            [(0.9, 0.8), (0.5, 0.6), (0.3, 0.601), (0.2, 0.602)],  // less than 1%
            [(0.9, 0.8), (0.5, 0.6), (0.6, 0.7), (0.7, 0.9)],  // training worsens too
            [(0.9, 0.8), (0.5, 0.6), (0.4, 0.7), (0.3, 0.59)],  // it recovered
            [],
        ])
    func noWarning(losses: [(Double, Double)]) {
        #expect(curve(losses.map { (training: $0.0, validation: $0.1) }).overfitting == nil)
    }

    @Test("an evaluation without a training step before it, or of a loss that is no number, does not count")
    func ignored() {
        var curve = curve([(0.9, 0.8)])
        curve.addEvaluation(step: 4, epoch: 1, loss: 0.8)
        curve.addStep(loss: 1)
        curve.addEvaluation(step: 5, epoch: 1, loss: .nan)
        #expect(curve.points.count == 1)
    }
}
