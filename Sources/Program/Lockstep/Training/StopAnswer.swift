// What is said and done about a request to stop at once, while the step that will obey it is still under way.

import DataParallel
import Foundation
import Machine
import Synchronization

/// A thread that answers a `StopRequest` of one run.
///
/// Before the first step nothing needs saving: the job ends there and then, however long the reading of data
/// would still take. Later the run's steps obey, and rank 0 says what will be saved, and what may be lost.
final class StopAnswer: Sendable {
    private enum Phase { case preparing, running, over, endingJob }

    private let request: StopRequest
    private let group: any ProcessGroup
    private let endsJob: Bool
    private let phase = Mutex(Phase.preparing)

    /// - Parameter endsJob: whether this run is all that the job does, so that it can end the job.
    init(_ request: StopRequest, group: any ProcessGroup, endsJob: Bool) {
        (self.request, self.group, self.endsJob) = (request, group, endsJob)
        Thread.detachNewThread { [self] in watch() }
    }

    /// The first step begins: from here on a request is the steps' matter.
    func runBegins() { enter(.running) }

    /// The run is over.
    func end() { enter(.over) }

    private func enter(_ new: Phase) {
        let isEnding = phase.withLock { phase in
            if phase == .endingJob { return true }
            phase = new
            return false
        }
        // The thread is about to end this process.
        while isEnding { Thread.sleep(forTimeInterval: 1) }
    }

    private func watch() {
        var said: StopRequest.Kind?
        while phase.withLock({ $0 != .over }) {
            Thread.sleep(forTimeInterval: 0.05)
            guard let kind = request.kind, kind != said else { continue }
            switch phase.withLock(\.self) {
            case .preparing:
                guard endsJob else { continue }
                endJob()
            case .running:
                said = kind
                if group.rank == 0 { Messages.note(sentence(kind)) }
            case .over, .endingJob: return
            }
        }
    }

    /// Ends all ranks, unless the run begins now. Rank 0 speaks for all; alone asked, another rank does,
    /// after more time than the end of a job takes on a busy host.
    private func endJob() {
        if group.rank != 0 { Thread.sleep(forTimeInterval: 5) }
        let isMine = phase.withLock { phase in
            guard phase == .preparing else { return false }
            phase = .endingJob
            return true
        }
        guard isMine else { return }
        Messages.note(
            "stopped on request (\(RankStatus.moment.activity.words)), before the first step: "
                + "nothing had to be "
                + "saved; start again with: \(GoOnCommand.current)")
        group.abort(code: StoppedOnRequest.exitCode)
    }

    private func sentence(_ kind: StopRequest.Kind) -> String {
        let moment = RankStatus.moment
        switch kind {
        case .save: return "asked to stop in \(moment): saves after the step and leaves"
        case .end:
            let saved = RankStatus.savedStep.map { "step \($0) is on the disk" } ?? "no step is on the disk"
            return
                "told to end (SIGTERM) in \(moment): saves after the step, and a line says so, if "
                + "this process is "
                + "not killed before (mpirun waits 1 s); else the steps since the last checkpoint are lost: "
                + "\(saved). Go on with: \(GoOnCommand.current)"
        }
    }
}
