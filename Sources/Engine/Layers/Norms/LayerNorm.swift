// Layer norm, with the dropout and residual addition that stand before it in post-norm transformers.

package import Kernels
package import Tensors

/// y = norm(dropout(x) + residual)·weight + bias, with or without bias.
package final class LayerNorm: Layer {
    package let width: Int
    package let epsilon: Float
    private let dropoutProbability: Float
    let site: String
    let weight: Int
    let bias: Int?
    private var saved: (sum: Tensor, mean: Tensor, rstd: Tensor, dropout: Dropout, keys: RowRandomKeys)?

    package init(
        _ layout: inout ParameterLayout, _ name: String, width: Int, epsilon: Float,
        dropoutProbability: Float = 0, hasBias: Bool = true
    ) {
        self.width = width
        self.epsilon = epsilon
        self.dropoutProbability = dropoutProbability
        site = name
        weight = layout.add(
            name + ".weight", rows: 1, columns: width, hasWeightDecay: false, initialization: .ones,
            tensors: [CheckpointTensor(name: name + ".weight", shape: [width])])
        guard hasBias else {
            bias = nil
            return
        }
        bias = layout.add(
            name + ".bias", rows: 1, columns: width, hasWeightDecay: false, initialization: .zeros,
            tensors: [CheckpointTensor(name: name + ".bias", shape: [width])])
    }

    /// Forward for `[T, C]`. `x` is overwritten by `dropout(x) + residual` and kept for the backward pass;
    /// `keys` are the random keys of its rows.
    package func forward(_ x: Tensor, residual: Tensor? = nil, keys: RowRandomKeys, _ pass: Pass) -> Tensor {
        let y = pass.activation(rows: x.rows, columns: x.columns)
        let mean = pass.workspace.tensor(rows: 1, columns: x.rows)
        let rstd = pass.workspace.tensor(rows: 1, columns: x.rows)
        let dropout = pass.dropout(site, probability: dropoutProbability)
        LayerNormKernel.forward(
            x, residual: residual, gamma: pass.parameters.value(weight),
            beta: bias.map { pass.parameters.value($0) }, epsilon: epsilon, dropout: dropout, keys: keys,
            sum: x, into: y, mean: mean, rstd: rstd)
        saved = (x, mean, rstd, dropout, keys)
        return y
    }

    /// Writes the residual's gradient into `residualGradient`, which may be `dy`, and returns the gradient of
    /// `x`: the same tensor when there was no dropout.
    package func backward(gradient dy: Tensor, residualGradient: Tensor, _ pass: Pass) -> Tensor {
        guard let saved else { preconditionFailure("backward without forward") }
        let dx =
            saved.dropout.isIdentity ? nil : pass.activation(rows: dy.rows, columns: dy.columns)
        pass.temporarily {
            let partials = pass.workspace.tensor(rows: ThreadPool.partialSumCount, columns: 2 * width)
            LayerNormKernel.backward(
                gradient: dy, sum: saved.sum, gamma: pass.parameters.value(weight), mean: saved.mean,
                rstd: saved.rstd, dropout: saved.dropout, keys: saved.keys, dsum: residualGradient, dx: dx,
                dgamma: pass.parameters.gradient(weight), dbeta: bias.map { pass.parameters.gradient($0) },
                partials: partials)
        }
        if let bias { pass.markReady(bias) }
        pass.markReady(weight)
        return dx ?? residualGradient
    }
}
