// From a recipe to a task with its model and rows, ready to train.

import Checkpoints
import Configuration
import DataParallel
import Datasets
import Models
import Tensors
import Tokenizers
import Training

/// A task with what is worth telling about it.
struct PreparedTask {
    let task: any TrainingTask
    /// Sentences for the log; the same facts on every rank, but for what only rank 0 has read.
    let notes: [String]
    /// Directory of the tokenizer, and what else is copied beside the model; nil for the directory of the model.
    var tokenizerSource: String?
    var companions: [CompanionFiles] = []

    /// Reads rows and model as the recipe's task needs them. Collective.
    static func prepare(_ configuration: RunConfiguration, group: any ProcessGroup) throws -> PreparedTask {
        switch configuration.task {
        case .textClassification: try textClassification(configuration, group)
        case .maskedLM, .causalLM, .chat: try languageModel(configuration, group)
        case .extractiveSummarization: try extractive(configuration, group)
        case .summarization: try summarization(configuration, group)
        }
    }

    private static func textClassification(
        _ configuration: RunConfiguration, _ group: any ProcessGroup
    ) throws -> PreparedTask {
        let (data, arguments) = (configuration.data, configuration.training)
        // Of all rows, so that a fold knows every label.
        let labels = try LabelMap(
            of: RowReader(patterns: data.trainFiles), column: data.labelColumn, problemType: data.problemType)
        let loaded = try ModelBroadcast.load(
            directory: configuration.model.modelNameOrPath, head: labels.head, seed: arguments.seed,
            overrides: arguments.configurationOverrides, through: group)
        try train(loaded.model, loaded.report, arguments, group)
        let reader = TextClassificationReader(
            tokenizer: try TokenizerLoader.load(directory: configuration.model.modelNameOrPath),
            columns: TextColumns(data))
        let examples = try reader.examples(data.trainingRows(), labels: labels)
        try examples.validate(for: loaded.model)
        var validation: ExampleStore?
        if let validationRows = try data.validationRows() {
            let rows = try reader.examples(validationRows, labels: labels)
            try rows.validate(for: loaded.model)
            validation = rows
        }
        let task = TextClassificationTask(
            model: loaded.model, training: examples, validation: validation, group: group,
            batchRows: arguments.perDeviceEvalBatchSize)
        let names = labels.labels.prefix(12).joined(separator: ", ") + (labels.count > 12 ? ", …" : "")
        let kind = "\(labels.problemType.rawValue): \(labels.count) outputs (\(names))"
        return PreparedTask(
            task: task, notes: (loaded.report?.lines ?? []) + [kind, rows(examples, validation)])
    }

    private static func languageModel(
        _ configuration: RunConfiguration, _ group: any ProcessGroup
    ) throws -> PreparedTask {
        let (data, arguments) = (configuration.data, configuration.training)
        let setup = try LanguageModelSetup(configuration, group: group)
        try train(setup.model, setup.report, arguments, group)
        let examples = try setup.examples(data.trainingRows())
        let validation = try data.validationRows().map { try setup.examples($0) }
        let task = LanguageModelTask(
            model: setup.model, objective: setup.objective, training: examples, validation: validation,
            labelSmoothing: arguments.labelSmoothingFactor, group: group,
            batchRows: arguments.perDeviceEvalBatchSize)
        let targets = task.lossCount(rows: Array(0..<examples.count), epoch: 0)
        return PreparedTask(
            task: task,
            notes: (setup.report?.lines ?? []) + [
                rows(examples, validation),
                "\(configuration.task.rawValue): \(targets) target tokens an epoch",
            ])
    }

    /// Adapters, frozen parameters, learning rates and number format, as the recipe says. Collective.
    static func train(
        _ model: any TrainableModel, _ report: LoadReport?, _ arguments: TrainingArguments,
        _ group: any ProcessGroup
    ) throws {
        try TrainedParameters.apply(
            arguments.adaptation, learningRate: arguments.learningRate, to: model,
            newParameters: ModelBroadcast.share(report?.newPooler ?? [], through: group),
            adapterKey: RandomKey(seed: arguments.seed).derived("adapters"))
        let fallback = try ComputePrecision.apply(bf16: arguments.bf16, to: model.parameters, group: group)
        if group.rank == 0, let fallback { Messages.warn(fallback) }
    }

    static func rows(_ training: ExampleStore, _ validation: ExampleStore?) -> String {
        let rest = validation.map { " and \($0.count) validation rows" } ?? ""
        return "\(training.count) training rows (\(training.tokenCount) tokens)\(rest)"
    }
}
