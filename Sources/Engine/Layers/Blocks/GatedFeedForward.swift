// The feed-forward layers of a block with a gate, and what a block needs of any kind.

package import Kernels
package import Tensors

/// What a block needs of its feed-forward layers.
package protocol BlockFeedForward: AnyObject {
    /// Forward for `[T, C]`.
    func forward(_ x: Tensor, _ pass: Pass) -> Tensor
    /// Writes the gradient of `x` into `dx`, which must not be `dy`.
    func backward(gradient dy: Tensor, into dx: Tensor, _ pass: Pass)
    /// The layers as operators of a graph.
    func forward(_ x: GraphValue, _ pass: GraphPass) -> GraphValue
}

extension FeedForward: BlockFeedForward {
    package func backward(gradient dy: Tensor, into dx: Tensor, _ pass: Pass) {
        dx.clear()
        backward(gradient: dy, addingTo: dx, pass)
    }
}

/// y = dropout(f(x·Wgᵀ) ⊙ x·Wuᵀ)·Wdᵀ, with or without biases: SwiGLU with f = silu as in Llama, GeGLU as in
/// ModernBERT.
package final class GatedFeedForward: Layer, BlockFeedForward {
    let gateUp: Linear
    let down: Linear
    let gate: GatedLinearUnit
    private let dropoutProbability: Float
    let site: String
    private var saved: (x: Tensor, gateUp: Tensor, product: Tensor, dropout: Dropout)?

    /// Gate and up are one matrix of `2·innerWidth` outputs; the three names are those of the file.
    package init(
        _ layout: inout ParameterLayout, gateName: String, upName: String, downName: String, width: Int,
        innerWidth: Int, activation: Activation = .silu, hasBias: Bool, dropoutProbability: Float = 0,
        standardDeviation: Float
    ) {
        gate = GatedLinearUnit(activation)
        self.dropoutProbability = dropoutProbability
        site = gateName + "_up"
        gateUp = Linear(
            &layout, gateName + "_up", inputs: width, outputs: 2 * innerWidth,
            standardDeviation: standardDeviation, parts: [gateName, upName], hasBias: hasBias)
        down = Linear(
            &layout, downName, inputs: innerWidth, outputs: width, standardDeviation: standardDeviation,
            hasBias: hasBias)
    }

    /// Gate and up are one matrix in the file too, the gate above.
    package init(
        _ layout: inout ParameterLayout, stackedName: String, downName: String, width: Int, innerWidth: Int,
        activation: Activation, hasBias: Bool, dropoutProbability: Float, standardDeviation: Float,
        downStandardDeviation: Float
    ) {
        gate = GatedLinearUnit(activation)
        self.dropoutProbability = dropoutProbability
        site = stackedName
        gateUp = Linear(
            &layout, stackedName, inputs: width, outputs: 2 * innerWidth,
            standardDeviation: standardDeviation, hasBias: hasBias)
        down = Linear(
            &layout, downName, inputs: innerWidth, outputs: width, standardDeviation: downStandardDeviation,
            hasBias: hasBias)
    }

    package func forward(_ x: Tensor, _ pass: Pass) -> Tensor {
        let wide = gateUp.forward(x, pass)
        let product = pass.activation(rows: x.rows, columns: down.inputs)
        gate.forward(wide, into: product)
        let dropout = pass.dropout(site, probability: dropoutProbability)
        if !dropout.isIdentity { dropout.apply(to: product, keys: pass.keys(of: x), into: product) }
        saved = (x, wide, product, dropout)
        return down.forward(product, pass)
    }

    package func backward(gradient dy: Tensor, into dx: Tensor, _ pass: Pass) {
        guard let saved else { preconditionFailure("backward without forward") }
        pass.temporarily {
            let dproduct = pass.activation(rows: dy.rows, columns: down.inputs)
            down.backward(gradient: dy, input: saved.product, pass, into: dproduct)
            down.finishBackward(pass)
            if !saved.dropout.isIdentity {
                saved.dropout.apply(to: dproduct, keys: pass.keys(of: saved.x), into: dproduct)
            }
            gate.backward(saved.gateUp, gradient: dproduct, into: saved.gateUp)
            gateUp.backward(gradient: saved.gateUp, input: saved.x, pass, into: dx)
            gateUp.finishBackward(pass)
        }
    }
}
