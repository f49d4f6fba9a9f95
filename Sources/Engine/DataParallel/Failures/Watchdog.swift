// Notices a collective that does not end, because another rank is late or gone.

internal import Files
import Foundation
internal import Machine

/// A thread that watches how long this rank waits for the others.
///
/// MPI never reports a peer that is stopped or cut off: survivors wait for ever. After `warnSeconds` the
/// watch prints what this rank waits in, and by the roster of its host which rank keeps it waiting; after
/// `abortSeconds` it ends the job with exit code 75 (`EX_TEMPFAIL`: try again). Between hosts it waits at
/// least as long as the launcher needs to notice a lost host (11 s with Open MPI's keepalive of 5/2/3):
/// mpirun hangs when the job ends before.
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
        var roster: RankRoster?
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
            place: group.placeName, rank: group.rank, warnSeconds: warnSeconds, abortSeconds: abortSeconds,
            report: report ?? { StandardError.write($0 + "\n") }, abort: abort ?? { group.abort(code: $0) })
        Threads.start("stall-watch") { patrol.run(activities) }
    }

    deinit { stop() }

    /// Leaves signs of life in this roster from here on, and names late ranks by it.
    package func attach(_ roster: RankRoster) {
        activities.update(isNews: false) { $0.roster = roster }
    }

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
        /// The least limit between hosts.
        static let secondsBetweenHosts = 20.0
        /// A rank that is not the first to speak gives up so much later, if the first could not.
        static let secondsBehindFirst = 1.5

        let place: String
        let rank: Int
        let warnSeconds: Double
        let abortSeconds: Double
        let report: @Sendable (String) -> Void
        let abort: @Sendable (Int32) -> Void

        func run(_ activities: Monitor<Activities>) {
            let tickSeconds = min(max(warnSeconds / 10, 0.01), 0.25)
            var told: RankStatus.Moment?
            while true {
                activities.pause(seconds: tickSeconds) { $0.isStopping }
                let (isStopping, roster) = activities.update(isNews: false) { ($0.isStopping, $0.roster) }
                if isStopping { return }
                roster?.publish(RankStatus.moment)
                let entries = roster?.observe() ?? []
                let isFirst = LateRanks.speaker(of: entries).map { $0 == rank } ?? true
                if isFirst { roster?.tellOtherHosts(entries) }
                let hosts = roster?.observeOtherHosts() ?? []
                var limit = abortSeconds
                if let roster, roster.hostCount > 1 { limit = max(limit, Self.secondsBetweenHosts) }
                if let roster, roster.hostCount > 1, told != RankStatus.moment,
                    let slowness = LateRanks.ownSlowness(of: rank, in: entries, seconds: warnSeconds)
                {
                    told = RankStatus.moment
                    report("[\(place)] warning: \(slowness)")
                }
                let ownLimit = limit + (isFirst ? 0 : Self.secondsBehindFirst)
                let late = activities.update(isNews: false) { takeLate(&$0, limit: ownLimit) }
                let others = LateRanks(
                    entries, asking: rank, hostCount: roster?.hostCount ?? 1, others: hosts)
                for activity in late {
                    let seconds = (ContinuousClock.now - activity.start) / .seconds(1)
                    let isOver = seconds >= ownLimit
                    if isFirst || isOver {
                        report(line(activity, seconds: seconds, limit: limit, isOver: isOver, others))
                    }
                    if isOver {
                        abort(Watchdog.exitCode)
                        return
                    }
                }
            }
        }

        /// The activities that are to be reported now, each for a warning and for the end once.
        private func takeLate(_ state: inout Activities, limit: Double) -> [Activity] {
            var late: [Activity] = []
            for (identifier, activity) in state.running {
                let seconds = (ContinuousClock.now - activity.start) / .seconds(1)
                guard seconds >= limit || (seconds >= warnSeconds && !activity.hasWarned) else {
                    continue
                }
                state.running[identifier]?.hasWarned = true
                late.append(activity)
            }
            return late.sorted { $0.start < $1.start }
        }

        private func line(
            _ activity: Activity, seconds: Double, limit: Double, isOver: Bool, _ others: LateRanks
        ) -> String {
            let waited = String(format: "%.1f s", seconds)
            if isOver {
                return
                    "[\(place)] error: gave up after \(waited) in \(activity.label): \(others). The job ends "
                    + "with code \(Watchdog.exitCode); start again from the last checkpoint."
            }
            return
                "[\(place)] warning: has waited \(waited) in \(activity.label): \(others). The job ends "
                + "after \(String(format: "%.1f s", limit))."
        }
    }
}
