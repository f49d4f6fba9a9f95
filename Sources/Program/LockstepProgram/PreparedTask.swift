// From a recipe to a task with its model and rows, ready to train.

import Arguments
import Checkpoints
import Configuration
import DataParallel
import Datasets
import Models
import Tasks
import Tensors
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
        case .textClassification, .imageClassification: try classification(configuration, group)
        case .maskedLM, .causalLM, .chat: try languageModel(configuration, group)
        case .extractiveSummarization: try extractive(configuration, group)
        case .summarization: try summarization(configuration, group)
        case .imageCaptioning: try captioning(configuration, group)
        }
    }

    private static func classification(
        _ configuration: RunConfiguration, _ group: any ProcessGroup
    ) throws -> PreparedTask {
        let (data, arguments) = (configuration.data, configuration.training)
        // Of all rows, so that a fold knows every label.
        let labels = try LabelMap(
            of: RowReader(patterns: data.trainFiles), column: data.labelColumn, problemType: data.problemType)
        let loaded = try ModelBroadcast.classifier(
            configuration.model, head: labels.head, seed: arguments.seed,
            overrides: arguments.configurationOverrides, through: group)
        try train(loaded.model, loaded.report, arguments, group)
        let reader = try ClassificationReaders.make(configuration, loaded.model)
        func inputs(_ rows: RowReader) throws -> any ModelInputs {
            let inputs = try reader.inputs(of: rows, labels: labels)
            try inputs.validate(for: loaded.model, rank: group.rank, of: group.size)
            return inputs
        }
        let examples = try inputs(data.trainingRows())
        let validation = try data.validationRows().map { try inputs($0) }
        let task = ClassificationTask(
            model: loaded.model, training: examples, validation: validation, group: group,
            batchRows: arguments.perDeviceEvalBatchSize)
        let names = labels.labels.prefix(12).joined(separator: ", ") + (labels.count > 12 ? ", …" : "")
        let kind = "\(labels.problemType.rawValue): \(labels.count) outputs (\(names))"
        return PreparedTask(
            task: task,
            notes: (loaded.report?.lines ?? []) + [kind, rows(examples.examples, validation?.examples)])
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

    private static func captioning(
        _ configuration: RunConfiguration, _ group: any ProcessGroup
    ) throws -> PreparedTask {
        let (data, arguments) = (configuration.data, configuration.training)
        let setup = try CaptioningSetup(configuration, group: group)
        try train(setup.model, nil, arguments, group)
        let training = try setup.rows(data.trainingRows())
        let validation = try data.validationRows().map { try setup.rows($0) }
        let task = SequenceToSequenceTask(
            model: setup.model, training: training, validation: validation,
            labelSmoothing: arguments.labelSmoothingFactor,
            writing: arguments.generation.predictWithGenerate == true ? setup.writing : nil, group: group,
            batchRows: arguments.perDeviceEvalBatchSize)
        return PreparedTask(
            task: task,
            notes: setup.reports.flatMap(\.lines) + [
                rows(training.examples, validation?.examples),
                "\(configuration.task.rawValue): \(training.targetCount) target tokens an epoch",
            ], tokenizerSource: setup.tokenizerSource, companions: setup.companions)
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
