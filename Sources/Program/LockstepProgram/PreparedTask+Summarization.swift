// Both kinds of summarization, ready to train.

import Arguments
import Checkpoints
import Configuration
import DataParallel
import Datasets
import Tasks
import Training

extension PreparedTask {
    /// Collective.
    static func extractive(
        _ configuration: RunConfiguration, _ group: any ProcessGroup
    ) throws -> PreparedTask {
        let (data, arguments) = (configuration.data, configuration.training)
        let setup = try ExtractiveSetup(configuration, isTraining: true, group: group)
        try train(setup.model, setup.report, arguments, group)
        let training = try setup.rows(data.trainingRows())
        let validation = try data.validationRows().map { try setup.rows($0) }
        let task = ExtractiveTask(
            model: setup.model, training: training, validation: validation,
            selection: setup.reader.selection, group: group, batchRows: arguments.perDeviceEvalBatchSize)
        let rest = validation.map { " and \($0.count) validation documents" } ?? ""
        return PreparedTask(
            task: task,
            notes: (setup.report?.lines ?? []) + [
                "\(training.count) training documents in \(training.windows.count) windows "
                    + "(\(training.windows.tokenCount) tokens)\(rest)",
                "\(training.sentenceCount) sentences, of which the oracle chose \(training.oracleCount)",
            ] + (training.warning(setup.model).map { ["warning: " + $0] } ?? []))
    }

    /// Collective.
    static func summarization(
        _ configuration: RunConfiguration, _ group: any ProcessGroup
    ) throws -> PreparedTask {
        let (data, arguments) = (configuration.data, configuration.training)
        let setup = try SummarizationSetup(configuration, group: group)
        try train(setup.model, nil, arguments, group)
        let training = try setup.reader.rows(data.trainingRows())
        let validation = try data.validationRows().map { try setup.reader.rows($0) }
        let task = SequenceToSequenceTask(
            model: setup.model, training: training, validation: validation,
            labelSmoothing: arguments.labelSmoothingFactor, writing: setup.writing(arguments.generation),
            group: group, batchRows: arguments.perDeviceEvalBatchSize)
        return PreparedTask(
            task: task,
            notes: setup.reports.flatMap(\.lines) + [
                rows(training.examples, validation?.examples),
                "summarization: \(training.targetCount) target tokens an epoch",
            ], tokenizerSource: setup.tokenizerSource, companions: setup.companions)
    }
}
