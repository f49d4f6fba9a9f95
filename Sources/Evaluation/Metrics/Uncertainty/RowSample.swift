// A sample of rows of bounded size, for intervals of figures that are no function of sums.

/// Rows with some numbers each: all of them while they are few, then a random share.
///
/// Whether a row stays depends on the seed, its number and how many rows there are, so the sample is the same
/// on any number of ranks and in any order: exchange `serialized` and merge. A row stays while the leading
/// zeros of its random word are at least `level`; the level rises by one whenever there are more than `limit`
/// rows.
package struct RowSample: Sendable, Equatable {
    package let seed: UInt64
    /// Numbers of a row.
    package let width: Int
    /// The most rows that are kept.
    package let limit: Int
    /// All rows that were added, kept or not.
    package private(set) var rowCount: Int64 = 0
    /// Every row is kept with probability 2^-level.
    package private(set) var level = 0
    private var numbers: [Int64] = []
    /// `[rows, width]`
    private var values: [Double] = []

    /// No rows.
    package init(width: Int, limit: Int = 8_192, seed: UInt64) {
        precondition(width > 0 && limit > 0, "a sample of \(limit) rows of \(width) numbers")
        (self.width, self.limit, self.seed) = (width, limit, seed)
    }

    /// Number of rows kept.
    package var count: Int { numbers.count }
    /// Whether every row is kept.
    package var isWhole: Bool { level == 0 }

    /// The numbers of kept row `index`, in the order of row numbers once `sort` was called.
    package subscript(index: Int) -> ArraySlice<Double> { values[index * width..<(index + 1) * width] }

    /// Adds the row whose number in the whole data set is `row`.
    package mutating func add(row: Int64, _ numbers: [Double]) {
        precondition(numbers.count == width, "\(numbers.count) numbers in a sample of \(width)")
        rowCount += 1
        guard stays(row) else { return }
        self.numbers.append(row)
        values += numbers
        shrink()
    }

    /// Adds the rows of another part of the data.
    package mutating func merge(_ other: RowSample) {
        precondition(
            other.seed == seed && other.width == width && other.limit == limit,
            "samples of other kinds merged")
        rowCount += other.rowCount
        level = max(level, other.level)
        numbers += other.numbers
        values += other.values
        filter()
        shrink()
    }

    /// Puts the rows into the order of their numbers, which merging does not keep.
    package mutating func sort() {
        let order = numbers.indices.sorted { numbers[$0] < numbers[$1] }
        values = order.flatMap { Array(self[$0]) }
        numbers = order.map { numbers[$0] }
    }

    /// The sample as integers, for exchange between ranks.
    package var serialized: [Int64] {
        [rowCount, Int64(level)] + numbers + values.map { Int64(bitPattern: $0.bitPattern) }
    }

    /// The sample that another rank serialised, with this one's seed, width and limit.
    package func deserialized(_ words: [Int64]) -> RowSample {
        precondition(words.count >= 2 && (words.count - 2) % (width + 1) == 0, "\(words.count) words")
        let rows = (words.count - 2) / (width + 1)
        var sample = RowSample(width: width, limit: limit, seed: seed)
        sample.rowCount = words[0]
        sample.level = Int(words[1])
        sample.numbers = Array(words[2..<2 + rows])
        sample.values = words[(2 + rows)...].map { Double(bitPattern: UInt64(bitPattern: $0)) }
        return sample
    }

    private func stays(_ row: Int64) -> Bool {
        BootstrapKey(seed: seed, index: UInt64(bitPattern: row)).word(.max).leadingZeroBitCount >= level
    }

    private mutating func shrink() {
        while numbers.count > limit {
            level += 1
            filter()
        }
    }

    private mutating func filter() {
        let kept = numbers.indices.filter { stays(numbers[$0]) }
        guard kept.count < numbers.count else { return }
        values = kept.flatMap { Array(self[$0]) }
        numbers = kept.map { numbers[$0] }
    }
}

extension RowSample {
    /// The interval of a figure: `estimate` over all rows, and percentiles of `statistic` over samples that
    /// are drawn from the kept rows with replacement. `statistic` gets how often each kept row counts. Rows
    /// must be sorted.
    ///
    /// When only m of n rows are kept, the distances from the sample's own figure are scaled by √(m / n): the
    /// m out of n bootstrap. Source: Bickel, Götze, van Zwet 1997, "Resampling fewer than n observations".
    package func interval(
        estimate: Double, level: Double = 0.95, replicateCount: Int = 1000,
        of statistic: ([Int32]) -> Double
    ) -> ConfidenceInterval {
        guard count > 0 else {
            return ConfidenceInterval(estimate: estimate, lower: .nan, upper: .nan, level: level)
        }
        return .percentile(
            estimate: estimate, replicates: replicates(replicateCount, of: statistic, estimate), level: level)
    }

    /// Whether a difference between two systems, `observed` over all rows, is more than chance. `statistic`
    /// gets how often each kept row counts, of which there must be one at least. Rows must be sorted.
    package func difference(
        observed: Double, level: Double = 0.95, replicateCount: Int = 1000,
        of statistic: ([Int32]) -> Double
    ) -> PairedBootstrapTest {
        precondition(count > 0, "a difference of no rows")
        return PairedBootstrapTest(
            observed: observed, replicates: replicates(replicateCount, of: statistic, observed), level: level)
    }

    private func replicates(
        _ replicateCount: Int, of statistic: ([Int32]) -> Double, _ estimate: Double
    ) -> [Double] {
        let values = (0..<replicateCount).map { replicate in
            let key = BootstrapKey(seed: seed, index: UInt64(replicate))
            var weights = [Int32](repeating: 0, count: count)
            for draw in 0..<count {
                weights[Int(key.word(UInt64(draw)).multipliedFullWidth(by: UInt64(count)).high)] += 1
            }
            return statistic(weights)
        }
        guard !isWhole else { return values }
        let own = statistic([Int32](repeating: 1, count: count))
        let scale = (Double(count) / Double(rowCount)).squareRoot()
        return values.map { estimate + ($0 - own) * scale }
    }
}
