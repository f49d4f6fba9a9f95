// Evaluations that write no text: the losses of target tokens.

import Arguments
import Configuration
import DataParallel
import Datasets
import Evaluation
import Files
import Metrics
import Models
import Tasks
import Training

extension EvaluationJob {
    /// The losses of target tokens. Collective.
    func losses() throws -> EvaluationOutcome {
        let start = ContinuousClock.now
        let other = try otherPredictions(labels: nil)
        let sink = try predictionSink()
        let result = try configuration.task.definition.losses(
            configuration, group: group,
            TokenLossArguments(
                seed: configuration.training.seed, other: other,
                write: directory.isEmpty ? nil : { try sink?.write($0) }))
        try sink?.finish()
        let leakage = try leakage()
        return EvaluationOutcome(
            estimates: result.estimates, rowCount: Int(result.rowCount),
            seconds: Self.seconds(since: start), targetCount: result.targetCount,
            mistakes: result.mistakes, comparison: result.comparison, leakage: leakage)
    }
}
