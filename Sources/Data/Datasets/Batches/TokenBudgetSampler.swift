// Global batches of nearly equal numbers of tokens instead of equal numbers of rows.

/// Cuts each epoch's order of rows into global batches that hold at most a given number of tokens.
///
/// The cuts depend on the epoch's order and the global budget alone: half the ranks with twice
/// `max_tokens_per_device` see the same batches. Dealing a batch evenly keeps each device near its budget.
package struct TokenBudgetSampler: Sendable {
    private let examples: TokenizedDataset
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
        self.examples = examples
        if examples.maximumLength + examples.imageTokenCount > tokensPerDevice,
            let row = (0..<examples.count).first(where: { examples.length(of: $0) > tokensPerDevice })
        {
            throw .rowOverBudget(
                examples.source(of: row), tokens: examples.length(of: row), budget: tokensPerDevice)
        }
        globalBudgetTokens = tokensPerDevice * rankCount * microBatchCount
        self.seed = seed
        self.strategy = strategy
    }

    /// The batches of an epoch. Takes time in proportion to the rows, and 4 bytes a row while it works: call
    /// it once an epoch.
    package func batches(epoch: Int) -> EpochBatches {
        let lengths = examples.shortLengths
        let order = EpochOrder(rowCount: lengths.count, epoch: epoch, seed: seed, strategy: strategy)
        var starts = [0]
        var tokens = 0
        for place in lengths.indices {
            let length = Int(lengths[order[place]])
            if tokens + length > globalBudgetTokens, place > starts[starts.count - 1] {
                starts.append(place)
                tokens = 0
            }
            tokens += length
        }
        return EpochBatches(order: order, rowCount: lengths.count, starts: starts)
    }
}

/// The global batches of one epoch; a number a batch is kept.
package struct EpochBatches: Sendable {
    private let order: EpochOrder
    private let rowCount: Int
    private let starts: [Int]

    init(order: EpochOrder, rowCount: Int, starts: [Int]) {
        (self.order, self.rowCount, self.starts) = (order, rowCount, starts)
    }

    /// Optimiser steps of this epoch.
    package var stepCount: Int { starts.count }

    /// The rows of a step's global batch in order.
    package func rows(step: Int) -> [Int] {
        let end = step + 1 < starts.count ? starts[step + 1] : rowCount
        return (starts[step]..<end).map { order[$0] }
    }
}
