// Global batches of nearly equal numbers of tokens instead of equal numbers of rows.

/// Cuts each epoch's order of rows into global batches that hold at most a given number of tokens.
///
/// The cuts depend on the epoch's order and the global budget alone: half the ranks with twice
/// `max_tokens_per_device` see the same batches. Dealing a batch evenly keeps each device near its budget.
package struct TokenBudgetSampler: Sendable {
    private let lengths: [Int]
    private let globalBudgetTokens: Int
    private let strategy: DistributedSampler.Strategy
    private let seed: UInt64

    /// - Parameters:
    ///   - examples: the tokenised data, for its lengths.
    ///   - tokensPerDevice: the budget of one rank in one micro-batch, `max_tokens_per_device`.
    ///   - microBatchCount: micro-batches an optimiser step.
    /// - Throws: if there are fewer rows than ranks, or one row alone is over the budget of a device.
    package init(
        examples: TokenizedDataset, tokensPerDevice: Int, rankCount: Int, microBatchCount: Int = 1,
        seed: UInt64,
        strategy: DistributedSampler.Strategy = .random
    ) throws(DatasetsError) {
        precondition(tokensPerDevice > 0 && rankCount > 0 && microBatchCount > 0)
        if examples.count < rankCount { throw .fewerRowsThanRanks(rows: examples.count, ranks: rankCount) }
        lengths = examples.lengths
        if let row = lengths.firstIndex(where: { $0 > tokensPerDevice }) {
            throw .rowOverBudget(examples.source(of: row), tokens: lengths[row], budget: tokensPerDevice)
        }
        globalBudgetTokens = tokensPerDevice * rankCount * microBatchCount
        self.seed = seed
        self.strategy = strategy
    }

    /// The batches of an epoch. Takes time and memory in proportion to the rows: call it once an epoch.
    package func batches(epoch: Int) -> EpochBatches {
        let order = EpochOrder(rowCount: lengths.count, epoch: epoch, seed: seed, strategy: strategy)
        var rows: [Int] = []
        rows.reserveCapacity(lengths.count)
        var starts = [0]
        var tokens = 0
        for place in lengths.indices {
            let row = order[place]
            if tokens + lengths[row] > globalBudgetTokens, !rows.isEmpty {
                starts.append(place)
                tokens = 0
            }
            tokens += lengths[row]
            rows.append(row)
        }
        return EpochBatches(rows: rows, starts: starts)
    }
}

/// The global batches of one epoch.
package struct EpochBatches: Sendable {
    private let order: [Int]
    private let starts: [Int]

    init(rows: [Int], starts: [Int]) { (order, self.starts) = (rows, starts) }

    /// Optimiser steps of this epoch.
    package var stepCount: Int { starts.count }

    /// The rows of a step's global batch in order.
    package func rows(step: Int) -> [Int] {
        let end = step + 1 < starts.count ? starts[step + 1] : order.count
        return Array(order[starts[step]..<end])
    }
}
