// Shows and records the events of a run: console, metrics.jsonl, recipe and versions. Rank 0 alone has one.

import Arguments
import Checkpoints
import Cluster
import Configuration
import Evaluation
import Files
import Foundation
import JSON
import Kernels
import MPI
import Machine
import Models
import Phrases
import Reporting
import Telemetry
import Training

/// What a run shows of itself besides its files.
package enum RunDisplay {
    /// Everything.
    case full
    /// How far it is; for one run of several.
    case progress
    /// Nothing; for one of several runs at the same time.
    case none
}

/// Turns training events into what a user sees and keeps.
final class RunRecorder {
    private let configuration: RunConfiguration
    private let printsJSON: Bool
    private let recipe: [UInt8]
    private let hosts: [JobRecord.Host]
    private let shows: RunDisplay
    private var status: RunStatus?
    /// Silent until the plan says how often the log has a line.
    private var display = ProgressDisplay(style: .none, write: { _ in })
    private var log: RunLog?
    private var observers = RunObservers([])
    private var spans = RunSpans(epoch: 0)
    /// Of the matrix product of rank 0; nil where nobody is told.
    private var matrixPeak: MatrixPeakShare?
    private var rows = 0
    private var tokens = 0
    private let started = Date()
    private var plan: TrainingPlan?
    /// Where the speed of the steps since the last record is counted from.
    private var window = (
        time: ContinuousClock.now, seconds: 0.0, rows: 0, tokens: 0, waited: 0.0, operations: 0.0
    )
    private var lastRecordedStep = 0
    /// Seconds in which steps waited for their rows.
    private var waitedSeconds = 0.0
    private var directory: String { configuration.model.outputDir }

    init(
        _ configuration: RunConfiguration, printsJSON: Bool, recipe: [UInt8], hosts: [JobRecord.Host],
        shows: RunDisplay = .full
    ) {
        self.configuration = configuration
        self.printsJSON = printsJSON
        self.recipe = recipe
        self.hosts = hosts
        self.shows = shows
    }

    func handle(_ event: TrainingEvent) throws {
        switch event {
        case .started(let plan, let firstStep): try start(plan, firstStep)
        case .step(let report):
            show(report)
            try status?.set(step: report.step)
        case .record(let record):
            try log?.train(
                step: record.step, epoch: record.epoch, loss: record.loss, learningRate: record.learningRate,
                gradNorm: record.gradientNorm, extra: record.marks.map { ($0.name, Double($0.count)) })
            try recordSpeed(record)
        case .communicated(let record):
            try log?.communication(
                step: record.step, epoch: record.epoch, communicationSeconds: record.communicationSeconds,
                waitingSeconds: record.waitingSeconds,
                slowest: (record.slowestRank, record.slowestSeconds, record.medianSeconds))
            observers.compare(
                RankFigures(computeSeconds: record.computeSeconds, straggler: record.straggler))
        case .evaluated(let record): try show(record)
        case .hashed(let step, let epoch, let weights):
            spans.beginSave()
            try log?.checkpoint(step: step, epoch: epoch, weights: weights)
        case .traced(let text, let steps):
            let range = [steps.lowerBound, steps.upperBound].map(String.init).joined(separator: "-")
            let name = "trace-\(range).json"
            try OutputFiles.write(Array(text.utf8), directory: directory, name: name)
            display.message("trace of steps \(range): \(directory)/\(name)")
            restartClock()
        case .warning(let text): display.message("warning: " + text)
        case .saved(let path, let step):
            display.message("saved \(path)")
            if let span = spans.endSave(step: step) { observers.close(span) }
            restartClock()
        case .finished(let summary):
            try finish(summary)
            endObservers(summary.wasStopped ? .stopped(step: summary.step) : .finished)
            try status?.remove()
        }
        try observers.throwFailure()
    }

    /// The run ends by an error: those who watch it are told.
    func fail(_ error: any Error) {
        endObservers(.failed("\(error)"))
    }

    private func endObservers(_ outcome: RunOutcome) {
        for span in spans.end(step: progress.step) { observers.close(span) }
        for remark in observers.end(outcome) { Messages.warn(remark) }
    }

    private func start(_ plan: TrainingPlan, _ firstStep: Int) throws {
        self.plan = plan
        if shows != .none {
            let style = ProgressDisplay.Style.suited(loggingSteps: plan.loggingSteps)
            display = ProgressDisplay(style: style, stamp: .current)
        }
        log = try RunLog(directory: directory, resumingAfterStep: firstStep > 0 ? firstStep : nil)
        observers = try RunObservers(
            configuration, recipe: recipe, firstStep: firstStep, hasPort: shows != .none)
        spans = RunSpans(epoch: Double(firstStep) / Double(max(1, plan.stepsPerEpoch)))
        if !observers.isEmpty { matrixPeak = MatrixPeakShare(isBFloat16: configuration.training.bf16) }
        log?.onRecord = { [observers] step, values in
            observers.record(RunFigures(step: step, values: values))
        }
        status = try RunStatus(folder: directory, step: firstStep, hosts: hosts)
        try OutputFiles.write(recipe, directory: directory, name: "recipe.yaml")
        let versions = RunVersions.current(
            lockstep: Version.current,
            libraries: [
                .init(name: "MPI", version: MPIEnvironment.libraryVersion),
                .init(name: "oneDNN", version: KernelLibrary.version),
            ])
        try OutputFiles.write(Array(versions.json.utf8), directory: directory, name: RunVersions.fileName)
        display.message(
            "\(plan.totalSteps, "step") of \(plan.globalBatchRows, "row"), \(plan.stepsPerEpoch) an epoch, "
                + "\(plan.warmupSteps) of warm-up; \(Self.parameters(plan))")
        lastRecordedStep = firstStep
        progress = TrainingProgress(
            step: firstStep, totalSteps: plan.totalSteps, epoch: 0, loss: 0, learningRate: 0, rows: 0,
            tokens: 0)
        display.start(at: progress)
        restartClock()
    }

    private static func parameters(_ plan: TrainingPlan) -> String {
        let (all, trained) = (plan.parameterCount, plan.trainableParameterCount)
        guard trained < all else { return "\(all, "parameter")" }
        let share = NumberFormat.fixed(100 * Double(trained) / Double(all), decimals: 2)
        return "\(trained) of \(all) parameters are trained (\(share)%)"
    }

    private var progress = TrainingProgress(
        step: 0, totalSteps: 0, epoch: 0, loss: 0, learningRate: 0, rows: 0, tokens: 0)

    private func show(_ report: StepReport) {
        rows += report.result.rows
        tokens += report.result.tokens
        let now = ContinuousClock.now
        let seconds = (now - window.time) / .seconds(1)
        window.seconds += seconds
        waitedSeconds += report.waitingForDataSeconds
        window.time = now
        window.operations += matrixPeak?.take() ?? 0
        if let span = spans.advance(epoch: report.epoch, step: report.step) { observers.close(span) }
        observers.advance(
            RunStep(
                step: report.step, totalSteps: report.totalSteps, rows: report.result.rows,
                tokens: report.result.tokens, seconds: seconds,
                waitingForDataSeconds: report.waitingForDataSeconds))
        progress = TrainingProgress(
            step: report.step, totalSteps: report.totalSteps, epoch: report.epoch, loss: report.result.loss,
            learningRate: report.result.learningRate, rows: rows, tokens: tokens)
        display.update(progress)
    }

    private func show(_ record: EvaluationRecord) throws {
        try log?.evaluation(
            step: record.step, epoch: record.epoch, values: record.values.map { ($0.name, .real($0.value)) })
        let shown = record.evaluation.metrics.prefix(5).map { name, value in
            "\(name) \(NumberFormat.fixed(value, decimals: 4))"
        }
        display.message(
            "evaluation at step \(record.step): " + shown.joined(separator: ", ")
                + (record.isBest ? " (best)" : ""))
        observers.close(spans.evaluation(seconds: record.seconds, step: record.step))
        restartClock()
    }

    /// Time for evaluations and checkpoints does not count as training.
    private func restartClock() {
        window.time = .now
        _ = matrixPeak?.take()
        display.start(at: progress)
    }

    private func recordSpeed(_ record: TrainingRecord) throws {
        let (rows, tokens) = (rows - window.rows, tokens - window.tokens)
        if window.seconds > 0 {
            try log?.speed(
                step: record.step, epoch: record.epoch, rowsPerSecond: Double(rows) / window.seconds,
                tokensPerSecond: Double(tokens) / window.seconds,
                residentBytes: HostFacts.current.residentMemoryByteCount,
                waitingForDataSeconds: waitedSeconds - window.waited)
            tellMore(record)
        }
        window = (.now, 0, self.rows, self.tokens, waitedSeconds, 0)
    }

    /// What those who watch are told besides the records of the log.
    private func tellMore(_ record: TrainingRecord) {
        if let peak = matrixPeak?.share(operations: window.operations, seconds: window.seconds) {
            observers.record(RunFigures(step: record.step, values: [("matrix_peak_share", peak)]))
        }
        // Of several ranks each tells its own time.
        guard let plan, plan.rankCount == 1 else { return }
        let steps = Double(record.step - lastRecordedStep)
        lastRecordedStep = record.step
        observers.compare(RankFigures(computeSeconds: [window.seconds / steps], straggler: nil))
    }

    private func finish(_ summary: TrainingSummary) throws {
        display.finish()
        var values: [(String, JSONNumber)] = [
            ("train_runtime", .real(summary.seconds)),
            ("train_samples_per_second", .real(Double(summary.rows) / summary.seconds)),
            ("train_steps_per_second", .real(Double(summary.step) / summary.seconds)),
            ("train_tokens_per_second", .real(Double(summary.tokens) / summary.seconds)),
            ("train_loss", .real(summary.loss)),
            ("train_exposed_communication_seconds", .real(summary.exposedCommunicationSeconds)),
            ("train_waiting_for_data_seconds", .real(waitedSeconds)),
        ]
        if let best = summary.bestMetric { values.append(("best_metric", .real(best))) }
        if let epoch = summary.overfittingSinceEpoch {
            values.append(("overfitting_since_epoch", .real(epoch)))
        }
        let sentences = [("early_stop", summary.earlyStop), ("overfitting", summary.overfitting)]
        let facts = facts()
        try log?.summary(
            step: summary.step, epoch: summary.epoch, values: values + facts.values,
            sentences: sentences.compactMap { name, text in text.map { (name, $0) } } + facts.words)
        if shows == .full {
            ReportPage.writeAfterwards(directory: directory)
            tell(summary)
        }
        if printsJSON, let plan { try printDocument(summary, of: plan) }
    }

    private func printDocument(_ summary: TrainingSummary, of plan: TrainingPlan) throws {
        let arguments = configuration.training
        let best = summary.bestCheckpoint.flatMap { path in
            let name = path.split(separator: "/").last.map(String.init)
            return name.flatMap(CheckpointStore.step(ofName:)).map { (path: path, step: $0) }
        }
        let document = RunDocument(
            directory: directory, step: summary.step, totalSteps: plan.totalSteps, bestCheckpoint: best,
            bestMetric: summary.bestMetric,
            metricForBestModel: arguments.evalStrategy == .never ? nil : arguments.bestModelMetric,
            holdsBest: arguments.loadBestModelAtEnd)
        try StandardOutput.write(try document.json().serialized())
    }

    /// What was trained, on how much, with what: for the head of the report.
    private func facts() -> (values: [(String, JSONNumber)], words: [(String, String)]) {
        guard let plan else { return ([], []) }
        var plain = RunConfiguration()
        plain.model.task = configuration.model.task
        let defaults = Dictionary(uniqueKeysWithValues: plain.settings.map { ($0.key, $0.value) })
        let changed = configuration.settings.filter { defaults[$0.key] != $0.value }.map(\.key)
        return (
            [
                ("train_samples", .integer(plan.rowCount)),
                ("train_batch_rows", .integer(plan.globalBatchRows)),
                ("parameters", .integer(plan.parameterCount)),
                ("trained_parameters", .integer(plan.trainableParameterCount)),
                ("ranks", .integer(plan.rankCount)), ("threads_per_rank", .integer(ThreadPool.threadCount)),
            ],
            [("started", started.ISO8601Format()), ("changed_settings", changed.joined(separator: " "))]
        )
    }

    /// Says that nothing is left to do.
    func tell(_ finished: FinishedRun, of plan: TrainingPlan) throws {
        let end = finished.step < plan.totalSteps ? ", where it ended early" : ""
        let hasCheckpoints = try !CheckpointStore(outputDirectory: directory).steps().isEmpty
        let others =
            hasCheckpoints
            ? "To go on from one of its checkpoints give its path to --resume_from_checkpoint; "
                + "--overwrite_output_dir true in its place trains afresh"
            : "--overwrite_output_dir true in place of --resume_from_checkpoint trains afresh"
        Messages.note(
            "nothing is left to do: \(directory) holds the finished model of step \(finished.step) of "
                + "\(plan.totalSteps)\(end). \(others)")
        if printsJSON { try printDocument(finished.summary, of: plan) }
    }

    private func tell(_ summary: TrainingSummary) {
        let rate = NumberFormat.fixed(Double(summary.rows) / summary.seconds, decimals: 1)
        Messages.note(
            "trained \(summary.rows, "row") in \(NumberFormat.fixed(summary.seconds, decimals: 1)) s: "
                + "\(rate) rows/s, mean "
                + "loss \(NumberFormat.fixed(summary.loss, decimals: 4))")
        if let reason = summary.earlyStop { Messages.note(reason) }
        if let warning = summary.overfitting { Messages.warn(warning) }
        if let best = summary.bestCheckpoint { Messages.note("best checkpoint: \(best)") }
        if !summary.wasStopped { Messages.note("model and log: \(directory)") }
    }
}
