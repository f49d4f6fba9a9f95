// Batches for evaluation: each row once, composed alike for every number of ranks.

/// Fixed batches, scattered to ranks whole, without padding duplicates.
///
/// A batch has the same rows in the same order whichever rank computes it, so its outputs are the same too.
package struct EvaluationSampler: Sendable {
    private let order: [Int]
    private let batchRows: Int

    /// - Parameter lengths: tokens of each row, to put rows of like length together, the longest first;
    ///   nil keeps the order of the file.
    package init(rowCount: Int, batchRows: Int, lengths: [Int]? = nil) {
        precondition(rowCount >= 0 && batchRows > 0, "rows must not be negative, batch rows must be positive")
        precondition(lengths == nil || lengths?.count == rowCount, "one length a row is needed")
        let rows = Array(0..<rowCount)
        order = lengths.map { lengths in rows.sorted { (lengths[$1], $0) < (lengths[$0], $1) } } ?? rows
        self.batchRows = batchRows
    }

    /// The number of batches over all ranks.
    package var count: Int { (order.count + batchRows - 1) / batchRows }

    /// The rows of a batch.
    package func rows(batch: Int) -> [Int] {
        precondition(batch >= 0 && batch < count, "batch \(batch) is outside 0..<\(count)")
        return Array(order[(batch * batchRows)..<min((batch + 1) * batchRows, order.count)])
    }

    /// The batches of a rank: every `rankCount`-th one. Ranks may differ by one batch, or have none.
    package func batches(rank: Int, of rankCount: Int) -> [Int] {
        precondition(rank >= 0 && rank < rankCount, "rank \(rank) is outside 0..<\(rankCount)")
        return Array(stride(from: rank, to: count, by: rankCount))
    }
}
