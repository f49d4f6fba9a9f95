// Batches for evaluation: each row once, composed alike for every number of ranks.

/// Fixed batches, scattered to ranks whole, without padding duplicates.
///
/// A batch has the same rows in the same order whichever rank computes it, so its outputs are the same too.
package struct EvaluationSampler: Sendable {
    /// The rows in the order of the batches; nil for that of the file.
    private let order: LengthOrder?
    private let rowCount: Int
    private let batchRows: Int

    /// - Parameter lengths: tokens of each row, to put rows of like length together, the longest first;
    ///   nil keeps the order of the file.
    package init(rowCount: Int, batchRows: Int, lengths: [Int]? = nil) {
        precondition(rowCount >= 0 && batchRows > 0, "rows must not be negative, batch rows must be positive")
        precondition(lengths == nil || lengths?.count == rowCount, "one length a row is needed")
        order = lengths.map { lengths in
            LengthOrder(rowCount: rowCount) { lengths[$0].map { UInt32($0) } }
        }
        (self.rowCount, self.batchRows) = (rowCount, batchRows)
    }

    /// Rows of like length together, the longest first.
    package init(_ examples: TokenizedDataset, batchRows: Int) {
        precondition(batchRows > 0, "batch rows must be positive")
        order = LengthOrder(rowCount: examples.count) { examples.lengths(of: $0) }
        (rowCount, self.batchRows) = (examples.count, batchRows)
    }

    /// The number of batches over all ranks.
    package var count: Int { (rowCount + batchRows - 1) / batchRows }

    /// The rows of a batch.
    package func rows(batch: Int) -> [Int] {
        precondition(batch >= 0 && batch < count, "batch \(batch) is outside 0..<\(count)")
        let places = (batch * batchRows)..<min((batch + 1) * batchRows, rowCount)
        return order?.rows(at: places) ?? Array(places)
    }

    /// The batches of a rank: every `rankCount`-th one. Ranks may differ by one batch, or have none.
    package func batches(rank: Int, of rankCount: Int) -> [Int] {
        precondition(rank >= 0 && rank < rankCount, "rank \(rank) is outside 0..<\(rankCount)")
        return Array(stride(from: rank, to: count, by: rankCount))
    }
}
