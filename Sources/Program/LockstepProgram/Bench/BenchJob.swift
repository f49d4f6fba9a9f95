// Optimiser steps of a benchmark: what a training step does, without data and records.

import Arguments
import DataParallel
import Kernels
import Layers
import Models
import Optimizers
import Tensors
import Training

/// Steps of one model on one batch.
final class BenchJob {
    /// A model and its forward and backward pass.
    struct Work {
        let model: any TrainableModel
        /// Tokens of a step that count, this rank's.
        let tokenCount: Int
        /// Adds the gradients of step number `step`.
        let differentiate: (_ step: Int) -> Void
    }

    private static let learningRate = 2e-5

    private let work: Work
    private let group: any ProcessGroup
    private let reducer: GradientReducer
    private let optimizer: any Optimizer
    var tokenCount: Int { work.tokenCount }
    var parameterCount: Int { work.model.parameters.layout.parameterCount }
    var trainedParameterCount: Int { work.model.parameters.trainable.layout.parameterCount }
    var exposedCommunicationSeconds: Double { reducer.counters.exposedSeconds }

    /// Initialises the parameters and adds the adapters of `adaptation`. Collective.
    init(
        _ work: Work, type: BenchType, adaptation: AdaptationArguments, group: any ProcessGroup,
        reduction: ReductionOptions
    ) throws {
        self.work = work
        self.group = group
        let key = RandomKey(seed: 0)
        work.model.parameters.initialize(key: key)
        // A bench of bfloat16 runs in it whatever the processor: a slow one shall be seen.
        _ = try Replica.adapt(
            work.model, adaptation, learningRate: Self.learningRate, adapterSeed: 0, bf16: type == .bf16,
            group: group, isSupported: true)
        let replica = try Replica(work.model, AdamW.Options(), reduction: reduction, group: group)
        (reducer, optimizer) = (replica.reducer, replica.optimizer)
    }

    /// Forward, backward, reduction, clipping and update. Collective.
    func step(_ index: Int) throws {
        let squares = try ThreadPool.run(isReproducible: reducer.shards != nil) {
            try reducer.shards.map { try squaresOfShards($0, index) } ?? squaresOfRows(index)
        }
        let scale = GradientClipping.scale(norm: squares.squareRoot(), maximumNorm: 1)
        optimizer.step(learningRate: Float(Self.learningRate), gradientScale: scale)
        reducer.gatherValues()
    }

    /// The squared norm of the sum of all ranks' gradients.
    private func squaresOfRows(_ index: Int) throws -> Double {
        work.model.parameters.zeroGradients()
        reducer.beginStep()
        work.differentiate(index)
        var sums = [try reducer.finish()]
        try group.allReduceSum(&sums)
        return sums[0]
    }

    /// The same where each of this rank's shards is the work by itself.
    private func squaresOfShards(_ shards: Range<Int>, _ index: Int) throws -> Double {
        let parameters = work.model.parameters
        for shard in 0..<shards.count {
            parameters.beginShard(shard)
            if shard == shards.count - 1 { reducer.beginStep() }
            work.differentiate(index)
        }
        try reducer.finish()
        parameters.endShards()
        var bins = reducer.exactSquares().bins
        try group.allReduceSum(&bins)
        return ExactSquares(bins: bins).value
    }
}
