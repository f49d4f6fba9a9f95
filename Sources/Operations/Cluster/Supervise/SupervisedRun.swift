// Starts one job after another for a supervision, watches each, and clears away what it leaves.

internal import Files
internal import Foundation
package import JSON
internal import Machine
internal import Synchronization

/// The jobs of one run. Signals come on another thread than the jobs are run on.
package final class SupervisedRun: Sendable {
    /// What is known of the run beforehand.
    package struct Plan: Sendable {
        /// Folder that the run writes to.
        package let outputDirectory: String
        /// Folder for temporary files, on every host.
        package let temporaryDirectory: String
        /// Seconds without a sign of life after which a job is ended; 0 for never.
        package let stallSeconds: Double
        /// The command that starts the job.
        package let command: @Sendable (Supervisor.Attempt) -> [String]
        /// The newest checkpoint of the run; nil without any.
        package let checkpoint: @Sendable () -> Int?
        /// Clears other hosts of what a job left there, after that was done here.
        package let clearOthers:
            @Sendable (Supervisor.Attempt, _ remains: JobRemains, _ family: String?) -> Void

        package init(
            outputDirectory: String, temporaryDirectory: String, stallSeconds: Double,
            command: @escaping @Sendable (Supervisor.Attempt) -> [String],
            checkpoint: @escaping @Sendable () -> Int?,
            clearOthers:
                @escaping @Sendable (Supervisor.Attempt, _ remains: JobRemains, _ family: String?) -> Void
        ) {
            (self.outputDirectory, self.temporaryDirectory) = (outputDirectory, temporaryDirectory)
            (self.stallSeconds, self.command) = (stallSeconds, command)
            (self.checkpoint, self.clearOthers) = (checkpoint, clearOthers)
        }
    }

    private struct State {
        var process: Int32?
        var signals: [Int32] = []
    }

    /// Seconds between two looks at the job.
    private static let secondsBetweenLooks = 0.1

    private let plan: Plan
    private let state = Mutex(State())
    private let isAsked = DispatchSemaphore(value: 0)

    package init(_ plan: Plan) { self.plan = plan }

    /// Whether a signal has asked for the end.
    package var isAskedToEnd: Bool { state.withLock { !$0.signals.isEmpty } }

    /// Hands a signal to the job, after which there is no restart.
    package func pass(_ signal: Int32) {
        state.withLock { state in
            state.signals.append(signal)
            if let process = state.process { kill(process, signal) }
        }
        isAsked.signal()
    }

    /// Waits; false when it is asked to end.
    package func pause(seconds: Double) -> Bool {
        guard !isAskedToEnd else { return false }
        return isAsked.wait(timeout: .now() + seconds) == .timedOut
    }

    /// Runs the job once.
    package func run(
        _ attempt: Supervisor.Attempt,
        tell: (_ event: String, _ sentence: String, _ details: JSONObject) throws -> Void
    ) throws -> JobEnd {
        let own = ProcessInfo.processInfo.processIdentifier
        let remains = JobRemains(folder: "\(plan.temporaryDirectory)/lockstep-\(own)-\(attempt.number)")
        try FileSystem.createDirectory(remains.folder)
        let before = record
        let process = try SupervisedProcess(
            ["env", "OMPI_MCA_\(JobRemains.parameter)=\(remains.folder)"] + plan.command(attempt))
        state.withLock { state in
            state.process = process.identifier
            for signal in state.signals { process.signal(signal) }
        }
        try tell("start", "start \(attempt.number): process \(process.identifier)", details(of: attempt))
        let (reason, lackedMemory, family) = try watch(process, remains, attempt, after: before, tell)
        state.withLock { $0.process = nil }
        try clear(remains, family, attempt, tell)
        process.waitForLastWords(seconds: 2)
        let record = self.record
        return JobEnd(
            status: process.status, lastLines: process.lastLines,
            record: record?.isOfSameJob(as: before) == false ? record : nil, checkpoint: plan.checkpoint(),
            lackedMemory: lackedMemory, wasEndedFor: reason)
    }

    /// Waits for the end of the job, and ends it where it does not move any more; returns why, whether a
    /// process was killed for want of memory at the end, and the number of the job's shared memory.
    private func watch(
        _ process: SupervisedProcess, _ remains: JobRemains, _ attempt: Supervisor.Attempt,
        after before: JobRecord?,
        _ tell: (_ event: String, _ sentence: String, _ details: JSONObject) throws -> Void
    ) throws -> (reason: String?, lackedMemory: Bool, family: String?) {
        var family: String?
        var watch = JobWatch(stallSeconds: plan.stallSeconds)
        var isKnown = false
        while !process.wait(seconds: Self.secondsBetweenLooks) {
            // mpirun takes its session away at its end, before all of its shared memory may be gone.
            family = family ?? remains.family
            if process.isDead {
                remains.endProcesses()
                continue
            }
            let record = self.record
            var reason: String?
            if !isKnown, let record, !record.isOfSameJob(as: before) {
                isKnown = true
                reason = try greet(record, attempt, tell)
            }
            reason =
                reason
                ?? watch.look(
                    byteCount: process.printedByteCount, lines: process.lastLines, record, now: .now)
            guard let reason else { continue }
            process.signal(SIGTERM)
            if !process.wait(seconds: 5) {
                remains.endProcesses()
                process.signal(SIGKILL)
                _ = process.wait(seconds: 5)
            }
            return (reason, watch.lackedMemory, family ?? remains.family)
        }
        return (nil, watch.lackedMemory, family ?? remains.family)
    }

    private var record: JobRecord? {
        (try? FileSystem.bytesIfPresent(of: plan.outputDirectory + "/" + JobRecord.fileName))?
            .flatMap { JobRecord($0) }
    }

    private func details(of attempt: Supervisor.Attempt) -> JSONObject {
        var details: JSONObject = ["attempt": .integer(attempt.number)]
        if let hosts = attempt.hosts { details["hosts"] = .array(hosts.map { .string($0) }) }
        return details
    }

    /// Tells where the ranks say that they run; returns why the job must end if one is on a host that is
    /// gone.
    private func greet(
        _ record: JobRecord, _ attempt: Supervisor.Attempt,
        _ tell: (_ event: String, _ sentence: String, _ details: JSONObject) throws -> Void
    ) throws -> String? {
        let places = record.hosts.map { "\($0.ranks) on \($0.name)" }.joined(separator: ", ")
        try tell(
            "running", "the ranks are at work, step \(record.step) is done: \(places)",
            ["step": .integer(record.step), "hosts": .array(record.hosts.map { .string($0.name) })])
        let stray = record.hosts.first { attempt.goneNames.contains($0.name) }
        return stray.map { "a rank says that it runs on \($0.name), which did not answer" }
    }

    /// Ends what is left of the job on all hosts, and removes what it leaves on their disks and in their
    /// memory.
    private func clear(
        _ remains: JobRemains, _ family: String?, _ attempt: Supervisor.Attempt,
        _ tell: (_ event: String, _ sentence: String, _ details: JSONObject) throws -> Void
    ) throws {
        if !remains.endProcesses() {
            let rest = remains.processes.map(String.init).joined(separator: ", ")
            try tell("warning", "processes of the job do not end: \(rest)", [:])
        }
        let removed = try remains.remove(family: family)
        plan.clearOthers(attempt, remains, family)
        let segments = removed.filter { $0 != remains.folder }
        if !segments.isEmpty {
            try tell(
                "cleared", "removed what the job left in shared memory: \(segments.joined(separator: ", "))",
                ["files": .array(segments.map { .string($0) })])
        }
    }
}
