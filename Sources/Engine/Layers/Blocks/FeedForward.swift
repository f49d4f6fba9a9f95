// The two dense layers of a transformer block with the activation between them.

package import Kernels
package import Tensors

/// y = dropout(f(x·W₁ᵀ + b₁))·W₂ᵀ + b₂, with or without biases.
package final class FeedForward: Layer {
    let inner: Linear
    let outer: Linear
    let activation: Activation
    private let dropoutProbability: Float
    let site: String
    private var saved: (x: Tensor, slope: Tensor, activated: Tensor, dropout: Dropout)?

    /// Files hold the weights transposed when `isTransposed`, as GPT-2's do.
    package init(
        _ layout: inout ParameterLayout, innerName: String, outerName: String, width: Int, innerWidth: Int,
        activation: Activation, standardDeviation: Float, outerStandardDeviation: Float? = nil,
        isTransposed: Bool = false, hasBias: Bool = true, dropoutProbability: Float = 0
    ) {
        self.activation = activation
        self.dropoutProbability = dropoutProbability
        site = innerName
        inner = Linear(
            &layout, innerName, inputs: width, outputs: innerWidth, standardDeviation: standardDeviation,
            hasBias: hasBias, isTransposed: isTransposed)
        outer = Linear(
            &layout, outerName, inputs: innerWidth, outputs: width,
            standardDeviation: outerStandardDeviation ?? standardDeviation, hasBias: hasBias,
            isTransposed: isTransposed)
    }

    /// Forward for `[T, C]`.
    package func forward(_ x: Tensor, _ pass: Pass) -> Tensor {
        let preactivation = inner.forward(x, pass)
        guard pass.isTraining else {
            activation.forward(preactivation, into: preactivation)
            return outer.forward(preactivation, pass)
        }
        let activated = pass.activation(rows: x.rows, columns: inner.outputs)
        activation.forward(replacingBySlope: preactivation, into: activated)
        let dropout = pass.dropout(site, probability: dropoutProbability)
        if !dropout.isIdentity { dropout.apply(to: activated, keys: pass.keys(of: x), into: activated) }
        saved = (x, preactivation, activated, dropout)
        return outer.forward(activated, pass)
    }

    /// Adds the gradient of `x` to `dx`. `dy` is read before anything is added, so it may be `dx`.
    package func backward(gradient dy: Tensor, addingTo dx: Tensor, _ pass: Pass) {
        guard let saved else { preconditionFailure("backward without forward") }
        pass.temporarily {
            let dinner = pass.activation(rows: dy.rows, columns: inner.outputs)
            outer.backward(gradient: dy, input: saved.activated, pass, into: dinner, slope: saved.slope)
            outer.finishBackward(pass)
            if !saved.dropout.isIdentity {
                saved.dropout.apply(to: dinner, keys: pass.keys(of: saved.x), into: dinner)
            }
            inner.backward(gradient: dinner, input: saved.x, pass, into: dx, accumulating: true)
            inner.finishBackward(pass)
        }
    }
}
