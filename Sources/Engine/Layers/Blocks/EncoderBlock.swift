// A post-norm transformer encoder block, as in BERT.

internal import Kernels
package import Tensors

/// h = norm(x + dropout(attention(x))); y = norm(h + dropout(feedForward(h))).
package final class EncoderBlock: Layer {
    let attention: SelfAttention
    let attentionNorm: LayerNorm
    let feedForward: FeedForward
    let outputNorm: LayerNorm
    private var rows: SelectedRows?

    package init(
        attention: SelfAttention, attentionNorm: LayerNorm, feedForward: FeedForward, outputNorm: LayerNorm
    ) {
        self.attention = attention
        self.attentionNorm = attentionNorm
        self.feedForward = feedForward
        self.outputNorm = outputNorm
    }

    /// Forward for `x [T, C]`. With `rows`, some of the tokens, everything behind the keys and values is
    /// computed for those alone and the result is `[N, C]`: other rows of the last block have no effect on a
    /// model that does not read them.
    package func forward(_ x: Tensor, rows: SelectedRows? = nil, _ pass: Pass) -> Tensor {
        self.rows = rows
        let keys = rows?.keys ?? pass.tokenKeys
        let queries = rows.map { rows in
            let selected = pass.activation(rows: rows.count, columns: x.columns)
            EmbeddingTable.gather(x, ids: rows.ids, into: selected)
            return selected
        }
        let attended = attention.forward(
            x, selected: rows.flatMap { rows in queries.map { (rows, $0) } }, pass)
        let h = attentionNorm.forward(attended, residual: queries ?? x, keys: keys, pass)
        return outputNorm.forward(feedForward.forward(h, pass), residual: h, keys: keys, pass)
    }

    /// Backward: writes the gradient of `x` into `dx [T, C]` from that of the result.
    package func backward(gradient dy: Tensor, into dx: Tensor, _ pass: Pass) {
        pass.temporarily {
            guard let rows else {
                let dattended = differentiateOutput(dy, residualGradient: dx, pass)
                return attention.backward(gradient: dattended, addingTo: dx, pass)
            }
            dx.clear()
            let dqueries = pass.activation(rows: rows.count, columns: dx.columns)
            let dattended = differentiateOutput(dy, residualGradient: dqueries, pass)
            attention.backward(gradient: dattended, addingTo: dx, selectedGradient: dqueries, pass)
            EmbeddingTable.scatterAdd(dqueries, ids: rows.ids, to: dx)
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
