// From a recipe to the predictor of its task, with the model loaded on every rank.

import Arguments
import ChatTemplates
import Configuration
import DataParallel
import Evaluation
import Models
import Tasks
import Tokenizers
import Training

enum RowPredictors {
    /// Whether evaluations answer rows: with labels and chosen sentences always, with texts as `predict_with_generate`
    /// says; where it says nothing, causal language models, whose rows have no reference, write none.
    static func answerRows(_ configuration: RunConfiguration) -> Bool {
        let writes = configuration.training.generation.predictWithGenerate
        return switch configuration.task {
        case .textClassification, .imageClassification, .extractiveSummarization: true
        case .summarization, .imageCaptioning, .chat: writes ?? true
        case .causalLM: writes ?? false
        case .maskedLM: false
        }
    }

    /// The predictor that the recipe's task needs. Collective.
    static func make(
        _ configuration: RunConfiguration, group: any ProcessGroup
    ) throws -> any RowPredictor {
        switch configuration.task {
        case .textClassification, .imageClassification:
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
        case .imageCaptioning:
            InferenceJob.applyThreadPlan(configuration, group)
            let setup = try CaptioningSetup(configuration, group: group)
            try InferenceJob.applyPrecision(configuration, to: setup.model, group)
            return SequenceToSequencePredictor(
                model: setup.model, reader: setup.reader, options: setup.options)
        case .causalLM, .chat:
            InferenceJob.applyThreadPlan(configuration, group)
            let model = try ModelBroadcast.causal(
                configuration.model, seed: configuration.training.seed, through: group
            ).model
            try InferenceJob.applyPrecision(configuration, to: model, group)
            return try prompted(configuration, model)
        case .maskedLM:
            throw TrainingError(
                "task: masked-lm teaches a model to fill gaps, which is no answer to a row: fine-tune the model for "
                    + "another task, such as text-classification, and predict with that")
        }
    }

    /// Most tokens of a text when neither the model nor the recipe limits them, as in transformers' pipeline.
    private static let defaultNewTokens = 256

    /// The predictor of a causal language model that is loaded.
    static func prompted(
        _ configuration: RunConfiguration, _ model: any LanguageModel
    ) throws -> any PromptedPredictor {
        let directory = configuration.model.directory
        let arguments = configuration.training
        let tokenizer = try TokenizerLoader.load(directory: directory)
        let options = try GenerationConfigurationFile(directory: directory).options(
            arguments.generation, seed: arguments.seed, defaultNewTokens: defaultNewTokens)
        guard configuration.task == .chat else {
            return TextPredictor(
                model: model, tokenizer: tokenizer, arguments: configuration.data, options: options)
        }
        return ConversationPredictor(
            model: model, tokenizer: tokenizer,
            template: try ChatTemplate.loadIfPresent(directory: directory),
            arguments: configuration.data, options: options)
    }
}
