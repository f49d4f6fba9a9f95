// The feed-forward layers of a block: SwiGLU, and what a block needs of any kind.

internal import Kernels
public import Tensors

/// What a block needs of its feed-forward layers.
public protocol BlockFeedForward: AnyObject {
    /// Forward for `[T, C]`.
    func forward(_ x: Tensor, _ pass: Pass) -> Tensor
    /// Writes the gradient of `x` into `dx`, which must not be `dy`.
    func backward(gradient dy: Tensor, into dx: Tensor, _ pass: Pass)
}

extension FeedForward: BlockFeedForward {
    public func backward(gradient dy: Tensor, into dx: Tensor, _ pass: Pass) {
        dx.clear()
        backward(gradient: dy, addingTo: dx, pass)
    }
}

/// y = (silu(x·Wgᵀ) ⊙ x·Wuᵀ)·Wdᵀ, with or without biases, as in Llama.
public final class GatedFeedForward: Layer, BlockFeedForward {
    private let gateUp: Linear
    private let down: Linear
    private var saved: (x: Tensor, gateUp: Tensor, product: Tensor)?

    /// Gate and up are one matrix of `2·innerWidth` outputs; the three names are those of the file.
    public init(
        _ layout: inout ParameterLayout, gateName: String, upName: String, downName: String, width: Int,
        innerWidth: Int, hasBias: Bool, standardDeviation: Float
    ) {
        gateUp = Linear(
            &layout, gateName + "_up", inputs: width, outputs: 2 * innerWidth,
            standardDeviation: standardDeviation, parts: [gateName, upName], hasBias: hasBias)
        down = Linear(
            &layout, downName, inputs: innerWidth, outputs: width, standardDeviation: standardDeviation,
            hasBias: hasBias)
    }

    public func forward(_ x: Tensor, _ pass: Pass) -> Tensor {
        let wide = gateUp.forward(x, pass)
        let product = pass.activation(rows: x.rows, columns: down.inputs)
        SwiGLU.forward(wide, into: product)
        saved = (x, wide, product)
        return down.forward(product, pass)
    }

    public func backward(gradient dy: Tensor, into dx: Tensor, _ pass: Pass) {
        guard let saved else { preconditionFailure("backward without forward") }
        pass.temporarily {
            let dproduct = pass.activation(rows: dy.rows, columns: down.inputs)
            down.backward(gradient: dy, input: saved.product, pass, into: dproduct)
            down.finishBackward(pass)
            SwiGLU.backward(saved.gateUp, gradient: dproduct, into: saved.gateUp)
            gateUp.backward(gradient: saved.gateUp, input: saved.x, pass, into: dx)
            gateUp.finishBackward(pass)
        }
    }
}
