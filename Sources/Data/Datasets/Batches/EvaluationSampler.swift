// Batches for evaluation: each row once, composed alike for every number of ranks.

/// Fixed batches, scattered to ranks whole, without padding duplicates.
///
/// A batch has the same rows in the same order whichever rank computes it, so its outputs are the same too.
package struct EvaluationSampler: Sendable {
    /// The rows in the order of the batches; nil for that of the file.
    private let order: [UInt32]?
    private let rowCount: Int
    private let batchRows: Int

    /// - Parameter lengths: tokens of each row, to put rows of like length together, the longest first;
    ///   nil keeps the order of the file.
    package init(rowCount: Int, batchRows: Int, lengths: [Int]? = nil) {
        precondition(rowCount >= 0 && batchRows > 0, "rows must not be negative, batch rows must be positive")
        precondition(lengths == nil || lengths?.count == rowCount, "one length a row is needed")
        order = lengths.map { Self.order(lengths: $0) }
        (self.rowCount, self.batchRows) = (rowCount, batchRows)
    }

    /// Rows of like length together, the longest first.
    package init(_ examples: TokenizedDataset, batchRows: Int) {
        precondition(batchRows > 0, "batch rows must be positive")
        order = Self.order(lengths: examples.shortLengths)
        (rowCount, self.batchRows) = (examples.count, batchRows)
    }

    /// The rows by falling length, those of equal length as they stand, sorted by counting.
    private static func order(lengths: [some BinaryInteger]) -> [UInt32] {
        let longest = lengths.max().map { Int($0) } ?? 0
        var starts = [Int](repeating: 0, count: longest + 2)
        for length in lengths { starts[longest - Int(length) + 1] += 1 }
        for place in starts.indices.dropFirst() { starts[place] += starts[place - 1] }
        var order = [UInt32](repeating: 0, count: lengths.count)
        for (row, length) in lengths.enumerated() {
            let place = longest - Int(length)
            order[starts[place]] = UInt32(row)
            starts[place] += 1
        }
        return order
    }

    /// The number of batches over all ranks.
    package var count: Int { (rowCount + batchRows - 1) / batchRows }

    /// The rows of a batch.
    package func rows(batch: Int) -> [Int] {
        precondition(batch >= 0 && batch < count, "batch \(batch) is outside 0..<\(count)")
        let places = (batch * batchRows)..<min((batch + 1) * batchRows, rowCount)
        return places.map { place in order.map { Int($0[place]) } ?? place }
    }

    /// The batches of a rank: every `rankCount`-th one. Ranks may differ by one batch, or have none.
    package func batches(rank: Int, of rankCount: Int) -> [Int] {
        precondition(rank >= 0 && rank < rankCount, "rank \(rank) is outside 0..<\(rankCount)")
        return Array(stride(from: rank, to: count, by: rankCount))
    }
}
