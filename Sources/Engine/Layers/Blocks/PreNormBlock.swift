// A pre-norm transformer block, as in GPT-2, Llama and ModernBERT, with optional cross-attention.

internal import Kernels
package import Tensors

/// s += attention(norm(s)); [s += crossAttention(norm(s));] s += feedForward(norm(s)), s being the residual
/// stream.
///
/// The addition of a branch belongs to the next norm: a block takes the branch that is not yet added and
/// returns its own last one. The first block of a stack whose embeddings are normed may lack the norm of its
/// attention.
package final class PreNormBlock: Layer {
    let attentionNorm: ResidualNorm?
    package let attention: GroupedQueryAttention
    let cross: (norm: ResidualNorm, attention: CrossAttention)?
    let feedForwardNorm: ResidualNorm
    let feedForward: any BlockFeedForward
    private var rows: SelectedRows?

    package init(
        attentionNorm: ResidualNorm?, attention: GroupedQueryAttention,
        cross: (norm: ResidualNorm, attention: CrossAttention)? = nil, feedForwardNorm: ResidualNorm,
        feedForward: any BlockFeedForward
    ) {
        self.attentionNorm = attentionNorm
        self.attention = attention
        self.cross = cross
        self.feedForwardNorm = feedForwardNorm
        self.feedForward = feedForward
    }

    /// Forward for `branch [T, C]`, which is added to `stream` (nil for the first block: then it is the
    /// stream). `branch` is overwritten. `source` must be there exactly when the block has cross-attention.
    /// With `rows`, some of the tokens, everything behind the keys and values is computed for those alone,
    /// and the results are `[N, C]`.
    package func forward(
        _ branch: Tensor, stream: Tensor?, source: CrossAttentionSource? = nil, rows: SelectedRows? = nil,
        _ pass: Pass
    ) -> (branch: Tensor, stream: Tensor) {
        precondition(rows == nil || cross == nil, "a block with cross-attention computes all rows")
        self.rows = rows
        precondition((source != nil) == (cross != nil), "cross-attention needs a source")
        var stream = stream
        precondition(attentionNorm != nil || stream == nil, "only a first block has no norm of its attention")
        let normed = attentionNorm?.forward(branch, residual: stream, pass) ?? branch
        stream =
            rows.map { rows in
                let selected = pass.activation(rows: rows.count, columns: branch.columns)
                EmbeddingTable.gather(branch, ids: rows.ids, into: selected)
                return selected
            } ?? branch
        var branch = attention.forward(normed, rows: rows, pass)
        if let cross, let source {
            let normed = cross.norm.forward(branch, residual: stream, pass)
            stream = branch
            branch = cross.attention.forward(normed, source, pass)
        }
        let last = feedForwardNorm.forward(branch, residual: stream, rows: rows, pass)
        return (feedForward.forward(last, pass), branch)
    }

    /// Backward from the gradients of the returned branch and stream. `streamGradient` becomes the gradient
    /// of the incoming stream; the gradient of the incoming branch is returned: `streamGradient` itself or,
    /// with dropout, `spare`, both `[T, C]`. `dbranch` may be one of them.
    package func backward(
        gradient dbranch: Tensor, streamGradient: Tensor, spare: Tensor, sourceGradient: Tensor? = nil,
        _ pass: Pass
    ) -> Tensor {
        pass.temporarily {
            let dnormed = pass.activation(rows: dbranch.rows, columns: dbranch.columns)
            func join(_ norm: ResidualNorm) -> Tensor {
                norm.backward(
                    gradient: dnormed, streamGradient: streamGradient, accumulating: true,
                    branchGradient: spare, pass)
            }
            feedForward.backward(gradient: dbranch, into: dnormed, pass)
            var dbranch = join(feedForwardNorm)
            if let cross {
                guard let sourceGradient else { preconditionFailure("the source needs a gradient") }
                cross.attention.backward(
                    gradient: dbranch, into: dnormed, sourceGradient: sourceGradient, pass)
                dbranch = join(cross.norm)
            }
            guard let attentionNorm else {
                attention.backward(gradient: dbranch, into: streamGradient, accumulating: true, pass)
                return streamGradient
            }
            attention.backward(gradient: dbranch, into: dnormed, pass)
            return join(attentionNorm)
        }
    }

    /// Backward of a block that computed some rows, from the gradients of the returned branch and stream,
    /// both `[N, C]`, which are overwritten: `streamGradient` and `spare` are `[T, C]`, and one of them is
    /// returned, as above.
    package func backward(
        gradient dbranch: Tensor, selectedStreamGradient: Tensor, streamGradient: Tensor, spare: Tensor,
        _ pass: Pass
    ) -> Tensor {
        guard let rows else { preconditionFailure("the block computed all rows") }
        return pass.temporarily {
            let dlast = pass.activation(rows: dbranch.rows, columns: dbranch.columns)
            let selectedSpare = pass.activation(rows: dbranch.rows, columns: dbranch.columns)
            feedForward.backward(gradient: dbranch, into: dlast, pass)
            let dattended = feedForwardNorm.backward(
                gradient: dlast, streamGradient: selectedStreamGradient, accumulating: true,
                branchGradient: selectedSpare, pass)
            let dnormed = pass.activation(rows: streamGradient.rows, columns: streamGradient.columns)
            attention.backward(gradient: dattended, into: dnormed, pass)
            streamGradient.clear()
            EmbeddingTable.scatterAdd(selectedStreamGradient, ids: rows.ids, to: streamGradient)
            guard let attentionNorm else {
                let all = (0..<streamGradient.rows).map { Int32($0) }
                EmbeddingTable.scatterAdd(dnormed, ids: all, to: streamGradient)
                return streamGradient
            }
            return attentionNorm.backward(
                gradient: dnormed, streamGradient: streamGradient, accumulating: true, branchGradient: spare,
                pass)
        }
    }
}
