// Whether a job still moves.

internal import Machine

/// What one look after another at a job has shown.
package struct JobWatch {
    private let stallSeconds: Double
    private let secondsAfterError: Double
    /// Seconds that mpirun takes at most to end once it has said that it does; it can hang in PMIx for ever.
    private static let secondsAfterEnd = 20.0
    /// What mpirun says when it ends a job.
    private static let endMarks = [
        "mpirun noticed that process", "Primary job  terminated", "MPI_ABORT was invoked",
        "ORTE has lost communication",
    ]
    private var sign: Sign?
    private var signTime: ContinuousClock.Instant
    /// Since when a rank has said what is wrong and no step was finished.
    private var errorTime: ContinuousClock.Instant?
    /// Since when mpirun has said that it ends.
    private var endTime: ContinuousClock.Instant?
    /// Counts of processes killed for want of memory, with their times: the oldest within the last seconds,
    /// and the newest.
    private var memoryKills: [(time: ContinuousClock.Instant, count: Int)] = []

    /// What changes in a job that lives.
    private struct Sign: Equatable {
        let printedByteCount: Int
        let record: JobRecord?
    }

    package init(
        stallSeconds: Double, secondsAfterError: Double = 60, now: ContinuousClock.Instant = .now
    ) {
        (self.stallSeconds, self.secondsAfterError) = (stallSeconds, secondsAfterError)
        signTime = now
    }

    /// Returns why the job must be ended, if it must. `byteCount` is what it has printed so far, `lines`
    /// are the last of that.
    package mutating func look(
        byteCount: Int, lines: [String], _ record: JobRecord?, now: ContinuousClock.Instant
    ) -> String? {
        count(now)
        let sign = Sign(printedByteCount: byteCount, record: record)
        if sign != self.sign {
            let hasMoved = sign.record != self.sign?.record
            (self.sign, signTime) = (sign, now)
            let end = JobEnd(status: 1, lastLines: lines)
            if lines.contains(where: { line in Self.endMarks.contains(where: line.contains) }) {
                endTime = endTime ?? now
            }
            errorTime = end.sentence == nil ? nil : hasMoved ? now : errorTime ?? now
        }
        if let errorTime, now - errorTime > .seconds(secondsAfterError) {
            return "a rank failed, and the launcher did not end within \(Int(secondsAfterError)) s"
        }
        if let endTime, now - endTime > .seconds(Self.secondsAfterEnd) {
            return "the launcher said that it ends the job, and did not within \(Int(Self.secondsAfterEnd)) s"
        }
        guard stallSeconds > 0, now - signTime > .seconds(stallSeconds) else { return nil }
        return "no sign of life for \(Int(stallSeconds)) s"
    }

    /// Keeps what the system counts for the last 15 s, the time in which mpirun ends after a rank.
    private mutating func count(_ now: ContinuousClock.Instant) {
        guard let count = HostFacts.current.memoryKillCount else { return }
        memoryKills.append((now, count))
        while memoryKills.count > 1, now - memoryKills[0].time > .seconds(15) { memoryKills.removeFirst() }
    }

    /// Whether the system has killed a process for want of memory within the last seconds.
    package var lackedMemory: Bool {
        guard let before = memoryKills.first?.count, let now = HostFacts.current.memoryKillCount else {
            return false
        }
        return now > before
    }
}
