// What `evaluate` measures of summarizers.

import Configuration
import DataParallel
import Datasets
import Training

/// An evaluation of either kind of summarization, with the model and the rows in memory.
struct SummaryEvaluation {
    /// Collective.
    let run: () throws -> any TaskEvaluation

    /// Loads model and rows. Collective.
    init(_ configuration: RunConfiguration, group: any ProcessGroup) throws {
        let files = configuration.data.validationFiles
        let batchRows = configuration.training.perDeviceEvalBatchSize
        switch configuration.task {
        case .extractiveSummarization:
            InferenceJob.applyThreadPlan(configuration, group)
            let setup = try ExtractiveSetup(configuration, group: group)
            try InferenceJob.applyPrecision(configuration, to: setup.model, group)
            let rows = try setup.rows(RowReader(patterns: files))
            let evaluator = ExtractiveEvaluator(
                model: setup.model, selection: setup.reader.selection, group: group, batchRows: batchRows)
            run = { try evaluator.evaluate(rows, baselines: true) }
        case .summarization:
            InferenceJob.applyThreadPlan(configuration, group)
            let setup = try SummarizationSetup(configuration, group: group)
            try InferenceJob.applyPrecision(configuration, to: setup.model, group)
            let rows = try setup.reader.rows(RowReader(patterns: files))
            var arguments = configuration.training.generation
            arguments.predictWithGenerate = arguments.predictWithGenerate ?? true
            let evaluator = SequenceToSequenceEvaluator(
                model: setup.model, writing: setup.writing(arguments), group: group, batchRows: batchRows)
            run = { try evaluator.evaluate(rows) }
        case .textClassification, .imageClassification, .imageCaptioning, .maskedLM, .causalLM, .chat:
            preconditionFailure("\(configuration.task.rawValue) is no summarization")
        }
    }
}
