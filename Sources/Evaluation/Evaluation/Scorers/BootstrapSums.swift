// Sums of rows' counts with the replicates that intervals come from, the same bits on any number of ranks.

package import DataParallel
package import Metrics

/// Counts of rows: few rows are kept and drawn with replacement, many weighted as they come.
package struct BootstrapSums {
    /// Up to so many rows are drawn with replacement; a Poisson bootstrap of so few would be too rough.
    static let mostResampledRows = 512

    private let width: Int
    private let seed: UInt64
    private(set) var rowCount: Int64 = 0
    /// nil when only sums are wanted.
    private var poisson: PoissonBootstrap?
    private(set) var observed: [Int64]
    /// The rows with numbers below `mostResampledRows`.
    private var first: [(number: Int, counts: [Int64])] = []

    /// No rows. Without `resamples` there will be sums alone.
    package init(width: Int, seed: UInt64, resamples: Bool = true) {
        (self.width, self.seed) = (width, seed)
        observed = [Int64](repeating: 0, count: width)
        if resamples { poisson = PoissonBootstrap(width: width, seed: seed) }
    }

    package mutating func add(number: Int, _ counts: [Int64]) {
        rowCount += 1
        guard poisson != nil else {
            for index in observed.indices { observed[index] += counts[index] }
            return
        }
        poisson?.add(row: Int64(number), counts)
        if number < Self.mostResampledRows { first.append((number, counts)) }
    }

    /// Adds up the sums of all ranks. Collective.
    package mutating func reduce(over group: any ProcessGroup) throws(ParallelError) {
        var words = [rowCount] + (poisson?.words ?? observed)
        try group.allReduceSum(&words)
        rowCount = words[0]
        guard poisson != nil else {
            observed = Array(words[1...])
            return
        }
        poisson = PoissonBootstrap(words: Array(words[1...]), width: width, seed: seed)
        guard rowCount <= Self.mostResampledRows else { return }
        let shares = try group.allGatherWords(first.flatMap { [Int64($0.number)] + $0.counts })
        first = shares.flatMap { share in
            stride(from: 0, to: share.count, by: 1 + width).map { start in
                (Int(share[start]), Array(share[start + 1...start + width]))
            }
        }.sorted { $0.number < $1.number }
    }

    /// Sums and replicates, once reduced.
    package var replicates: BootstrapReplicates {
        guard let poisson else { preconditionFailure("no replicates were asked for") }
        guard rowCount <= Self.mostResampledRows, !first.isEmpty else { return poisson.replicates }
        return BootstrapReplicates(resampling: first.map(\.counts), seed: seed)
    }
}

extension ProcessGroup {
    /// Brings the integers of each rank to all ranks, in rank order. Collective.
    func allGatherWords(_ words: [Int64]) throws(ParallelError) -> [[Int64]] {
        let bytes = words.flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * Int64($0))) }
        }
        return try allGather(bytes).map(Self.words)
    }

    private static func words(_ bytes: [UInt8]) -> [Int64] {
        stride(from: 0, to: bytes.count, by: 8).map { start in
            var word: Int64 = 0
            for place in (0..<8).reversed() { word = word << 8 | Int64(bytes[start + place]) }
            return word
        }
    }
}
