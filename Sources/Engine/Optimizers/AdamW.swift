// AdamW over the arenas (Loshchilov and Hutter 2019), equal to torch.optim.AdamW.

internal import Kernels
package import Layers
package import Tensors

/// AdamW with decoupled weight decay; biases and norm weights are not decayed, as in Hugging Face's Trainer.
package final class AdamW: Optimizer {
    package struct Options: Sendable, Equatable {
        package var beta1: Float
        package var beta2: Float
        package var epsilon: Float
        package var weightDecay: Float

        package init(beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8, weightDecay: Float = 0)
        {
            self.beta1 = beta1
            self.beta2 = beta2
            self.epsilon = epsilon
            self.weightDecay = weightDecay
        }
    }

    package private(set) var stepCount = 0
    let parameters: ParameterStore
    let options: Options
    let firstMoments: Tensor
    let secondMoments: Tensor
    private let ranges: [ParameterGroup]
    let sparseTables: [SparseTable]

    /// Allocates two moment arenas. With `shard`, ascending ranges of the arena, it keeps moments for these
    /// alone and updates them alone.
    package init(_ parameters: ParameterStore, options: Options, shard: [Range<Int>]? = nil) {
        self.parameters = parameters
        self.options = options
        let count = shard.map { $0.reduce(0) { $0 + $1.count } } ?? parameters.layout.elementCount
        firstMoments = Tensor(rows: 1, columns: count)
        secondMoments = Tensor(rows: 1, columns: count)
        for rows in parameters.sparseEmbeddings { rows.updateSparsely() }
        let sparse = parameters.sparseEmbeddings.filter(\.isSparse)
        let all = ParameterGroup.ranges(
            of: parameters.layout, shard: shard, tables: Set(sparse.map(\.slot)))
        ranges = all.filter { $0.table == nil }
        sparseTables = sparse.map { rows in
            SparseTable(rows: rows, parts: all.filter { $0.table == rows.slot })
        }
        // Rows that are never looked up take no memory.
        for part in sparseTables.flatMap(\.parts) {
            for moments in [firstMoments, secondMoments] {
                moments.elements(part.stateRange).useSmallPages()
            }
        }
    }

    package var stateArenas: [(name: String, arena: Tensor)] {
        [("exp_avg", firstMoments), ("exp_avg_sq", secondMoments)]
    }

    package func step(learningRate: Float, gradientScale: Float) {
        stepCount += 1
        let values = parameters.valuesForUpdate
        for part in ranges {
            update(of: part, learningRate, gradientScale).apply(
                values: values.elements(part.range),
                gradients: parameters.gradients.elements(part.range),
                firstMoments: firstMoments.elements(part.stateRange),
                secondMoments: secondMoments.elements(part.stateRange),
                copy: parameters.roundedValues?.elements(part.range))
        }
        for table in sparseTables { step(table, of: values, learningRate, gradientScale) }
    }

    func update(of part: ParameterGroup, _ learningRate: Float, _ gradientScale: Float) -> AdamWUpdate {
        AdamWUpdate(
            learningRate: learningRate * part.learningRateFactor, beta1: options.beta1,
            beta2: options.beta2, epsilon: options.epsilon,
            weightDecay: part.hasWeightDecay ? options.weightDecay : 0, step: stepCount,
            gradientScale: gradientScale)
    }

    package func restore(stepCount: Int) {
        self.stepCount = stepCount
        restoreSparseTables()
    }
}
