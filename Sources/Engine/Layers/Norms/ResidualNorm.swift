// The norm of a pre-norm transformer with what stands before it: a branch joins the residual stream.

internal import Kernels
package import Tensors

/// stream = dropout(branch) + residual; y = norm(stream).
///
/// In x + f(norm(x)) the addition and the next norm are one pass over memory: a block returns its last branch
/// unadded, and the next block's norm adds it.
package final class ResidualNorm: Layer {
    /// Which norm.
    package enum Kind: Sendable {
        /// Layer norm with weight and, mostly, bias (Ba et al. 2016).
        case layer
        /// RMS norm with a weight (Zhang and Sennrich 2019).
        case rms
    }

    package let width: Int
    package let kind: Kind
    let epsilon: Float
    private let dropoutProbability: Float
    let site: String
    let weight: Int
    let bias: Int?
    private var saved: Saved?

    private struct Saved {
        let stream: Tensor
        let mean: Tensor?
        let rstd: Tensor
        let dropout: Dropout
        let keys: RowRandomKeys
    }

    /// `dropoutProbability` is that of the branch; `hasBias` is for layer norms.
    package init(
        _ layout: inout ParameterLayout, _ name: String, width: Int, kind: Kind, epsilon: Float,
        dropoutProbability: Float = 0, hasBias: Bool = true
    ) {
        self.width = width
        self.kind = kind
        self.epsilon = epsilon
        self.dropoutProbability = dropoutProbability
        site = name
        weight = layout.add(
            name + ".weight", rows: 1, columns: width, hasWeightDecay: false, initialization: .ones,
            tensors: [CheckpointTensor(name: name + ".weight", shape: [width])])
        bias =
            kind == .rms || !hasBias
            ? nil
            : layout.add(
                name + ".bias", rows: 1, columns: width, hasWeightDecay: false, initialization: .zeros,
                tensors: [CheckpointTensor(name: name + ".bias", shape: [width])])
    }

    /// Forward for `[T, C]`. `branch` is overwritten by the stream, which the caller passes on as the next
    /// residual and which is kept for the backward pass. Without a residual the stream is the branch.
    /// `rows` says which tokens they are, if not all.
    package func forward(
        _ branch: Tensor, residual: Tensor?, rows: SelectedRows? = nil, _ pass: Pass
    ) -> Tensor {
        let keys = rows?.keys ?? pass.tokenKeys
        let y = pass.activation(rows: branch.rows, columns: width)
        let rstd = pass.workspace.tensor(rows: 1, columns: branch.rows)
        let dropout = pass.dropout(site, probability: dropoutProbability)
        let gamma = pass.parameters.value(weight)
        switch kind {
        case .layer:
            let mean = pass.workspace.tensor(rows: 1, columns: branch.rows)
            LayerNormKernel.forward(
                branch, residual: residual, gamma: gamma, beta: bias.map { pass.parameters.value($0) },
                epsilon: epsilon, dropout: dropout, keys: keys, sum: branch, into: y, mean: mean,
                rstd: rstd)
            saved = Saved(stream: branch, mean: mean, rstd: rstd, dropout: dropout, keys: keys)
        case .rms:
            RMSNormKernel.forward(
                branch, residual: residual, gamma: gamma, epsilon: epsilon, dropout: dropout,
                keys: keys, sum: branch, into: y, rstd: rstd)
            saved = Saved(stream: branch, mean: nil, rstd: rstd, dropout: dropout, keys: keys)
        }
        return y
    }

    /// Backward. `streamGradient` becomes the gradient of the stream, hence of the residual: what comes
    /// through the norm from `dy`, added to what is there when `accumulating`. The gradient of the branch is
    /// written into `branchGradient` and returned; without dropout it is `streamGradient` itself.
    package func backward(
        gradient dy: Tensor, streamGradient: Tensor, accumulating: Bool, branchGradient: Tensor, _ pass: Pass
    ) -> Tensor {
        guard let saved else { preconditionFailure("backward without forward") }
        let dx = saved.dropout.isIdentity ? nil : branchGradient
        let gamma = pass.parameters.value(weight)
        let dgamma = pass.parameters.gradient(weight)
        pass.temporarily {
            let partials = pass.workspace.tensor(rows: ThreadPool.partialSumCount, columns: 2 * width)
            if let mean = saved.mean {
                LayerNormKernel.backward(
                    gradient: dy, sum: saved.stream, gamma: gamma, mean: mean, rstd: saved.rstd,
                    dropout: saved.dropout, keys: saved.keys, dsum: streamGradient,
                    accumulating: accumulating, dx: dx, dgamma: dgamma,
                    dbeta: bias.map { pass.parameters.gradient($0) }, partials: partials)
            } else {
                RMSNormKernel.backward(
                    gradient: dy, sum: saved.stream, gamma: gamma, rstd: saved.rstd, dropout: saved.dropout,
                    keys: saved.keys, dsum: streamGradient, accumulating: accumulating, dx: dx,
                    dgamma: dgamma, partials: partials)
            }
        }
        if let bias { pass.markReady(bias) }
        pass.markReady(weight)
        return dx ?? streamGradient
    }
}
