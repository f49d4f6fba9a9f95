// One rank's model made ready to train: the one place that knows in which order.

package import Arguments
package import DataParallel
internal import Layers
package import Models
package import Optimizers
internal import Tensors

/// A model with the reducer of its gradients and its optimizer.
///
/// The order matters: adapters and frozen parameters change the layout of the arenas (1), bfloat16 rounds the
/// values of that layout (2), the reducer cuts its buckets of the trainable part (3), the optimizer keeps
/// moments for the reducer's shard (4), and only then may layers tell the reducer that gradients are ready
/// (5). `adapt` does 1 and 2, before rows are read, so that a wrong pattern is told at once; `init` does the
/// rest.
package final class Replica {
    package let model: any TrainableModel
    package let reducer: GradientReducer
    package let optimizer: any Optimizer

    /// Adds adapters, freezes, sets learning rates, and chooses the number format. Returns a line for the log
    /// when bfloat16 was wanted and fp32 is used. Collective.
    ///
    /// - Parameters:
    ///   - newParameters: parameters that no checkpoint brought, besides the head: they are always trained.
    ///   - isSupported: whether this processor multiplies bfloat16; nil asks it.
    package static func adapt(
        _ model: any TrainableModel, _ arguments: AdaptationArguments, learningRate: Double,
        newParameters: Set<String> = [], adapterSeed: UInt64, bf16: Bool, group: any ProcessGroup,
        isSupported: Bool? = nil
    ) throws -> String? {
        precondition(model.parameters.onGradientReady == nil, "a replica is adapted before it is connected")
        try TrainableParameters.apply(
            arguments, learningRate: learningRate, to: model, newParameters: newParameters,
            adapterKey: RandomKey(seed: adapterSeed).derived("adapters"))
        return try ComputePrecision.apply(
            bf16: bf16, to: model.parameters, group: group, isSupported: isSupported)
    }

    /// Connects an adapted model with the other ranks' replicas. Collective.
    package init(
        _ model: any TrainableModel, _ options: AdamW.Options, reduction: ReductionOptions,
        group: any ProcessGroup
    ) throws {
        self.model = model
        let trainable = model.parameters.trainable
        let reducer = try GradientReducer(parameters: trainable, group: group, options: reduction)
        self.reducer = reducer
        optimizer = AdamW(trainable, options: options, shard: reducer.shard)
        model.parameters.onGradientReady = { reducer.markReady(slot: $0) }
    }
}
