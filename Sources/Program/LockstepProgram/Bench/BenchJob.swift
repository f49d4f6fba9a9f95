// Optimiser steps of a benchmark: what a training step does, without data and records.

import Arguments
import DataParallel
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
        work.model.parameters.zeroGradients()
        reducer.beginStep()
        work.differentiate(index)
        var sums = [try reducer.finish()]
        try group.allReduceSum(&sums)
        let scale = GradientClipping.scale(norm: sums[0].squareRoot(), maximumNorm: 1)
        optimizer.step(learningRate: Float(Self.learningRate), gradientScale: scale)
        reducer.gatherValues()
    }
}
