// The two dense layers of a transformer block with the activation between them.

package import Kernels
package import Tensors

/// y = f(x·W₁ᵀ + b₁)·W₂ᵀ + b₂.
package final class FeedForward: Layer {
    let inner: Linear
    let outer: Linear
    let activation: Activation
    private var saved: (x: Tensor, slope: Tensor, activated: Tensor)?

    /// Files hold the weights transposed when `isTransposed`, as GPT-2's do.
    package init(
        _ layout: inout ParameterLayout, innerName: String, outerName: String, width: Int, innerWidth: Int,
        activation: Activation, standardDeviation: Float, outerStandardDeviation: Float? = nil,
        isTransposed: Bool = false
    ) {
        self.activation = activation
        inner = Linear(
            &layout, innerName, inputs: width, outputs: innerWidth, standardDeviation: standardDeviation,
            isTransposed: isTransposed)
        outer = Linear(
            &layout, outerName, inputs: innerWidth, outputs: width,
            standardDeviation: outerStandardDeviation ?? standardDeviation, isTransposed: isTransposed)
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
        saved = (x, preactivation, activated)
        return outer.forward(activated, pass)
    }

    /// Adds the gradient of `x` to `dx`. `dy` is read before anything is added, so it may be `dx`.
    package func backward(gradient dy: Tensor, addingTo dx: Tensor, _ pass: Pass) {
        guard let saved else { preconditionFailure("backward without forward") }
        pass.temporarily {
            let dinner = pass.activation(rows: dy.rows, columns: inner.outputs)
            outer.backward(gradient: dy, input: saved.activated, pass, into: dinner, slope: saved.slope)
            outer.finishBackward(pass)
            inner.backward(gradient: dinner, input: saved.x, pass, into: dx, accumulating: true)
            inner.finishBackward(pass)
        }
    }
}
