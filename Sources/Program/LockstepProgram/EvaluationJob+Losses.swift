// Evaluations that write no text: the losses of target tokens.

import Arguments
import Configuration
import DataParallel
import Datasets
import Evaluation
import Metrics
import Models
import Tasks
import Training

extension EvaluationJob {
    /// An encoder–decoder's losses. Collective.
    func sequenceToSequence() throws -> EvaluationOutcome {
        InferenceJob.applyThreadPlan(configuration, group)
        let model: any SequenceToSequenceModel
        let rows: any SequenceToSequenceRows
        let reader = try RowReader(patterns: data.validationFiles)
        if configuration.task == .imageCaptioning {
            let setup = try CaptioningSetup(configuration, group: group)
            (model, rows) = (setup.model, try setup.rows(reader))
        } else {
            let setup = try SummarizationSetup(configuration, group: group)
            (model, rows) = (setup.model, try setup.reader.rows(reader))
        }
        try InferenceJob.applyPrecision(configuration, to: model, group)
        let evaluator = SequenceToSequenceEvaluator(
            model: model, writing: nil, group: group, batchRows: batchRows)
        return try losses { try evaluator.estimates(rows, $0) }
    }

    /// A language model's losses. Collective.
    func languageModel() throws -> EvaluationOutcome {
        InferenceJob.applyThreadPlan(configuration, group)
        let setup = try LanguageModelSetup(configuration, group: group)
        try InferenceJob.applyPrecision(configuration, to: setup.model, group)
        let store = try setup.examples(data.validationFiles)
        let evaluator = LanguageModelEvaluator(
            model: setup.model, objective: setup.objective, group: group, batchRows: batchRows)
        return try losses { try evaluator.estimates(store, $0, text: setup.text(of:)) }
    }

    private func losses(
        _ estimate: (TokenLossArguments) throws -> TokenLossResult
    ) throws -> EvaluationOutcome {
        let start = ContinuousClock.now
        let other = try otherPredictions(labels: nil)
        let sink = try predictionSink()
        do {
            let result = try estimate(
                TokenLossArguments(
                    seed: configuration.training.seed, other: other,
                    write: directory.isEmpty ? nil : { try sink?.write($0) }))
            try sink?.close()
            return EvaluationOutcome(
                estimates: result.estimates, rowCount: Int(result.rowCount),
                seconds: Self.seconds(since: start), targetCount: Int(result.tokens.tokenCount),
                mistakes: result.mistakes, comparison: result.comparison)
        } catch {
            sink?.discard()
            throw error
        }
    }
}
