// `train` from configuration to finished model: data, model, loop, and what is shown and recorded.

import Checkpoints
import Configuration
import DataParallel
import Datasets
import Foundation
import Models
import Reporting
import Tokenizers
import Training

/// One training run on one rank.
struct TrainingJob {
    private let configuration: RunConfiguration
    private let group: any ProcessGroup
    private let printsJSON: Bool
    private var arguments: TrainingArguments { configuration.training }
    private var outputDirectory: String { configuration.model.outputDir }
    private var isFirst: Bool { group.rank == 0 }

    init(_ configuration: RunConfiguration, group: any ProcessGroup, printsJSON: Bool) {
        self.configuration = configuration
        self.printsJSON = printsJSON
        let watch = StallWatch(
            group: group, warnSeconds: min(60, Double(configuration.training.ddpTimeoutSeconds)),
            abortSeconds: Double(configuration.training.ddpTimeoutSeconds))
        self.group = group.size > 1 ? WatchedProcessGroup(group, watch: watch) : group
    }

    /// Runs to the end. Collective.
    func run() throws {
        let stopRequest = StopRequest()
        let plan = ThreadPlan.apply(requested: arguments.threadsPerRank)
        if isFirst, let warning = plan.warning { Messages.warn(warning) }
        let resumePath = try chooseStart()
        let data = configuration.data
        let training = try RowReader(patterns: data.trainFiles)
        let labels = try LabelMap(
            of: training, column: data.labelColumn, problemType: data.problemType)
        let loaded = try ModelBroadcast.load(
            directory: configuration.model.modelNameOrPath, head: labels.head, seed: arguments.seed,
            overrides: arguments.configurationOverrides, through: group)
        let fallback = try ComputePrecision.apply(
            bf16: arguments.bf16, to: loaded.model.parameters, group: group)
        if isFirst, let fallback { Messages.warn(fallback) }
        let reader = TextClassificationReader(
            tokenizer: try TokenizerLoader.load(directory: configuration.model.modelNameOrPath),
            columns: TextColumns(data))
        let examples = try reader.examples(training, labels: labels)
        try examples.validate(for: loaded.model)
        var validation: ExampleStore?
        if !data.validationFiles.isEmpty {
            let rows = try reader.examples(RowReader(patterns: data.validationFiles), labels: labels)
            try rows.validate(for: loaded.model)
            validation = rows
        }
        if let report = loaded.report { announce(report, labels, examples, validation, plan) }
        try train(
            loaded.model, examples, validation, resumePath: resumePath, stopRequest: stopRequest)
    }

    /// Finds the checkpoint to go on from, the same on all ranks, and refuses an output folder that may not be used.
    private func chooseStart() throws -> String? {
        var bytes: [UInt8] = []
        if isFirst {
            try OutputDirectory.check(
                path: outputDirectory, overwrite: arguments.overwriteOutputDir, resuming: isResuming,
                inputs: inputs)
            let path: String?
            switch arguments.resumeFromCheckpoint {
            case .none: path = nil
            case .auto:
                let store = CheckpointStore(outputDirectory: outputDirectory)
                try store.removeLeftovers()
                path = try store.latest()?.path
            case .path(let given): path = given
            }
            if let path { Messages.note("resuming from \(path)") }
            bytes = Array((path ?? "").utf8)
        }
        try group.broadcast(&bytes, from: 0)
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    /// Makes the output folder ready on rank 0. Comes after all input was found good, so that a mistake in a recipe
    /// or a file costs no old run.
    private func prepareOutput() throws {
        guard isFirst else { return }
        try OutputDirectory.prepare(
            path: outputDirectory, overwrite: arguments.overwriteOutputDir, resuming: isResuming,
            inputs: inputs)
        try CheckpointStore(outputDirectory: outputDirectory).removeLeftovers()
    }

    private var isResuming: Bool { arguments.resumeFromCheckpoint != .none }

    private var inputs: [String] {
        configuration.data.trainFiles + configuration.data.validationFiles
            + [configuration.model.modelNameOrPath]
    }

    private func train(
        _ model: any SequenceClassifier, _ examples: ExampleStore, _ validation: ExampleStore?,
        resumePath: String?, stopRequest: StopRequest
    ) throws {
        let recipe = Array(try configuration.effectiveYAML().utf8)
        let output = RunOutput(
            directory: outputDirectory, tokenizerSource: configuration.model.modelNameOrPath, recipe: recipe,
            version: Lockstep.version)
        let recorder = isFirst ? RunRecorder(configuration, printsJSON: printsJSON, recipe: recipe) : nil
        let loop = try TrainingLoop(
            arguments, model: model, training: examples, validation: validation, group: group, output: output,
            isStopRequested: { stopRequest.isPending }, onEvent: { event in try recorder?.handle(event) })
        try prepareOutput()
        let summary = try loop.run(resumingFrom: resumePath)
        if summary.wasStopped { throw StoppedOnRequest(step: summary.step, directory: outputDirectory) }
    }

    private func announce(
        _ report: LoadReport, _ labels: LabelMap, _ training: ExampleStore, _ validation: ExampleStore?,
        _ plan: ThreadPlan
    ) {
        for line in report.lines { Messages.note(line) }
        let kind = labels.problemType.rawValue
        let names = labels.labels.prefix(12).joined(separator: ", ") + (labels.count > 12 ? ", …" : "")
        Messages.note("\(kind): \(labels.count) outputs (\(names))")
        let rows = validation.map { " and \($0.count) validation rows" } ?? ""
        Messages.note(
            "\(training.count) training rows (\(training.tokenCount) tokens)\(rows); \(group.size) ranks × "
                + "\(plan.threadCount) threads")
    }
}

/// A run that ended early because it was asked to; its state is saved.
struct StoppedOnRequest: Error, CustomStringConvertible {
    /// Tells whoever started the job, such as launch/slurm.sbatch, to start it again.
    static let exitCode: Int32 = 85

    let step: Int
    let directory: String
    var description: String {
        "stopped on request after step \(step), which is saved; go on with --resume_from_checkpoint auto and the same "
            + "output_dir \(directory)"
    }
}
