// Intervals and tests from bootstrap replicates of summed counts.

/// Sums of the rows' counts, and of those of resampled rows, from which any figure of the counts can be
/// computed.
///
/// Source: Efron and Tibshirani 1993, "An introduction to the bootstrap"; for BLEU: Koehn 2004, "Statistical
/// significance tests for machine translation evaluation".
package struct BootstrapReplicates: Sendable, Equatable {
    /// Number of counts.
    package let width: Int
    /// The rows' sums, then those of each replicate. `[(1 + replicateCount) × width]`
    private let words: [Int64]

    init(words: [Int64], width: Int) {
        self.words = words
        self.width = width
    }

    /// Draws as many rows as there are, with replacement, for each replicate. The rows, of equally many
    /// counts each, must be in the same order on every number of ranks.
    package init(resampling rows: [[Int64]], replicateCount: Int = 1000, seed: UInt64) {
        precondition(!rows.isEmpty && replicateCount > 0, "a bootstrap needs rows and replicates")
        let width = rows[0].count
        precondition(width > 0 && rows.allSatisfy { $0.count == width }, "rows of different widths")
        var words = [Int64](repeating: 0, count: (1 + replicateCount) * width)
        for row in rows {
            for index in 0..<width { words[index] += row[index] }
        }
        for replicate in 0..<replicateCount {
            let key = BootstrapKey(seed: seed, index: UInt64(replicate))
            for draw in rows.indices {
                let row = rows[Int(key.word(UInt64(draw)).multipliedFullWidth(by: UInt64(rows.count)).high)]
                for index in 0..<width { words[(1 + replicate) * width + index] += row[index] }
            }
        }
        self.init(words: words, width: width)
    }

    package var replicateCount: Int { words.count / width - 1 }

    /// The rows' own sums.
    package var observed: [Int64] { sums(0) }

    private func sums(_ number: Int) -> [Int64] { Array(words[number * width..<(number + 1) * width]) }

    /// A figure of each replicate.
    package func values(of statistic: ([Int64]) -> Double) -> [Double] {
        (1...replicateCount).map { statistic(sums($0)) }
    }

    /// A figure of the observed sums, with the interval between the percentiles of its replicates.
    package func interval(level: Double = 0.95, of statistic: ([Int64]) -> Double) -> ConfidenceInterval {
        .percentile(estimate: statistic(observed), replicates: values(of: statistic), level: level)
    }

    /// Compares two systems by a figure of each: of the first and of the second half of the counts.
    package func difference(level: Double = 0.95, of statistic: ([Int64]) -> Double) -> PairedBootstrapTest {
        precondition(width % 2 == 0, "two systems need an even number of counts, not \(width)")
        let half = width / 2
        func difference(_ sums: [Int64]) -> Double {
            statistic(Array(sums[..<half])) - statistic(Array(sums[half...]))
        }
        return PairedBootstrapTest(
            observed: difference(observed), replicates: values(of: difference), level: level)
    }
}

/// Whether the difference between two systems on the same rows is more than chance.
package struct PairedBootstrapTest: Sendable, Equatable {
    /// The first system's figure minus the second's, with its interval.
    package let difference: ConfidenceInterval
    /// The probability, if the systems were equally good, of a difference at least as large in either
    /// direction: (1 + replicates whose distance from the replicates' mean is at least the observed
    /// difference) / (1 + replicates). NaN when the observed difference is.
    ///
    /// sacrebleu's paired bootstrap compares |difference| less its mean instead, and so gives about half of
    /// it.
    package let pValue: Double

    init(observed: Double, replicates: [Double], level: Double) {
        difference = .percentile(estimate: observed, replicates: replicates, level: level)
        let numbers = replicates.filter { !$0.isNaN }
        let mean = ExactAccumulator(numbers).value / Double(numbers.count)
        let extremes = numbers.count { abs($0 - mean) >= abs(observed) }
        pValue = observed.isNaN ? .nan : Double(1 + extremes) / Double(1 + numbers.count)
    }
}
