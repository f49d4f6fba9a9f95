// A post-norm transformer encoder block, as in BERT.

internal import Kernels
public import Tensors

/// h = norm(x + dropout(attention(x))); y = norm(h + dropout(feedForward(h))).
public final class EncoderBlock: Layer {
    private let attention: SelfAttention
    private let attentionNorm: LayerNorm
    private let feedForward: FeedForward
    private let outputNorm: LayerNorm

    public init(
        attention: SelfAttention, attentionNorm: LayerNorm, feedForward: FeedForward, outputNorm: LayerNorm
    ) {
        self.attention = attention
        self.attentionNorm = attentionNorm
        self.feedForward = feedForward
        self.outputNorm = outputNorm
    }

    /// Forward for `x [T, C]`. With `selected [S, C]`, the first token of each sequence, everything behind the keys
    /// and values is computed for those rows only and the result is `[S, C]`: the other rows of the last block have
    /// no effect on a model that reads only the first token.
    public func forward(_ x: Tensor, selected: Tensor? = nil, _ pass: Pass) -> Tensor {
        let keys = selected == nil ? pass.tokenKeys : pass.sequenceKeys
        let attended = attention.forward(x, selected: selected, pass)
        let h = attentionNorm.forward(attended, residual: selected ?? x, keys: keys, pass)
        return outputNorm.forward(feedForward.forward(h, pass), residual: h, keys: keys, pass)
    }

    /// Backward for a block that computed all rows: writes the gradient of `x` into `dx`.
    public func backward(gradient dy: Tensor, into dx: Tensor, _ pass: Pass) {
        pass.temporarily {
            let dattended = differentiateOutput(dy, residualGradient: dx, pass)
            attention.backward(gradient: dattended, addingTo: dx, pass)
        }
    }

    /// Backward for a block that computed selected rows: writes their gradient into `selectedGradient [S, C]` and
    /// that of the keys and values into `dx [T, C]`.
    public func backward(
        gradient dy: Tensor, into dx: Tensor, selectedGradient: Tensor, _ pass: Pass
    ) {
        dx.clear()
        pass.temporarily {
            let dattended = differentiateOutput(dy, residualGradient: selectedGradient, pass)
            attention.backward(gradient: dattended, addingTo: dx, selectedGradient: selectedGradient, pass)
        }
    }

    /// From the block's output back to the attention's: writes the gradient of the residual.
    private func differentiateOutput(_ dy: Tensor, residualGradient: Tensor, _ pass: Pass) -> Tensor {
        let dh = pass.activation(rows: dy.rows, columns: dy.columns)
        let dfeed = outputNorm.backward(gradient: dy, residualGradient: dh, pass)
        feedForward.backward(gradient: dfeed, addingTo: dh, pass)
        return attentionNorm.backward(gradient: dh, residualGradient: residualGradient, pass)
    }
}
