// `cross-validate` from recipe to result: folds, their training on groups of ranks, and what is written and
// shown.

import Arguments
import Checkpoints
package import Configuration
package import CrossValidation
package import DataParallel
import Datasets
import Files
import Foundation
import Models
internal import Phrases
import Reporting
import Tasks
import Training

/// A cross-validation on this rank.
package struct CrossValidationJob {
    private var configuration: RunConfiguration
    private let arguments: CrossValidationArguments
    private let keepsModels: Bool
    private let printsJSON: Bool
    /// All ranks.
    private let group: any ProcessGroup
    private let folder: CrossValidationFolder
    private var isFirst: Bool { group.rank == 0 }

    package init(
        _ configuration: RunConfiguration, _ arguments: CrossValidationArguments, keepsModels: Bool,
        printsJSON: Bool, group: any ProcessGroup
    ) {
        self.configuration = configuration
        self.arguments = arguments
        self.keepsModels = keepsModels
        self.printsJSON = printsJSON
        self.group = group
        folder = CrossValidationFolder(path: configuration.model.outputDir)
    }

    /// Runs to the end. Collective.
    package func run(stoppingAt stopRequest: StopRequest) throws {
        try arguments.check(rankCount: group.size)
        try arguments.check(configuration.training)
        var job = self
        try job.chooseRows()
        try job.runFolds(stoppingAt: stopRequest)
    }

    /// Leaves out rows that are empty, and those behind the first so many.
    private mutating func chooseRows() throws {
        let data = configuration.data
        let survey = try RowSurvey(
            data.rows(of: data.trainFiles), needs: configuration.needs(withReferences: true))
        try survey.check(data.trainFiles, skips: data.onEmptyRow == .skip)
        Messages.note([survey.warning(data.trainFiles)].compactMap(\.self), group)
        configuration.data.usableTrainSelection = survey.rows(limit: data.maxTrainSamples)
    }

    private func runFolds(stoppingAt stopRequest: StopRequest) throws {
        let survey = try FoldSurvey(configuration.data, task: configuration.task, arguments)
        let plan = try CrossValidationPlan(survey, arguments)
        try ReplicaMemory.check(configuration, ranksOfFold: ranksOfFold, group: group)
        try checkRows()
        let (finished, lock) = try start(plan)
        if isFirst { tell(plan, finished) }
        try train(plan, plan.runs.filter { !finished.contains($0.name) }, stopRequest)
        guard isFirst else { return try group.barrier() }
        try finish(plan)
        try lock?.release()
        try group.barrier()
    }

    private var answersRows: Bool {
        configuration.task.definition.answersRows(configuration.training.generation)
    }

    private var ranksOfFold: Int { group.size / arguments.parallelFolds }

    /// Throws, with file and line, when a fold would find only at its turn that it cannot learn from a row or
    /// answer it. Collective.
    private func checkRows() throws {
        try configuration.task.definition.checkRows(configuration, group: group)
    }

    /// Makes the output folder ready; returns the names of the finished folds, the same on all ranks, and
    /// rank 0's lock of the folder.
    private func start(_ plan: CrossValidationPlan) throws -> (Set<String>, OutputLock?) {
        var bytes: [UInt8] = []
        var lock: OutputLock?
        if isFirst {
            lock = try OutputLock.ifPresent(directory: folder.path, host: group.hostName)
            let finished = try folder.prepare(
                settings(plan), runs: plan.runs,
                resuming: configuration.training.resumeFromCheckpoint != .none,
                overwrite: configuration.training.overwriteOutputDir)
            lock = try lock ?? OutputLock(directory: folder.path, host: group.hostName)
            try OutputFiles.write(
                Array(configuration.effectiveYAML().utf8), directory: folder.path, name: "recipe.yaml")
            for run in finished where !keepsModels { try folder.removeModel(of: run) }
            bytes = Array(finished.map(\.name).joined(separator: "\n").utf8)
        }
        try group.broadcast(&bytes, from: 0)
        let names = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        return (Set(names), lock)
    }

    /// What the figures depend on: folds of other settings are not mixed with these.
    private func settings(_ plan: CrossValidationPlan) throws -> [(key: String, value: String)] {
        let ofOutput: Set = [
            "output_dir", "validation_file", "resume_from_checkpoint", "overwrite_output_dir",
            "logging_steps", "save_strategy", "save_steps", "save_total_limit", "replica_check_steps",
            "ddp_timeout", "threads_per_rank", "per_device_train_batch_size",
            "gradient_accumulation_steps", "max_tokens_per_device",
        ]
        let training = configuration.training
        let devices = training.reproducible ? training.reproducibleShards : ranksOfFold
        let micro = devices * training.gradientAccumulationSteps
        let batch =
            training.maxTokensPerDevice.map { "\($0 * micro, "token")" }
            ?? "\(training.perDeviceTrainBatchSize * micro, "row")"
        return configuration.settings.filter { !ofOutput.contains($0.key) } + [
            ("a global batch of", batch), ("folds", "\(arguments.folds)"),
            ("repeats", "\(arguments.repeats)"), ("fold_seed", "\(arguments.seed)"),
            ("a division that is", plan.description),
            ("inner_validation", arguments.innerValidation.map { "\($0)" } ?? "null"),
            ("rows in train_file:", "\(plan.survey.rowCount)"),
            ("a hash of these rows of", plan.survey.fingerprint),
            ("files of the model (name and bytes):", modelFiles),
        ]
    }

    /// Names and sizes of the pretrained models' files.
    private var modelFiles: String {
        configuration.model.directories.map(Self.files).joined(separator: "; ")
    }

    private static func files(of directory: String) -> String {
        let names = (try? FileSystem.names(in: directory)) ?? []
        return names.compactMap { name -> String? in
            guard let size = try? FileSystem.byteCount(of: directory + "/" + name) else { return nil }
            return "\(name) \(size)"
        }.joined(separator: ", ")
    }

    // MARK: Folds

    /// Trains and tests `runs`, several at the same time. Throws when the job was asked to stop before the
    /// last.
    private func train(_ plan: CrossValidationPlan, _ runs: [FoldRun], _ stopRequest: StopRequest) throws {
        let parallel = arguments.parallelFolds
        let color = group.rank / ranksOfFold
        let part = parallel == 1 ? group : try group.split(color: color)
        var stop = ""
        for (place, run) in runs.enumerated() where place % parallel == color && stop.isEmpty {
            var isPending: [Int64] = [stopRequest.isPending ? 1 : 0]
            try part.allReduceMaximum(&isPending)
            if isPending[0] == 1 {
                stop = "the folds before \(run.title)"
                break
            }
            do {
                try train(run, plan, part, stopRequest)
            } catch let request as StoppedOnRequest {
                stop = "\(request.after) of \(run.title)"
            }
        }
        let stops = try group.allGather(Array(stop.utf8)).map { String(decoding: $0, as: UTF8.self) }
        let places = Set(stops.filter { !$0.isEmpty }).sorted()
        if !places.isEmpty {
            throw StoppedOnRequest(after: places.joined(separator: " and "), directory: folder.path)
        }
    }

    private func train(
        _ run: FoldRun, _ plan: CrossValidationPlan, _ part: any ProcessGroup, _ stopRequest: StopRequest
    ) throws {
        let start = ContinuousClock.now
        let isSerial = arguments.parallelFolds == 1
        let job = FoldJob(
            configuration: configuration, plan: plan, run: run, folder: folder, keepsModel: keepsModels,
            group: part, shows: isSerial ? .progress : .none)
        if part.rank == 0, isSerial { Messages.note("\(run.title) of \(arguments.folds):") }
        let result = try job.run(stoppingAt: stopRequest)
        guard part.rank == 0 else { return }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let shown = result.metrics.prefix(5).map { "\($0.name) \(NumberFormat.fixed($0.value, decimals: 4))" }
        Messages.note(
            "\(run.title), \(result.trainingRowCount, "row") learnt, \(result.rowCount) tested, in "
                + "\(NumberFormat.fixed(seconds, decimals: 1)) s: " + shown.joined(separator: ", "))
    }

    // MARK: Words and result

    private func tell(_ plan: CrossValidationPlan, _ finished: Set<String>) {
        for warning in plan.warnings { Messages.warn(warning) }
        let repeats = arguments.repeats == 1 ? "" : ", \(arguments.repeats) times"
        let ranks = "\(ranksOfFold, "rank")"
        let parallel =
            arguments.parallelFolds == 1
            ? "by \(ranks)" : "\(arguments.parallelFolds) at a time by \(ranks) each"
        Messages.note(
            "\(plan.survey.rowCount, "row") in \(arguments.folds, "fold")\(repeats) (\(plan.description)), "
                + "\(parallel)"
        )
        if innerIsNeeded {
            Messages.note("eval_strategy is not used: without --inner_validation no row is held out for it")
        }
        if !answersRows {
            var writing = GenerationArguments()
            writing.predictWithGenerate = true
            let canWrite = configuration.task.definition.answersRows(writing)
            let choice = canWrite ? " without predict_with_generate" : ""
            Messages.note(
                "task: \(configuration.task.rawValue)\(choice) predicts no rows: there will be no "
                    + CrossValidationFolder.predictionsName)
        }
        let names = plan.runs.filter { finished.contains($0.name) }.map(\.title)
        if !names.isEmpty { Messages.note("finished before: \(names.joined(separator: ", "))") }
    }

    private var innerIsNeeded: Bool {
        arguments.innerValidation == nil && configuration.training.evalStrategy != .never
    }

    private func finish(_ plan: CrossValidationPlan) throws {
        if answersRows { try mergePredictions(plan) }
        let summary = CrossValidationSummary(try folder.results(of: plan.runs))
        let document = try CrossValidationDocument(
            summary, plan: plan, arguments: arguments, task: configuration.task)
        try OutputFiles.write(
            document.bytes, directory: folder.path, name: CrossValidationFolder.resultName)
        ReportPage.writeAfterwards(directory: folder.path)
        if printsJSON {
            try StandardOutput.write(document.bytes)
        } else {
            print(document.text)
        }
        Messages.note("results: \(folder.path)")
    }

    /// Writes the predictions of all folds in the order of the rows, repeat after repeat.
    private func mergePredictions(_ plan: CrossValidationPlan) throws {
        let sink = try LineWriter(path: folder.path + "/" + CrossValidationFolder.predictionsName)
        for (index, folds) in plan.plans.enumerated() {
            let runs = plan.runs.filter { $0.repetition == index + 1 }
            var sources = try runs.map { LineReader(try ByteReader(path: folder.predictionsPath(of: $0))) }
            for (row, fold) in folds.folds.enumerated() {
                guard let line = try sources[fold].nextText() else {
                    throw TrainingError(
                        "\(folder.predictionsPath(of: runs[fold])) lacks row \(row + 1) of train_file: remove "
                            + "\(runs[fold].name).json beside it, and the fold is trained again with "
                            + "--resume_from_checkpoint auto")
                }
                try sink.write(line)
            }
        }
        try sink.finish()
    }
}
