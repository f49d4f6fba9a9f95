// When a run stops by itself: after a time that the recipe gives, or before the batch system ends its job.

package import Foundation
internal import Synchronization

/// The moment at which a run saves and leaves, as if it were asked to. Each rank has its own clock: the ranks
/// agree in the step.
package final class RunDeadline: Sendable {
    /// Seconds before the end of the job that are kept for leaving, besides those of a step and a save.
    private static let reservedSeconds = 60.0

    private struct State {
        var start: ContinuousClock.Instant?
        var longestSave = 0.0
        var longestStep = 0.0
        var last: ContinuousClock.Instant?
    }

    private let maximumSeconds: Double?
    private let jobEnd: Date?
    private let state = Mutex(State())

    /// - Parameters:
    ///   - maximumSeconds: of `max_train_seconds`.
    ///   - jobEnd: when the batch system will end the job.
    package init(maximumSeconds: Double?, jobEnd: Date?) {
        (self.maximumSeconds, self.jobEnd) = (maximumSeconds, jobEnd)
    }

    /// The first step begins: before it the run's own time does not count.
    package func start(at instant: ContinuousClock.Instant) { state.withLock { $0.start = instant } }

    /// A save took so long.
    package func note(saveSeconds: Double) {
        state.withLock { $0.longestSave = max($0.longestSave, saveSeconds) }
    }

    /// A step ends.
    package func noteStep(at instant: ContinuousClock.Instant) {
        state.withLock { state in
            if let last = state.last {
                state.longestStep = max(state.longestStep, (instant - last) / .seconds(1))
            }
            state.last = instant
        }
    }

    /// Whether to stop now.
    package func hasCome(asOf instant: ContinuousClock.Instant, date: Date = Date()) -> Bool {
        state.withLock { state in
            if let maximumSeconds, let start = state.start,
                (instant - start) / .seconds(1) >= maximumSeconds
            {
                return true
            }
            guard let jobEnd else { return false }
            let needed = Self.reservedSeconds + 2 * state.longestSave + state.longestStep
            return jobEnd.timeIntervalSince(date) <= needed
        }
    }
}
