// Runs a command on this rank and ends the job when it fails, saying once what several ranks found wrong
// alike.

internal import Cluster
package import DataParallel
import Foundation
import Kernels
internal import Machine
import Synchronization

/// Runs a command's work on this rank.
package enum RankWork {
    /// Joins the job and runs `body` on every rank. An error ends the whole job with a message, which under
    /// a launcher names rank and host, and with the exit code of its `FailureKind`. A run that was stopped
    /// on request ends in order on all ranks, and throws `StoppedOnRequest`.
    package static func run<Value>(_ body: (any ProcessGroup) throws -> Value) throws -> Value {
        let (group, failures) = try JoinLimit.run { () throws(ParallelError) in
            let group = try ProcessGroups.start()
            return (group, try group.duplicate())
        }
        if group.rank == 0 { watchProducts() }
        let result = RankFailure.run(group) { () -> Result<Value, StoppedOnRequest> in
            do {
                return .success(try body(group))
            } catch let stop as StoppedOnRequest {
                if group.rank == 0 { Messages.note(stop.description) }
                return .failure(stop)
            } catch {
                end(by: error, group, failures)
            }
        }
        return try result.get()
    }

    /// Warns of products for which oneDNN has no fast code.
    static func watchProducts() {
        ReferenceProducts.shared.observe { Messages.warn($0) }
    }

    /// Prints the error and ends the job.
    ///
    /// Ranks that fail meet on the channel `failures`: when all of them do, the first rank with a message
    /// prints it and the others stay silent. A rank that waits there for two seconds failed alone: it speaks
    /// for itself.
    private static func end(
        by error: any Error, _ group: any ProcessGroup, _ failures: any ProcessGroup
    ) -> Never {
        let reason = "\(error)"
        let kind = FailureKind(error)
        let place = LaunchVariables.current.isPresent ? "[\(group.placeName)] " : ""
        let line = "\(place)error: \(reason)"
        @Sendable func tell() {
            Messages.note(line)
            RunStatus.fail(kind, reason, at: group.placeName)
        }
        let limit = TimeLimit(seconds: 2) {
            tell()
            group.abort(code: kind.exitCode)
        }
        do {
            let reasons = try failures.allGather(Array(reason.utf8))
            // After the limit its thread speaks and ends the job; this one only waits for that.
            while !limit.cancel() { Thread.sleep(forTimeInterval: 1) }
            if reasons.firstIndex(of: Array(reason.utf8)) == group.rank { tell() }
            try failures.barrier()
            // Open MPI stumbles over several aborts at once: rank 0's ends all.
            if group.rank != 0 { Thread.sleep(forTimeInterval: 10) }
        } catch {
            tell()
        }
        group.abort(code: kind.exitCode)
    }
}

/// Does something after a while unless it is cancelled.
private final class TimeLimit: Sendable {
    private let isSettled = Atomic<Bool>(false)

    init(seconds: Double, _ action: @escaping @Sendable () -> Void) {
        Thread.detachNewThread { [self] in
            Thread.sleep(forTimeInterval: seconds)
            if settle() { action() }
        }
    }

    /// Returns false when it is too late.
    func cancel() -> Bool { settle() }

    private func settle() -> Bool { !isSettled.exchange(true, ordering: .acquiringAndReleasing) }
}
