// The layers before the output layer of masked language models.

package import Kernels
package import Tensors

/// y = norm(f(x·Wᵀ + b)).
package final class LMHeadTransform: Layer {
    let dense: Linear
    let activation: Activation
    let norm: LayerNorm
    private var saved: (x: Tensor, slope: Tensor)?

    package init(
        _ layout: inout ParameterLayout, denseName: String, normName: String, width: Int,
        activation: Activation, epsilon: Float, standardDeviation: Float, hasDenseBias: Bool = true,
        hasNormBias: Bool = true
    ) {
        self.activation = activation
        dense = Linear(
            &layout, denseName, inputs: width, outputs: width, standardDeviation: standardDeviation,
            hasBias: hasDenseBias)
        norm = LayerNorm(&layout, normName, width: width, epsilon: epsilon, hasBias: hasNormBias)
    }

    /// Forward for rows `x [N, C]`; `keys` are their random keys.
    package func forward(_ x: Tensor, keys: RowRandomKeys, _ pass: Pass) -> Tensor {
        let slope = dense.forward(x, pass)
        let activated = pass.activation(rows: x.rows, columns: x.columns)
        activation.forward(replacingBySlope: slope, into: activated)
        saved = (x, slope)
        return norm.forward(activated, keys: keys, pass)
    }

    /// Writes the gradient of `x` into `dx`; `dy` is overwritten.
    package func backward(gradient dy: Tensor, into dx: Tensor, _ pass: Pass) {
        guard let saved else { preconditionFailure("backward without forward") }
        let dactivated = norm.backward(gradient: dy, residualGradient: dy, pass)
        Elementwise.multiply(dactivated, by: saved.slope)
        dense.backward(gradient: dactivated, input: saved.x, pass, into: dx)
        dense.finishBackward(pass)
    }
}
