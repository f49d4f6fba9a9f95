// Scatters a global batch to ranks and micro-batches so that all have nearly the same work.

extension DistributedSampler {
    /// Scatters the rows of one global batch to `rankCount` × `microBatchCount` shares, indexed [rank][micro-
    /// batch].
    ///
    /// Longest processing time first (Graham 1969): rows by falling cost, each to the rank with the least
    /// work so far, the lower rank if equal; then the same within the rank. The most loaded rank has at
    /// most the mean plus one row's cost. Each rank gets a row whenever there are at least as many rows as
    /// ranks; otherwise the shares of the surplus ranks are empty, as may be surplus micro-batches. Within
    /// a share rows keep the batch's order. All ranks compute the same answer.
    /// - Parameters:
    ///   - lengths: the number of tokens of each row of `rows`, in the same order.
    ///   - cost: the work that a row of some length makes, by default its tokens; values below 1 count as 1.
    package static func scatter(
        rows: [Int], lengths: [Int], rankCount: Int, microBatchCount: Int, cost: (Int) -> Int = { $0 }
    ) -> [[[Int]]] {
        precondition(rows.count == lengths.count, "\(rows.count) rows but \(lengths.count) lengths")
        precondition(rankCount > 0 && microBatchCount > 0, "ranks and micro-batches must be positive")
        let costs = lengths.map { max(1, cost($0)) }
        return share(Array(rows.indices), among: rankCount, costs).map { places in
            share(places, among: microBatchCount, costs).map { $0.map { rows[$0] } }
        }
    }

    /// Shares out `places` by their costs; the places of each share ascend.
    private static func share(_ places: [Int], among count: Int, _ costs: [Int]) -> [[Int]] {
        var shares = [[Int]](repeating: [], count: count)
        var loads = [Int](repeating: 0, count: count)
        for place in places.sorted(by: { (costs[$1], $0) < (costs[$0], $1) }) {
            var lightest = 0
            for candidate in 1..<max(count, 1) where loads[candidate] < loads[lightest] {
                lightest = candidate
            }
            shares[lightest].append(place)
            loads[lightest] += costs[place]
        }
        return shares.map { $0.sorted() }
    }
}
