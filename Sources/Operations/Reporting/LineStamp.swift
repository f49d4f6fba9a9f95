// The time in front of the lines of a batch log.

internal import Foundation
package import Machine

/// Puts the time before a line, in UTC, where nobody watches: `2026-11-30T15:20:07Z step 10/96 …`. The
/// sentence behind it stays as it is, so that what finds it in one log finds it in all.
package struct LineStamp: Sendable {
    private let secondsNow: (@Sendable () -> Double)?

    /// Leaves lines as they are.
    package static let none = LineStamp(secondsNow: nil)

    /// What suits this process.
    package static var current: LineStamp {
        LineStamp(.current, isTerminal: ProgressDisplay.isStandardErrorTerminal)
    }

    /// - Parameters:
    ///   - variables: `LOCKSTEP_LOG_TIMES` (`yes` or `no`) decides if set; otherwise the jobs of batch
    ///     systems get times, unless their progress is shown as a bar.
    ///   - isTerminal: whether standard error is a terminal; no line gets a time there.
    ///   - secondsNow: seconds since 1970.
    package init(
        _ variables: ProcessVariables, isTerminal: Bool,
        secondsNow: @escaping @Sendable () -> Double = { Date.now.timeIntervalSince1970 }
    ) {
        let isWatched = isTerminal || variables.progressStyle == .bar
        self.init(
            secondsNow: variables.logsTimes ?? (variables.isBatchJob && !isWatched) ? secondsNow : nil)
    }

    private init(secondsNow: (@Sendable () -> Double)?) { self.secondsNow = secondsNow }

    /// The line with the time of now in front.
    package func callAsFunction(_ line: String) -> String {
        guard let secondsNow else { return line }
        return Date(timeIntervalSince1970: secondsNow().rounded(.down)).formatted(.iso8601) + " " + line
    }
}
