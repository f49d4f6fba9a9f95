// Finds a rank whose steps take longer than those of the others, while the run goes on.

/// Compares the time that each rank computes in a step, from record to record.
package struct StragglerWatch {
    /// Times the median from which on a rank is slow, and how many records in a row make it a straggler: rows
    /// of one window may just be longer.
    private static let factor = 1.3
    private static let recordCount = 2
    /// Less than this a step is noise of the scheduler.
    private static let leastSeconds = 0.005

    /// The slowest rank of a window.
    package struct Slowest: Equatable {
        package var rank: Int
        /// Seconds a step in which it computed, and the median of all ranks.
        package var seconds: Double
        package var medianSeconds: Double

        fileprivate var isSlow: Bool {
            seconds > StragglerWatch.factor * medianSeconds
                && seconds - medianSeconds > StragglerWatch.leastSeconds
        }
    }

    private var slowRank: Int?
    private var count = 0
    private var told: Int?
    /// The rank that was slow in the last windows; nil when there is none.
    package var straggler: Int? { count >= Self.recordCount ? slowRank : nil }

    package init() {}

    /// The slowest of `seconds`, one a rank; of equal ones the first.
    package static func slowest(of seconds: [Double]) -> Slowest? {
        guard let most = seconds.max(), let rank = seconds.firstIndex(of: most) else { return nil }
        let sorted = seconds.sorted()
        // Of an even number the lower one: of two ranks the faster is the measure.
        return Slowest(rank: rank, seconds: most, medianSeconds: sorted[(sorted.count - 1) / 2])
    }

    /// Takes in a window. Returns whether its slowest rank is now to be told of: once, until it is no longer
    /// slow or another one is slower.
    package mutating func isNews(_ slowest: Slowest) -> Bool {
        guard slowest.isSlow else {
            (slowRank, count, told) = (nil, 0, nil)
            return false
        }
        count = slowRank == slowest.rank ? count + 1 : 1
        slowRank = slowest.rank
        guard count >= Self.recordCount, told != slowest.rank else { return false }
        told = slowest.rank
        return true
    }
}
