// Bounds the joining of a job: MPI waits for ever for a rank that died or hangs before it came there.

internal import Files
import Foundation
internal import Machine
import Synchronization

/// A limit on the time in which the ranks come together, before there is a channel to tell each other
/// anything.
package enum JoinLimit {
    /// Large jobs start in a minute or two.
    private static let warnSeconds = 30.0
    private static let endSeconds = 300.0

    /// Runs `body`, which waits for all ranks of the job. When it takes too long, this ends the process with
    /// code 75, and with it the job.
    package static func run<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let place = ProcessPlace.prefix
        return try run(
            warnSeconds: warnSeconds, endSeconds: endSeconds,
            report: { StandardError.write(place + $0 + "\n") },
            end: { endProcess(code: Watchdog.exitCode) }, body)
    }

    /// The same with other limits; for tests.
    package static func run<Result, Failure: Error>(
        warnSeconds: Double, endSeconds: Double, report: @escaping @Sendable (String) -> Void,
        end: @escaping @Sendable () -> Void, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        RankStatus.enter(.joining)
        let monitor = Monitor(false)
        Thread.detachNewThread {
            for (seconds, pause) in [(warnSeconds, warnSeconds), (endSeconds, endSeconds - warnSeconds)] {
                let due = ContinuousClock.now + .seconds(pause)
                while ContinuousClock.now < due {
                    let left = (due - ContinuousClock.now) / .seconds(1)
                    monitor.pause(seconds: max(0.001, left)) { $0 }
                    if monitor.update(isNews: false, { $0 }) { return }
                }
                let text =
                    "has waited \(Int(seconds)) s for the other ranks to join the job: one of them died, was "
                    + "stopped, or cannot be reached"
                guard seconds < endSeconds else {
                    report("error: \(text); gives up (code \(Watchdog.exitCode)): start the job again")
                    return end()
                }
                report("warning: \(text); gives up after \(Int(endSeconds)) s")
            }
        }
        defer { monitor.update { $0 = true } }
        return try body()
    }
}
