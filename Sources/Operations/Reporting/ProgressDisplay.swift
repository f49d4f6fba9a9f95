// Shows progress on stderr: one line redrawn on a terminal, plain lines in a batch log.
internal import Files
import Foundation
package import Machine

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Progress of a run for people. Rank 0 alone has one. Tables and results go to stdout instead.
package final class ProgressDisplay {
    package enum Style: Equatable, Sendable {
        /// One line, redrawn at most ten times a second.
        case bar(columns: Int)
        /// A line after each so many steps, and after the last.
        case lines(everySteps: Int)
        case none
    }

    /// Least time between two drawings of the bar.
    static let redrawSeconds = 0.1

    private let style: Style
    private let stamp: LineStamp
    private let secondsNow: () -> Double
    private let write: (String) throws -> Void
    private var rates = RateWindow()
    private var lastDrawnSeconds: Double?
    private var shownBar: String?
    private var newestBar: String?
    private var isSilent = false

    /// - Parameters:
    ///   - stamp: puts the time before lines; a bar has none.
    ///   - secondsNow: a monotonic clock.
    ///   - write: receives the text; once it throws, nothing more is written, since a closed terminal is no
    ///     reason to end a run.
    package init(
        style: Style, stamp: LineStamp = .none,
        secondsNow: @escaping () -> Double = ProgressDisplay.monotonicSeconds(),
        write: @escaping (String) throws -> Void = ProgressDisplay.writeToStandardError
    ) {
        (self.style, self.stamp, self.secondsNow, self.write) = (style, stamp, secondsNow, write)
    }

    /// Begins to measure at `progress`: call it before the first step, and after an evaluation or a
    /// checkpoint, whose time then does not count as training.
    package func start(at progress: TrainingProgress) {
        rates.reset()
        _ = rates.add(progress, seconds: secondsNow())
    }

    /// Shows the state after a step; call it after each one.
    package func update(_ progress: TrainingProgress) {
        let now = secondsNow()
        let speeds = rates.add(progress, seconds: now)
        let isLast = progress.step >= progress.totalSteps
        switch style {
        case .none: return
        case .lines(let everySteps):
            guard isLast || progress.step.isMultiple(of: everySteps) else { return }
            emit(stamp(ProgressLine.plain(progress, speeds)) + "\n")
        case .bar(let columns):
            newestBar = ProgressLine.bar(progress, speeds, columns: columns)
            if let last = lastDrawnSeconds, now - last < Self.redrawSeconds, !isLast { return }
            lastDrawnSeconds = now
            draw()
        }
    }

    /// Prints a line of its own; the bar goes on below it.
    package func message(_ text: String) {
        if case .bar = style, shownBar != nil {
            emit("\r\u{1B}[K\(text)\n")
            draw()
        } else if case .bar = style {
            emit(text + "\n")
        } else {
            emit(stamp(text) + "\n")
        }
    }

    /// Leaves the newest state of the bar on its line and moves below it.
    package func finish() {
        guard newestBar != nil else { return }
        if newestBar != shownBar { draw() }
        emit("\n")
        (newestBar, shownBar) = (nil, nil)
    }

    /// Draws the bar with automatic margins off (DECAWM): on a terminal that is narrower than it said, or
    /// was made so, the line is cut and does not wrap.
    private func draw() {
        guard let newestBar else { return }
        emit("\r\u{1B}[?7l\(newestBar)\u{1B}[K\u{1B}[?7h")
        shownBar = newestBar
    }

    private func emit(_ text: String) {
        if isSilent { return }
        do { try write(text) } catch { isSilent = true }
    }
}

extension ProgressDisplay.Style {
    /// The style that suits the process.
    ///
    /// - Parameters:
    ///   - loggingSteps: steps between two lines of a batch log.
    ///   - variables: `LOCKSTEP_PROGRESS` (`bar`, `lines` or `none`) decides if set: mpirun puts a pipe
    ///     between ranks and terminal, so only its caller knows. `COLUMNS` gives the width, else it is 80.
    ///   - isTerminal: whether stderr is a terminal.
    package static func suited(
        loggingSteps: Int, variables: ProcessVariables = .current,
        isTerminal: Bool = ProgressDisplay.isStandardErrorTerminal
    ) -> Self {
        let columns = variables.columnCount ?? 80
        switch variables.progressStyle {
        case .bar: return .bar(columns: columns)
        case .lines: return .lines(everySteps: loggingSteps)
        case .some(.none): return .none
        case nil:
            let canRedraw = isTerminal && !variables.hasDumbTerminal
            return canRedraw ? .bar(columns: columns) : .lines(everySteps: loggingSteps)
        }
    }
}

extension ProgressDisplay {
    /// Seconds since this call, by a clock that never goes back.
    package static func monotonicSeconds() -> () -> Double {
        let start = ContinuousClock.now
        return {
            let (seconds, attoseconds) = start.duration(to: .now).components
            return Double(seconds) + Double(attoseconds) * 1e-18
        }
    }

    package static var isStandardErrorTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Writes at once, without a buffer.
    package static func writeToStandardError(_ text: String) {
        StandardError.write(text)
    }
}
