// Stands beside a job that it started: hands signals on, bounds what can hang, says how the job ended.

import Files
import Foundation
import Machine
import Synchronization

/// A launcher such as mpirun as a child process.
package final class LaunchedJob: Sendable {
    /// A rank that is asked before it listens would die by the signal.
    private static let listeningSeconds = 2.0
    /// A launcher that was told to end, or whose ranks are gone, is ended by force after so long.
    private static let endSeconds = 10.0
    private static let aloneSeconds = 15.0
    /// The same for one that never had a rank: starting takes a while.
    private static let startSeconds = 45.0

    private let process: Mutex<Int32>
    private let signals: Mutex<JobSignals>
    private let isOver = Atomic<Bool>(false)
    private let start = ContinuousClock.now

    private init(_ process: Int32, command: String) {
        self.process = Mutex(process)
        signals = Mutex(JobSignals(command: command))
    }

    /// Runs `words` with standard input closed and returns its exit code; a signal's number becomes 128 + n,
    /// as shells report it. The child is in a process group of its own, so that a terminal's Ctrl-C reaches
    /// this process alone.
    ///
    /// - Parameters:
    ///   - command: the name of the command that the job runs.
    ///   - goOn: the command line that starts the job again, to go on where it stood.
    package static func run(_ words: [String], command: String, goOn: String) throws -> Int32 {
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        child.arguments = words
        child.standardInput = FileHandle.nullDevice
        try child.run()
        let job = LaunchedJob(child.processIdentifier, command: command)
        let listener = SignalListener([SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2]) { job.hear($0) }
        Thread.detachNewThread { job.boundEnd() }
        child.waitUntilExit()
        job.isOver.store(true, ordering: .relaxed)
        listener.cancel()
        let status = child.terminationStatus
        let code = child.terminationReason == .uncaughtSignal ? 128 + status : status
        let (reason, saves) = job.signals.withLock { ($0.reason(code: code), $0.saves) }
        if let reason {
            Messages.note(reason)
            if saves { Messages.note("go on from the newest checkpoint, if there is one: \(goOn)") }
        }
        return code
    }

    private func hear(_ number: Int32) {
        let (answer, line) = signals.withLock { $0.answer(to: number) }
        if let line { Messages.note(line) }
        switch answer {
        case .save: Thread.detachNewThread { [self] in askToSave() }
        case .end:
            send(SIGTERM)
            Thread.detachNewThread { [self] in
                Thread.sleep(forTimeInterval: Self.endSeconds)
                end(because: "the job did not end in \(Int(Self.endSeconds)) s")
            }
        case .kill: send(SIGKILL)
        case .goOn: break
        }
    }

    /// Hands USR1 on until the job has ended: a launcher that still starts its ranks loses one.
    private func askToSave() {
        let age = (ContinuousClock.now - start) / .seconds(1)
        if age < Self.listeningSeconds { Thread.sleep(forTimeInterval: Self.listeningSeconds - age) }
        while send(SIGUSR1) { Thread.sleep(forTimeInterval: 10) }
    }

    /// Ends a launcher whose ranks are gone and which does not end: Open MPI can hang so after a rank died
    /// while it joined the job.
    private func boundEnd() {
        var (limit, alone) = (Self.startSeconds, ContinuousClock.now)
        while !isOver.load(ordering: .relaxed) {
            Thread.sleep(forTimeInterval: 1)
            guard let children = HostFacts.current.childCount(of: process.withLock(\.self)) else { return }
            if children > 0 { (limit, alone) = (Self.aloneSeconds, .now) }
            guard (ContinuousClock.now - alone) / .seconds(1) > limit else { continue }
            return end(because: "the launcher has no process and did not end in \(Int(limit)) s")
        }
    }

    private func end(because reason: String) {
        guard !isOver.load(ordering: .relaxed) else { return }
        signals.withLock { $0.force() }
        if send(SIGKILL) { Messages.note("\(reason), and is ended by force") }
    }

    /// Sends a signal to the launcher; false when it has ended.
    @discardableResult
    private func send(_ number: Int32) -> Bool {
        guard !isOver.load(ordering: .relaxed) else { return false }
        return process.withLock { kill($0, number) == 0 }
    }
}
