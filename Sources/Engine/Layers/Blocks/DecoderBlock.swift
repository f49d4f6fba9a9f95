// A post-norm decoder block, as BERT's when it decodes: causal self-attention, cross-attention, feed-forward.

internal import Kernels
package import Tensors

/// h = norm(x + dropout(attention(x))); [h = norm(h + dropout(crossAttention(h)));]
/// y = norm(h + dropout(feedForward(h))).
package final class DecoderBlock: Layer {
    let attention: GroupedQueryAttention
    let attentionNorm: LayerNorm
    let cross: (attention: CrossAttention, norm: LayerNorm)?
    let feedForward: FeedForward
    let outputNorm: LayerNorm

    package init(
        attention: GroupedQueryAttention, attentionNorm: LayerNorm,
        cross: (attention: CrossAttention, norm: LayerNorm)?, feedForward: FeedForward, outputNorm: LayerNorm
    ) {
        self.attention = attention
        self.attentionNorm = attentionNorm
        self.cross = cross
        self.feedForward = feedForward
        self.outputNorm = outputNorm
    }

    /// Forward for `x [T, C]`. `source` must be there exactly when the block has cross-attention.
    package func forward(_ x: Tensor, source: CrossAttentionSource? = nil, _ pass: Pass) -> Tensor {
        precondition((source != nil) == (cross != nil), "cross-attention needs a source")
        let keys = pass.tokenKeys
        var h = attentionNorm.forward(attention.forward(x, pass), residual: x, keys: keys, pass)
        if let cross, let source {
            h = cross.norm.forward(cross.attention.forward(h, source, pass), residual: h, keys: keys, pass)
        }
        return outputNorm.forward(feedForward.forward(h, pass), residual: h, keys: keys, pass)
    }

    /// Writes the gradient of `x` into `dx` and adds that of the source's states to `sourceGradient`.
    package func backward(
        gradient dy: Tensor, into dx: Tensor, sourceGradient: Tensor? = nil, _ pass: Pass
    ) {
        pass.temporarily {
            var dh = pass.activation(rows: dy.rows, columns: dy.columns)
            let dfeed = outputNorm.backward(gradient: dy, residualGradient: dh, pass)
            feedForward.backward(gradient: dfeed, addingTo: dh, pass)
            if let cross {
                guard let sourceGradient else { preconditionFailure("the source needs a gradient") }
                let before = pass.activation(rows: dy.rows, columns: dy.columns)
                let dcross = cross.norm.backward(gradient: dh, residualGradient: before, pass)
                cross.attention.backward(
                    gradient: dcross, into: before, accumulating: true, sourceGradient: sourceGradient, pass)
                dh = before
            }
            let dattended = attentionNorm.backward(gradient: dh, residualGradient: dx, pass)
            attention.backward(gradient: dattended, into: dx, accumulating: true, pass)
        }
    }
}
