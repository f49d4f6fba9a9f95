// One optimiser step: micro-batches forward and backward, reduction over ranks, clipping, update.

package import DataParallel
internal import Datasets
internal import Kernels
internal import Layers
internal import Machine
internal import Models
package import Optimizers
internal import Tensors

/// What a step tells the log; the same on all ranks.
package struct StepResult: Sendable, Equatable {
    /// Mean loss over the rows, or target tokens, of the global batch.
    package var loss: Double
    /// Norm of the summed gradients before clipping.
    package var gradientNorm: Double
    package var learningRate: Double
    /// Rows and tokens over all ranks.
    package var rows: Int
    package var tokens: Int
    /// Whether some rank was asked to stop.
    package var isStopRequested: Bool
    /// Why the weights are as they were before the step; nil when they were updated.
    package var notFinite: NotFiniteStep?
}

/// Runs steps of one replica. The loss is divided by the count of the whole global batch before backward and
/// gradients are summed, so every split into micro-batches and ranks gives the same mathematical result.
package final class TrainingStep {
    private let task: any TrainingTask
    private var model: any TrainableModel { task.model }
    private let optimizer: any Optimizer
    private let group: any ProcessGroup
    private let reducer: GradientReducer
    private let schedule: LearningRateScheduler
    private let maximumNorm: Double
    private let key: RandomKey
    private let recomputesActivations: Bool
    private let workspace = Workspace()
    /// Seconds of all steps in which this rank worked and did not wait for others.
    package private(set) var computeSeconds = 0.0

    /// Optimizer and reducer are those of the task's replica.
    package init(
        task: any TrainingTask, optimizer: any Optimizer, reducer: GradientReducer,
        schedule: LearningRateScheduler, group: any ProcessGroup, seed: UInt64, maximumNorm: Double,
        recomputesActivations: Bool = false
    ) {
        self.task = task
        self.optimizer = optimizer
        self.group = group
        self.schedule = schedule
        self.maximumNorm = maximumNorm
        self.recomputesActivations = recomputesActivations
        key = RandomKey(seed: seed).derived("dropout")
        self.reducer = reducer
    }

    /// What reductions have cost so far.
    package var reductionCounters: ReductionCounters { reducer.counters }
    /// Most bytes of activations in use at once.
    package var peakActivationBytes: Int { workspace.peakBytes }

    /// Step number `step`, from 0, over the global batch `rows` of `epoch`, of which this rank computes
    /// `microBatches`, at `rateScale` times the schedule's rate. `isStopRequested` is asked when the
    /// gradients are there; where it holds on any rank, all ranks learn of it.
    package func run(
        step: Int, epoch: Int, rows: [Int], microBatches: [[Int]], rateScale: Double = 1,
        isStopRequested: () -> Bool = { false }
    ) throws -> StepResult {
        let start = ContinuousClock.now
        let exposedBefore = reductionCounters.exposedSeconds
        RankStatus.step = step + 1
        RankStatus.enter(.reading)
        let weight = task.lossWeight(rows: rows, epoch: epoch)
        // A batch without a single target has no gradient, whatever it is divided by.
        let lossCount = weight > 0 ? weight : 1
        let computed = try differentiate(
            microBatches, MicroBatch(rows: [], epoch: epoch, lossCount: lossCount), step: step)
        let squares = try reducer.finish()
        let tokens = microBatches.joined().reduce(0) { $0 + task.training.length(of: $1) }
        let isStopRequested = isStopRequested()
        let waitStart = ContinuousClock.now
        let shared = try RankStatus.during(.waiting) {
            try reduce(computed.losses, tokens: tokens, isStopRequested: isStopRequested, squares: squares)
        }
        let waited = ContinuousClock.now - waitStart

        let rate = schedule.rate(at: step) * rateScale
        let norm = shared.squares.squareRoot()
        var result = StepResult(
            loss: shared.loss / lossCount, gradientNorm: norm, learningRate: rate, rows: rows.count,
            tokens: shared.tokens, isStopRequested: shared.isStopRequested)
        guard result.loss.isFinite, norm.isFinite else {
            let found = try group.union(computed.suspects)
            result.notFinite = NotFiniteStep(
                quantity: result.loss.isFinite ? .gradientNorm : .loss, step: step + 1, learningRate: rate,
                rows: (found.isEmpty ? rows : found).map(task.training.source(of:)))
            return result
        }
        RankStatus.enter(.updating)
        optimizer.step(
            learningRate: Float(rate),
            gradientScale: GradientClipping.scale(norm: norm, maximumNorm: maximumNorm))
        reducer.gatherValues()
        let exposed = reductionCounters.exposedSeconds - exposedBefore
        computeSeconds += (ContinuousClock.now - start - waited) / .seconds(1) - exposed
        return result
    }

    /// Forward and backward of this rank's micro-batches, or shards, which are each like `batch`. Returns
    /// the sum of the losses of each, and the rows of those where it is not finite.
    private func differentiate(
        _ microBatches: [[Int]], _ batch: MicroBatch, step: Int
    ) throws -> (losses: [Double], suspects: [Int]) {
        let parameters = model.parameters
        let isSharded = reducer.shards != nil
        // A shard without rows is a gradient of zero like any other; a micro-batch without rows is none.
        let batches = isSharded ? microBatches : microBatches.filter { !$0.isEmpty }
        precondition(reducer.shards.map { $0.count == batches.count } ?? true, "a batch a shard")
        parameters.zeroGradients()
        var losses: [Double] = []
        var suspects: [Int] = []
        if batches.isEmpty {
            // A rank without rows takes part with zero gradients.
            reducer.beginStep()
            reportAllSlots()
        }
        for (index, rows) in batches.enumerated() {
            let isLast = index == batches.count - 1
            if isSharded { parameters.beginShard(index) }
            if isLast { reducer.beginStep() }
            var loss = 0.0
            if rows.isEmpty {
                reportAllSlots()
            } else {
                var batch = batch
                batch.rows = rows
                loss = try differentiate(batch, step: step, completesGradients: isLast || isSharded)
            }
            if !loss.isFinite { suspects += rows }
            losses.append(loss)
        }
        return (losses, suspects)
    }

    private func reportAllSlots() {
        for slot in model.parameters.layout.slots.indices { model.parameters.markReady(slot) }
    }

    /// What all ranks come to know in one exchange.
    private struct SharedSums {
        var loss, squares: Double
        var tokens: Int
        var isStopRequested: Bool
    }

    /// Adds up over ranks. `squares` are this rank's share of the squared norm. Of shards each loss travels
    /// by itself, and the squares as exact sums, so that nothing depends on the number of ranks.
    private func reduce(
        _ losses: [Double], tokens: Int, isStopRequested: Bool, squares: Double
    ) throws -> SharedSums {
        var sums = [Double(tokens), isStopRequested ? 1 : 0]
        let fixed = sums.count
        guard let shards = reducer.shards, let count = reducer.shardCount else {
            sums += [losses.reduce(0, +), squares]
            try group.allReduceSum(&sums)
            return SharedSums(
                loss: sums[fixed], squares: sums[fixed + 1], tokens: Int(sums[0]),
                isStopRequested: sums[1] > 0)
        }
        model.parameters.endShards()
        var all = [Double](repeating: 0, count: count)
        all.replaceSubrange(shards, with: losses)
        sums += all + reducer.exactSquares().bins
        try group.allReduceSum(&sums)
        return SharedSums(
            loss: sums[fixed..<fixed + count].reduce(0, +),
            squares: ExactSquares(bins: Array(sums[(fixed + count)...])).value, tokens: Int(sums[0]),
            isStopRequested: sums[1] > 0)
    }

    /// Adds the gradients of a micro-batch; returns the sum of its losses.
    private func differentiate(
        _ batch: MicroBatch, step: Int, completesGradients: Bool
    ) throws -> Double {
        workspace.reset()
        return try task.differentiate(batch) { tokens in
            Pass(
                parameters: model.parameters, workspace: workspace, batch: tokens,
                trainingKey: key.derived(UInt64(step)), completesGradients: completesGradients,
                recomputesActivations: recomputesActivations)
        }
    }
}
