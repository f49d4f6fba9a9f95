// Which rows each rank takes in each step: the same answer on all ranks, without messages.

internal import Arguments
internal import Datasets

/// Cuts epochs into global batches and scatters them to ranks and micro-batches.
final class BatchSampler {
    private enum Source {
        case rows(DistributedSampler)
        case tokens(TokenBudgetSampler)
    }

    /// A place in the data.
    struct Position: Equatable {
        var epoch: Int
        /// Step within the epoch, from 0.
        var step: Int
        /// Steps of this epoch.
        var stepsOfEpoch: Int
    }

    let rowCount: Int
    private let source: Source
    /// How a batch is scattered.
    let scatter: BatchScatter
    private var cachedEpoch: (epoch: Int, batches: EpochBatches)?
    /// Steps before each epoch that was asked for.
    private var stepsBefore = [0]

    init(_ arguments: TrainingArguments, store: TokenizedDataset, rankCount: Int) throws(DatasetsError) {
        rowCount = store.count
        let deviceCount = arguments.reproducible ? arguments.reproducibleShards : rankCount
        let microBatchCount = arguments.gradientAccumulationSteps
        scatter = BatchScatter(deviceCount: deviceCount, microBatchCount: microBatchCount)
        let strategy: DistributedSampler.Strategy =
            arguments.trainSamplingStrategy == .sequential ? .sequential : .random
        if let tokens = arguments.maxTokensPerDevice {
            source = .tokens(
                try TokenBudgetSampler(
                    examples: store, tokensPerDevice: tokens, rankCount: deviceCount,
                    microBatchCount: microBatchCount, seed: arguments.seed, strategy: strategy))
        } else {
            source = .rows(
                try DistributedSampler(
                    rowCount: store.count,
                    globalBatchRows: arguments.perDeviceTrainBatchSize * deviceCount * microBatchCount,
                    rankCount: deviceCount, seed: arguments.seed, strategy: strategy,
                    dropsLast: arguments.dataloaderDropLast))
        }
    }

    /// Rows of a full global batch; with a token budget, of the first one.
    var globalBatchRows: Int {
        if case .rows(let sampler) = source { return sampler.globalBatchRows }
        return rows(epoch: 0, step: 0).count
    }

    /// Optimiser steps of an epoch; they differ between epochs with a token budget.
    func steps(epoch: Int) -> Int {
        switch source {
        case .rows(let sampler): sampler.stepsPerEpoch
        case .tokens: epochBatches(epoch).stepCount
        }
    }

    /// Steps of a run of so many epochs, the last of which may be a part.
    func totalSteps(epochs: Double) -> Int {
        let whole = Int(epochs)
        let before: Int
        switch source {
        case .rows(let sampler): before = whole * sampler.stepsPerEpoch
        case .tokens: before = (0..<whole).reduce(0) { $0 + steps(epoch: $1) }
        }
        let rest = epochs - Double(whole)
        return rest > 0 ? before + Int((rest * Double(steps(epoch: whole))).rounded(.up)) : before
    }

    /// Where step number `step` of the run stands.
    func position(step: Int) -> Position {
        while stepsBefore[stepsBefore.count - 1] <= step {
            stepsBefore.append(stepsBefore[stepsBefore.count - 1] + steps(epoch: stepsBefore.count - 1))
        }
        let epoch = (stepsBefore.firstIndex { $0 > step } ?? 1) - 1
        return Position(
            epoch: epoch, step: step - stepsBefore[epoch],
            stepsOfEpoch: stepsBefore[epoch + 1] - stepsBefore[epoch])
    }

    /// The rows of a global batch, in the order of the epoch.
    func rows(epoch: Int, step: Int) -> [Int] {
        switch source {
        case .rows(let sampler): sampler.rows(epoch: epoch, step: step)
        case .tokens: epochBatches(epoch).rows(step: step)
        }
    }

    private func epochBatches(_ epoch: Int) -> EpochBatches {
        if let cachedEpoch, cachedEpoch.epoch == epoch { return cachedEpoch.batches }
        guard case .tokens(let budget) = source else { preconditionFailure("rows are cut by count") }
        let batches = budget.batches(epoch: epoch)
        cachedEpoch = (epoch, batches)
        return batches
    }
}

/// How a global batch is scattered to ranks and micro-batches.
struct BatchScatter: Sendable {
    /// What takes a share of a batch: a rank, or one of a fixed number of shards.
    let deviceCount: Int
    let microBatchCount: Int

    /// A rank's micro-batches of rows of these lengths, or those of `shards`, each of which is a shard's
    /// micro-batch; some may be empty.
    func microBatches(of rows: [Int], lengths: [Int], rank: Int, shards: Range<Int>? = nil) -> [[Int]] {
        let batches = DistributedSampler.scatter(
            rows: rows, lengths: lengths, rankCount: deviceCount, microBatchCount: microBatchCount)
        return shards.map { Array(Array(batches.joined())[$0]) } ?? batches[rank]
    }
}
