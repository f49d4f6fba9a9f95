// From a model folder to a model that answers requests.

import Arguments
import ChatTemplates
import Checkpoints
import Configuration
import DataParallel
import Files
import Foundation
import Generation
import JSON
import Models
import Monitoring
import Serving
import Tasks
import Tokenizers
import Training

/// Loads the model of a configuration for a server.
struct ModelLoading: Sendable {
    let configuration: RunConfiguration
    /// Whether requests are compared with training, for which its statistics are read.
    var readsStatistics = false

    private var folder: String { configuration.model.directory }
    private var name: String { URL(fileURLWithPath: folder).standardizedFileURL.lastPathComponent }

    /// Throws when the files are unfit, or the task is none that is served.
    func load() throws -> ServedModel {
        switch configuration.task {
        case .textClassification: try classifier()
        case .tokenClassification, .imageClassification, .extractiveSummarization, .summarization,
            .imageCaptioning, .questionAnswering:
            try rows()
        case .chat, .causalLM: try languageModel()
        case .maskedLM:
            throw TrainingError(
                "\(folder): task: \(configuration.task.rawValue) is not served; served are classifiers of texts, tokens "
                    + "and images, models that answer questions, summarizers, captioners and language models")
        }
    }

    private func classifier() throws -> ServedModel {
        let group = SoloProcessGroup()
        InferenceSetup.applyThreadPlan(configuration.training, group)
        let model = try ModelBroadcast.classifier(configuration.model, head: nil, seed: 0, through: group)
            .model
        // A cast would tie the model to this task, and it is handed over below.
        guard model.configurationJSON["image_size"] == nil else {
            throw TrainingError("\(folder) holds a model that reads images; give --task image-classification")
        }
        let tokenizer = try TokenizerLoader.load(directory: folder)
        let (head, longest) = (model.head, model.maximumLength)
        let type = model.configurationJSON["model_type"]?.string ?? ""
        let worker = SharedWorker(TextClassifierWorker(model), largestBatch: .max)
        // The first pass packs the weights, which no request shall wait for.
        let probe = tokenizer.encode(name)
        // A model that was trained here is asked as `predict` asks it, another one for all that it reads.
        let wasTrainedHere = FileSystem.isFile(folder + "/recipe.yaml")
        let trained = wasTrainedHere ? configuration.data.sequenceLength : longest
        let limit = min(configuration.data.maxSeqLength ?? trained, longest)
        let ids = Array(probe.ids.prefix(limit))
        _ = try worker.run([.tokens(ids, types: Array(probe.typeIDs.prefix(limit)))])[0].get()
        return try served(
            .classifier(ClassifierService(head: head, worker: worker)), type: type, tokenizer: tokenizer,
            limit: limit)
    }

    private func rows() throws -> ServedModel {
        let definition = configuration.task.definition
        let inputs = try inputs(definition)
        let answering = try definition.taskPredictor(configuration, group: SoloProcessGroup())
        let writesText: Bool
        switch configuration.task {
        case .summarization, .imageCaptioning, .extractiveSummarization: writesText = true
        default: writesText = false
        }
        // Of texts that are written one after the other each is a batch.
        let isWritten = configuration.task == .summarization || configuration.task == .imageCaptioning
        let worker = SharedWorker(
            RowWorker(answering.predictor, weights: answering.weights), largestBatch: isWritten ? 1 : 64)
        let tokenizer = try definition.readsImages ? nil : TokenizerLoader.load(directory: folder)
        return try served(
            .rows(
                RowService(
                    writesText: writesText, inputs: inputs, worker: worker)),
            type: configuration.task.rawValue, tokenizer: tokenizer,
            limit: configuration.task == .summarization
                ? configuration.data.maxSourceLength ?? 1_024 : configuration.data.sequenceLength)
    }

    private func inputs(_ definition: any TaskDefinition) throws(TrainingError) -> RowService.Inputs {
        if configuration.task == .questionAnswering {
            let names = configuration.model.questionAnswering
            return .question(column: names.questionColumn, context: names.contextColumn)
        }
        guard let column = definition.inputColumn(configuration.data) else {
            throw TrainingError(
                "\(folder): task: \(configuration.task.rawValue) with text_pair_column reads two texts a row, which is "
                    + "served for text-classification alone")
        }
        return definition.readsImages ? .image(column: column) : .text(column: column)
    }

    private func languageModel() throws -> ServedModel {
        let arguments = configuration.training
        let model = try preparedLanguageModel()
        let tokenizer = try TokenizerLoader.load(directory: folder)
        let options = try GenerationConfigurationFile(directory: folder).options(
            arguments.generation, seed: arguments.seed, defaultNewTokens: ChatModel.defaultNewTokens)
        let template =
            try configuration.task == .chat ? ChatTemplate.loadIfPresent(directory: folder) : nil
        let longest = model.maximumLength
        let type = model.configurationJSON["model_type"]?.string ?? ""
        let engine = ServedBatch(model)
        let chat = ChatModel(
            engine: engine, template: template, options: options.endingTurns(of: template, tokenizer),
            variables: configuration.data.chatTemplateArguments.templateVariables, maximumLength: longest)
        return try served(.chat(chat), type: type, tokenizer: tokenizer, limit: longest)
    }

    /// Not within `languageModel`: a conversion there would tie the model to its task.
    private func preparedLanguageModel() throws -> any LanguageModel {
        let group = SoloProcessGroup()
        let arguments = configuration.training
        InferenceSetup.applyThreadPlan(arguments, group)
        let model = try ModelBroadcast.causal(configuration.model, seed: arguments.seed, through: group).model
        try InferenceSetup.applyPrecision(arguments, to: model, group, decodes: true)
        return model
    }

    private func served(
        _ kind: ServedModel.Kind, type: String, tokenizer: (any Tokenizer)?, limit: Int
    ) throws(MonitoringError) -> ServedModel {
        var reference: ReferenceStatistics?
        if readsStatistics, FileSystem.isFile("\(folder)/\(ReferenceStatistics.fileName)") {
            reference = try ReferenceStatistics(directory: folder)
        }
        return ServedModel(
            name: name, type: type, kind: kind, created: Int(Date().timeIntervalSince1970),
            tokenizer: tokenizer, maxInputLength: limit, reference: reference)
    }
}
