// Stochastic gradient descent with momentum, equal to torch.optim.SGD.

internal import Kernels
package import Layers
package import Tensors

/// SGD with momentum and weight decay on weights, not on biases and norm weights.
package final class SGD: Optimizer {
    package private(set) var stepCount = 0
    private let parameters: ParameterStore
    private let momentum: Float
    private let weightDecay: Float
    private let buffer: Tensor
    private let ranges: [ParameterGroup]

    /// Allocates one momentum arena.
    package init(_ parameters: ParameterStore, momentum: Float = 0, weightDecay: Float = 0) {
        self.parameters = parameters
        self.momentum = momentum
        self.weightDecay = weightDecay
        buffer = Tensor(rows: 1, columns: parameters.layout.elementCount)
        ranges = ParameterGroup.ranges(of: parameters.layout)
        // Decay goes through the momentum of every row.
        for rows in parameters.sparseEmbeddings { rows.updateDensely() }
    }

    package var stateArenas: [(name: String, arena: Tensor)] { [("momentum_buffer", buffer)] }

    package func step(learningRate: Float, gradientScale: Float) {
        stepCount += 1
        for part in ranges {
            let update = SGDUpdate(
                learningRate: learningRate * part.learningRateFactor, momentum: momentum,
                weightDecay: part.hasWeightDecay ? weightDecay : 0, gradientScale: gradientScale,
                isFirst: stepCount == 1)
            update.apply(
                values: parameters.values.elements(part.range),
                gradients: parameters.gradients.elements(part.range),
                momentumBuffer: buffer.elements(part.range))
        }
        parameters.refreshRoundedValues()
    }

    package func restore(stepCount: Int) { self.stepCount = stepCount }
}
