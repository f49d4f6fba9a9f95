// `train` from configuration to finished model: data, model, loop, and what is shown and recorded.

import Arguments
import Checkpoints
internal import Cluster
package import Configuration
package import DataParallel
internal import Kernels
internal import Machine
internal import Phrases
internal import Tasks
internal import Telemetry
package import Training

/// One training run on one rank.
package struct TrainingJob {
    private let configuration: RunConfiguration
    private let group: any ProcessGroup
    private let watch: Watchdog
    private let printsJSON: Bool
    private let shows: RunDisplay
    private var arguments: TrainingArguments { configuration.training }
    private var outputDirectory: String { configuration.model.outputDir }
    private var isFirst: Bool { group.rank == 0 }

    package init(
        _ configuration: RunConfiguration, group: any ProcessGroup, printsJSON: Bool,
        shows: RunDisplay = .full
    ) {
        self.configuration = configuration
        self.printsJSON = printsJSON
        self.shows = shows
        let limit = Double(configuration.training.ddpTimeoutSeconds)
        watch = Watchdog(
            group: group, warnSeconds: min(60, limit / 2), abortSeconds: limit,
            report: { Messages.note($0) })
        self.group = group.size > 1 ? WatchedProcessGroup(group, watch: watch) : group
    }

    /// Runs to the end, or until `stopRequest` is raised. Collective.
    ///
    /// - Parameter isWholeJob: whether the job does nothing else, so that a request before the first step
    /// ends
    ///   it.
    @discardableResult
    package func run(stoppingAt stopRequest: StopRequest, isWholeJob: Bool = true) throws -> TrainingSummary {
        guard !arguments.reproducible || ThreadPool.servesOneDNN else { throw PoolsDiffer() }
        try DeclaredRanks.check(group)
        return try ThreadPool.run(isReproducible: arguments.reproducible) {
            try runOnPool(stoppingAt: stopRequest, isWholeJob: isWholeJob)
        }
    }

    private func runOnPool(stoppingAt stopRequest: StopRequest, isWholeJob: Bool) throws -> TrainingSummary {
        let answer = StopAnswer(stopRequest, group: group, endsJob: isWholeJob)
        defer { answer.end() }
        RankStatus.enter(.loading)
        if group.size > 1 { watch.attach(try RankRoster(group)) }
        let plan = ThreadPlan.apply(requested: arguments.threadsPerRank)
        if isFirst, shows == .full {
            for warning in plan.warnings { Messages.warn(warning) }
            let data = configuration.data
            let remarks = try data.remarks(on: data.trainFiles) + data.remarks(on: data.validationFiles)
            for note in configuration.notes + Set(remarks).sorted() {
                Messages.note(note)
            }
        }
        let lock =
            isFirst ? try OutputLock.ifPresent(directory: outputDirectory, host: group.hostName) : nil
        let resumePath = try chooseStart()
        let (chosen, rowNotes) = try configuration.choosingTrainingRows(group: group)
        let prepared = try chosen.task.definition.prepare(chosen, group: group)
        if isFirst, shows == .full {
            Messages.note(rowNotes + prepared.notes, group)
            try FoundLeakage.warnBeforeTraining(chosen)
            Messages.note("\(group.size, "rank") × \(plan.threadCount, "thread")")
        }
        let summary = try train(
            prepared, resumePath: resumePath, lock: lock, stopRequest: stopRequest, answer)
        if summary.wasStopped {
            throw StoppedOnRequest(after: "step \(summary.step)", directory: outputDirectory)
        }
        if isWholeJob { try MonitoringStatisticsJob(chosen, group: group).run() }
        return summary
    }

    /// Makes the folder and locks it, on rank 0.
    private func lockNewOutput() throws -> OutputLock? {
        guard isFirst else { return nil }
        try OutputDirectory.create(outputDirectory)
        return try OutputLock(directory: outputDirectory, host: group.hostName)
    }

    /// Finds the checkpoint to go on from, the same on all ranks, and refuses an output folder that may not
    /// be used.
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
                path = try Self.newestGood(in: store)
            case .path(let given):
                try Self.examine(given)
                path = given
            }
            if let path { Messages.note("resuming from \(path)") }
            bytes = Array((path ?? "").utf8)
        }
        try group.broadcast(&bytes, from: 0)
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    /// Makes the output folder ready on rank 0. Comes after all input was found good, so that a mistake in a
    /// recipe or a file costs no old run.
    private func prepareOutput() throws {
        guard isFirst else { return }
        try OutputDirectory.prepare(
            path: outputDirectory, overwrite: arguments.overwriteOutputDir, resuming: isResuming,
            inputs: inputs)
        try CheckpointStore(outputDirectory: outputDirectory).removeLeftovers(isLocked: true)
        try MonitoringStatisticsJob.removeStale(directory: outputDirectory)
    }

    private var isResuming: Bool { arguments.resumeFromCheckpoint != .none }

    private var inputs: [String] {
        configuration.data.trainFiles + configuration.data.validationFiles
            + configuration.model.directories
    }

    private func train(
        _ prepared: PreparedTask, resumePath: String?, lock: OutputLock?, stopRequest: StopRequest,
        _ answer: StopAnswer
    ) throws -> TrainingSummary {
        let recipe = Array(try configuration.effectiveYAML().utf8)
        let output = RunOutput(
            directory: outputDirectory,
            tokenizerSource: prepared.tokenizerSource ?? configuration.model.directory,
            companions: prepared.companions,
            files: prepared.generationConfiguration.map { [GenerationConfigurationFile.fileName: $0] } ?? [:],
            recipe: recipe, version: Version.current)
        let hosts = JobRecord.hosts(
            ofRanks: try group.allGather(Array(group.hostName.utf8)).map {
                String(decoding: $0, as: UTF8.self)
            })
        let recorder =
            isFirst
            ? RunRecorder(configuration, printsJSON: printsJSON, recipe: recipe, hosts: hosts, shows: shows)
            : nil
        let loop = try TrainingLoop(
            arguments, task: prepared.task, group: group, output: output,
            isStopRequested: { stopRequest.isPending }, onEvent: { event in try recorder?.handle(event) })
        if isFirst { try RunObservers.check(configuration) }
        let lock = try lock ?? lockNewOutput()
        if arguments.resumeFromCheckpoint == .auto,
            let finished = try loop.finishedRun(checkpoint: resumePath)
        {
            if shows == .full { try recorder?.tell(finished, of: loop.plan) }
            try lock?.release()
            return finished.summary
        }
        try prepareOutput()
        answer.runBegins()
        RunStatus.enter(outputDirectory)
        let summary: TrainingSummary
        do { summary = try loop.run(resumingFrom: resumePath) } catch {
            recorder?.fail(error)
            throw error
        }
        RunStatus.leave()
        try lock?.release()
        return summary
    }
}

/// oneDNN runs on threads that cannot be told how to cut its products.
struct PoolsDiffer: Error, CustomStringConvertible {
    var description: String {
        "reproducible: true needs oneDNN on the threads of Lockstep, but it found those of libgomp: link the "
            + "program with swift build, or with -Wl,--export-dynamic-symbol=GOMP_* and =omp_*"
    }
}

/// A run that ended early because it was asked to; its state is saved.
public struct StoppedOnRequest: Error, CustomStringConvertible {
    /// Tells whoever started the job, such as launch/slurm.sbatch, to start it again.
    public static let exitCode: Int32 = 85

    /// The last thing that was finished, such as `step 12`.
    let after: String
    let directory: String
    public var description: String {
        "stopped on request after \(after), which is saved; go on with --resume_from_checkpoint auto "
            + "and the same "
            + "output_dir \(directory)"
    }
}
