// The body of GPT-2 and of the Llama family: embeddings, pre-norm blocks, a last norm.

internal import Layers
internal import Tensors

/// Decoder-only transformer; with cross-attention in its blocks, the decoder of an encoder–decoder.
final class PreNormDecoder: Backbone {
    let words: Embedding
    /// Learned positions; nil for rotary ones.
    let positions: Embedding?
    let stack: PreNormStack

    init(
        words: Embedding, positions: Embedding?, blocks: [PreNormBlock], blockStarts: [Int],
        norm: ResidualNorm
    ) {
        self.words = words
        self.positions = positions
        stack = PreNormStack(blocks: blocks, blockStarts: blockStarts, norm: norm)
    }

    func forward(_ pass: Pass, source: CrossAttentionSource?) -> Tensor {
        stack.forward(source: source, width: words.width, pass) {
            let embedded = pass.activation(rows: pass.batch.tokenCount, columns: words.width)
            var parts = [(table: words, ids: pass.batch.tokens)]
            if let positions { parts.append((positions, pass.batch.positions)) }
            Embedding.forwardSum(parts, pass, into: embedded)
            return embedded
        }
    }

    func backward(gradient dstates: Tensor, sourceGradient: Tensor?, _ pass: Pass) {
        let gradient = stack.backward(gradient: dstates, sourceGradient: sourceGradient, pass)
        positions?.backward(gradient: gradient, pass.batch.positions, pass)
        words.backward(gradient: gradient, pass.batch.tokens, pass)
    }
}
