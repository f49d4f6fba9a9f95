// A bootstrap over any number of rows in memory that does not grow with them.

/// Replicates of summed counts, each row weighted by an independent Poisson number of mean 1.
///
/// For many rows this is the bootstrap that draws rows with replacement (Chamandy et al. 2012, "Estimating
/// uncertainty for massive data streams"), but rows may come one by one and on any rank: the weight of a row
/// in a replicate is a function of the seed, the row's number in the whole data set and the replicate.
/// Everything is a sum of integers, so the replicates have the same bits on any number of ranks: sum `words`
/// over ranks and make the bootstrap of the totals.
///
/// With fewer than some hundred rows, draw them with `BootstrapReplicates(resampling:)` instead. To compare
/// two systems, put their counts of a row one behind the other.
package struct PoissonBootstrap: Sendable, Equatable {
    package let seed: UInt64
    package let replicateCount: Int
    /// Number of counts in a row.
    package let width: Int
    /// The rows' sums, then those of each replicate. `[(1 + replicateCount) × width]`
    package private(set) var words: [Int64]

    private static let weights = PoissonWeights()

    /// No rows.
    package init(width: Int, replicateCount: Int = 1000, seed: UInt64) {
        let words = [Int64](repeating: 0, count: (1 + replicateCount) * width)
        self.init(words: words, width: width, seed: seed)
    }

    /// The bootstrap that `words` of one part, or their totals over parts, describe.
    package init(words: [Int64], width: Int, seed: UInt64) {
        precondition(width > 0 && words.count % width == 0 && words.count > width, "\(words.count) words")
        self.seed = seed
        self.width = width
        self.replicateCount = words.count / width - 1
        self.words = words
    }

    /// Adds the counts of one row, `width` of them, whose number in the whole data set is `row`.
    package mutating func add(row: Int64, _ counts: [Int64]) {
        precondition(counts.count == width, "\(counts.count) counts in a bootstrap of \(width)")
        let weights = Self.weights
        let places = counts.indices.filter { counts[$0] != 0 }
        if places.count * 2 < width { return addSparse(row: row, places.map { ($0, counts[$0]) }) }
        // Multiples by weight, so that the inner loop only adds.
        let multiples = (0...weights.maximum).flatMap { weight in counts.map { $0 * Int64(weight) } }
        for index in 0..<width { words[index] += counts[index] }
        let key = BootstrapKey(seed: seed, index: UInt64(bitPattern: row))
        var target = width
        for pair in 0..<(replicateCount + 1) / 2 {
            let bits = key.word(UInt64(pair))
            add(multiples, weights.weight(UInt32(truncatingIfNeeded: bits)), at: target)
            target += width
            if target == words.count { return }
            add(multiples, weights.weight(UInt32(truncatingIfNeeded: bits >> 32)), at: target)
            target += width
        }
    }

    /// Adds a row most of whose counts are 0 by the others alone.
    private mutating func addSparse(row: Int64, _ entries: [(place: Int, count: Int64)]) {
        let weights = Self.weights
        for entry in entries { words[entry.place] += entry.count }
        let key = BootstrapKey(seed: seed, index: UInt64(bitPattern: row))
        for replicate in 0..<replicateCount {
            let bits = key.word(UInt64(replicate / 2)) >> (replicate % 2 == 0 ? 0 : 32)
            let weight = Int64(weights.weight(UInt32(truncatingIfNeeded: bits)))
            if weight == 0 { continue }
            for entry in entries { words[(1 + replicate) * width + entry.place] += weight * entry.count }
        }
    }

    @inline(__always)
    private mutating func add(_ multiples: [Int64], _ weight: Int, at target: Int) {
        if weight == 0 { return }
        for index in 0..<width { words[target + index] += multiples[weight * width + index] }
    }

    /// Adds the rows of another part of the data.
    package mutating func merge(_ other: PoissonBootstrap) {
        precondition(other.seed == seed && other.width == width, "bootstraps of other kinds merged")
        words = .sum(words, other.words)
    }

    /// The observed sums and those of all replicates.
    package var replicates: BootstrapReplicates { BootstrapReplicates(words: words, width: width) }
}
