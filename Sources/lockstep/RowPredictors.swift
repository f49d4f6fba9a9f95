// From a recipe to the predictor of its task, with the model loaded on every rank.

import Configuration
import DataParallel
import Training

enum RowPredictors {
    /// The predictor that the recipe's task needs. Collective.
    static func make(
        _ configuration: RunConfiguration, group: any ProcessGroup
    ) throws -> any RowPredictor {
        switch configuration.task {
        case .textClassification:
            let job = try InferenceJob(configuration, group: group)
            return try ClassificationPredictor(model: job.model, reader: job.reader)
        case .extractiveSummarization:
            InferenceJob.applyThreadPlan(configuration, group)
            let setup = try ExtractiveSetup(configuration, group: group)
            try InferenceJob.applyPrecision(configuration, to: setup.model, group)
            return ExtractivePredictor(
                model: setup.model, reader: setup.reader,
                batchRows: configuration.training.perDeviceEvalBatchSize)
        case .summarization:
            InferenceJob.applyThreadPlan(configuration, group)
            let setup = try SummarizationSetup(configuration, group: group)
            try InferenceJob.applyPrecision(configuration, to: setup.model, group)
            return SequenceToSequencePredictor(
                model: setup.model, reader: setup.reader, options: setup.options)
        case .maskedLM, .causalLM, .chat:
            throw TrainingError(
                "predict: task: \(configuration.task.rawValue) has no label to predict; it serves task: "
                    + "text-classification")
        }
    }
}
