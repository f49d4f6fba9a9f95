// Notices a collective that does not end, because another rank is late or gone.

internal import Files
import Foundation

/// A thread that watches how long this rank waits for the others.
///
/// MPI never reports a peer that is stopped or cut off: survivors wait for ever. After `warnSeconds` the
/// watch prints what this rank waits in; after `abortSeconds` it ends the job with exit code 75
/// (`EX_TEMPFAIL`: try again). Which rank is missing cannot be known from here; it is one that does not print
/// such a line. Keep `abortSeconds` well above the time in which the launcher notices a lost host (11 s with
/// Open MPI's keepalive of 5/2/3).
package final class Watchdog: Sendable {
    /// Exit code of a job that was given up.
    package static let exitCode: Int32 = 75

    private let activities: Monitor<Activities>

    private struct Activity: Sendable {
        let label: String
        let start: ContinuousClock.Instant
        var hasWarned = false
    }

    private struct Activities: Sendable {
        var running: [Int: Activity] = [:]
        var nextIdentifier = 0
        var isStopping = false
    }

    /// Starts the thread. `report` prints one line; `abort` ends the job.
    package init(
        group: any ProcessGroup, warnSeconds: Double = 30, abortSeconds: Double = 120,
        report: (@Sendable (String) -> Void)? = nil, abort: (@Sendable (Int32) -> Void)? = nil
    ) {
        precondition(warnSeconds > 0 && abortSeconds >= warnSeconds, "the warning comes before the end")
        let activities = Monitor(Activities())
        self.activities = activities
        let patrol = Patrol(
            place: group.placeName, warnSeconds: warnSeconds, abortSeconds: abortSeconds,
            report: report ?? { StandardError.write($0 + "\n") }, abort: abort ?? { group.abort(code: $0) })
        let thread = Thread { patrol.run(activities) }
        thread.name = "stall-watch"
        thread.start()
    }

    deinit { stop() }

    /// Ends the watch. What runs is not watched any more.
    package func stop() {
        activities.update { $0.isStopping = true }
    }

    /// Runs `body`, a wait for other ranks that messages call `label`, under watch. Several threads may do so
    /// at once.
    package func watching<Result, Failure: Error>(
        _ label: String, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let identifier = activities.update(isNews: false) { state in
            state.nextIdentifier += 1
            state.running[state.nextIdentifier] = Activity(label: label, start: .now)
            return state.nextIdentifier
        }
        defer { activities.update(isNews: false) { _ = $0.running.removeValue(forKey: identifier) } }
        return try body()
    }

    /// What the thread does.
    private struct Patrol: Sendable {
        let place: String
        let warnSeconds: Double
        let abortSeconds: Double
        let report: @Sendable (String) -> Void
        let abort: @Sendable (Int32) -> Void

        func run(_ activities: Monitor<Activities>) {
            let tickSeconds = min(max(warnSeconds / 10, 0.01), 1)
            while true {
                activities.pause(seconds: tickSeconds) { $0.isStopping }
                let (isStopping, late) = activities.update(isNews: false) { state in
                    (state.isStopping, takeLate(&state))
                }
                if isStopping { return }
                for activity in late {
                    let seconds = (ContinuousClock.now - activity.start) / .seconds(1)
                    report(line(activity, seconds: seconds))
                    if seconds >= abortSeconds {
                        abort(Watchdog.exitCode)
                        return
                    }
                }
            }
        }

        /// The activities that are to be reported now, each for a warning and for the end once.
        private func takeLate(_ state: inout Activities) -> [Activity] {
            var late: [Activity] = []
            for (identifier, activity) in state.running {
                let seconds = (ContinuousClock.now - activity.start) / .seconds(1)
                guard seconds >= abortSeconds || (seconds >= warnSeconds && !activity.hasWarned) else {
                    continue
                }
                state.running[identifier]?.hasWarned = true
                late.append(activity)
            }
            return late.sorted { $0.start < $1.start }
        }

        private func line(_ activity: Activity, seconds: Double) -> String {
            let waited = String(format: "%.1f s", seconds)
            let others = "A rank that does not report this wait is late, stopped or cut off"
            if seconds >= abortSeconds {
                return
                    "[\(place)] error: gave up after \(waited) in \(activity.label). \(others). The job ends "
                    + "with code \(Watchdog.exitCode); start again from the last checkpoint."
            }
            return
                "[\(place)] warning: has waited \(waited) in \(activity.label). \(others). The job ends "
                + "after \(String(format: "%.1f s", abortSeconds))."
        }
    }
}
