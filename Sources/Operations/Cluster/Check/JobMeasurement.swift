// What ranks can only find out together: the differences of their clocks, and how fast they sum gradients.

package import DataParallel
internal import Foundation

/// A rank's clock beside rank 0's.
package struct ClockOffset: Sendable, Equatable {
    /// Seconds that the rank's clock is ahead of rank 0's.
    package var seconds: Double
    /// It is right within so many seconds.
    package var uncertainty: Double

    package init(seconds: Double, uncertainty: Double) {
        (self.seconds, self.uncertainty) = (seconds, uncertainty)
    }
}

/// Figures of a job.
package struct JobMeasurement: Sendable, Equatable {
    /// One a rank.
    package var clocks: [ClockOffset] = []
    /// Seconds of an all-reduce of 4 KiB; nil for one rank.
    package var latencySeconds: Double?
    /// Bytes a second that each rank sends while 4 MiB are summed; nil for one rank.
    package var busBytesPerSecond: Double?

    package init() {}

    /// Measures on the ranks of `group`; `clock` tells the time of day in seconds, the system's if it is nil.
    /// Collective: all ranks get the same figures.
    package static func run(
        _ group: any ProcessGroup, clock: (() -> Double)? = nil
    ) throws -> JobMeasurement {
        var result = JobMeasurement()
        result.clocks = try offsets(group, clock: clock ?? { Date().timeIntervalSince1970 })
        guard group.size > 1 else { return result }
        let bytes = 4 << 20
        let measurement = try AllReduceMeasurement(
            maximumBytes: bytes, group: group, wire: .float32, bucketMebibytes: 25, repetitions: 1,
            sharesMemory: true)
        result.latencySeconds = try measurement.seconds(.lockstep, bytes: 4_096, rounds: 20)
        let seconds = try measurement.seconds(.lockstep, bytes: bytes, rounds: 5)
        result.busBytesPerSecond = 2 * Double(group.size - 1) / Double(group.size) * Double(bytes) / seconds
        return result
    }

    // MARK: Clocks

    private static let clockRounds = 8

    /// The offsets of all clocks, by Cristian's algorithm (1989): what a rank says between rank 0's question
    /// and its answer is the time of some moment between the two. Of several rounds the shortest counts.
    private static func offsets(
        _ group: any ProcessGroup, clock: () -> Double
    ) throws(ParallelError) -> [ClockOffset] {
        var best = [ClockOffset](
            repeating: ClockOffset(seconds: 0, uncertainty: .infinity), count: group.size)
        for _ in 0..<clockRounds {
            let asked = clock()
            // No rank leaves the barrier before rank 0 has come to it.
            try group.barrier()
            let told = try group.allGather(microseconds(clock()))
            let answered = clock()
            let first = try answeredTimes(group, asked: asked, answered: answered)
            let (middle, half) = ((first.asked + first.answered) / 2, (first.answered - first.asked) / 2)
            for (rank, bytes) in told.enumerated() where half < best[rank].uncertainty {
                best[rank] = ClockOffset(seconds: seconds(bytes) - middle, uncertainty: half)
            }
        }
        best[0] = ClockOffset(seconds: 0, uncertainty: 0)
        return best
    }

    /// Rank 0's times of question and answer, for all ranks.
    private static func answeredTimes(
        _ group: any ProcessGroup, asked: Double, answered: Double
    ) throws(ParallelError) -> (asked: Double, answered: Double) {
        var bytes = microseconds(asked) + microseconds(answered)
        try group.broadcast(&bytes, from: 0)
        return (seconds(Array(bytes.prefix(8))), seconds(Array(bytes.suffix(8))))
    }

    private static func microseconds(_ seconds: Double) -> [UInt8] {
        let count = UInt64(max(0, seconds * 1e6))
        return (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * UInt64($0))) }
    }

    private static func seconds(_ bytes: [UInt8]) -> Double {
        var count: UInt64 = 0
        for byte in bytes.reversed() { count = count << 8 | UInt64(byte) }
        return Double(count) / 1e6
    }
}
