// Which rows make up each step's global batch. Every rank computes the same answer without talking to the
// others.

import Tensors

/// Cuts the rows of each epoch into global batches, each row in exactly one.
///
/// What a step reads depends on seed, epoch and step alone, never on the number of ranks or on history.
package struct DistributedSampler: Sendable {
    /// The order of rows within an epoch.
    package enum Strategy: String, Sendable, Hashable, CaseIterable {
        /// A fresh random order each epoch.
        case random
        /// The order of the file.
        case sequential
    }

    package let rowCount: Int
    /// Rows of one optimiser step over all ranks and micro-batches.
    package let globalBatchRows: Int
    /// True if an incomplete last batch is left out, as `dataloader_drop_last` says.
    package let dropsLast: Bool
    private let strategy: Strategy
    private let seed: UInt64

    /// - Throws: if there are fewer rows than ranks, or no complete batch while the incomplete one is
    ///   dropped.
    package init(
        rowCount: Int, globalBatchRows: Int, rankCount: Int, seed: UInt64, strategy: Strategy = .random,
        dropsLast: Bool = false
    ) throws(DatasetsError) {
        precondition(globalBatchRows > 0 && rankCount > 0, "batch rows and ranks must be positive")
        if rowCount < rankCount { throw .fewerRowsThanRanks(rows: rowCount, ranks: rankCount) }
        if dropsLast, rowCount < globalBatchRows {
            throw .noFullBatch(rows: rowCount, batch: globalBatchRows)
        }
        self.rowCount = rowCount
        self.globalBatchRows = globalBatchRows
        self.dropsLast = dropsLast
        self.strategy = strategy
        self.seed = seed
    }

    /// Optimiser steps an epoch.
    package var stepsPerEpoch: Int {
        dropsLast ? rowCount / globalBatchRows : (rowCount + globalBatchRows - 1) / globalBatchRows
    }

    /// The rows of a step's global batch in order; the last batch of an epoch may be smaller than the others.
    /// Takes time in proportion to the batch alone.
    package func rows(epoch: Int, step: Int) -> [Int] {
        precondition(step >= 0 && step < stepsPerEpoch, "step \(step) is outside 0..<\(stepsPerEpoch)")
        let start = step * globalBatchRows
        let order = EpochOrder(rowCount: rowCount, epoch: epoch, seed: seed, strategy: strategy)
        return (start..<min(start + globalBatchRows, rowCount)).map { order[$0] }
    }
}

/// The order in which an epoch visits the rows.
struct EpochOrder: Sendable {
    private let permutation: KeyedPermutation?

    init(rowCount: Int, epoch: Int, seed: UInt64, strategy: DistributedSampler.Strategy) {
        precondition(epoch >= 0, "epoch \(epoch) is negative")
        let key = RandomKey(seed: seed).derived("shuffle").derived(UInt64(epoch))
        permutation = strategy == .random ? KeyedPermutation(count: rowCount, key: key) : nil
    }

    /// The row at a place of the epoch.
    subscript(place: Int) -> Int { permutation.map { $0[place] } ?? place }
}
