// The body of GPT-2 and of the Llama family: embeddings, pre-norm blocks, a last norm.

internal import Kernels
internal import Layers
internal import Tensors

/// Decoder-only transformer; with cross-attention in its blocks, the decoder of an encoder–decoder.
final class PreNormDecoder: TokenNetwork {
    let words: Embedding
    /// Learned positions; nil for rotary ones.
    private let positions: Embedding?
    private let blocks: [PreNormBlock]
    private let norm: ResidualNorm

    init(words: Embedding, positions: Embedding?, blocks: [PreNormBlock], norm: ResidualNorm) {
        self.words = words
        self.positions = positions
        self.blocks = blocks
        self.norm = norm
    }

    func forward(_ pass: Pass, source: CrossAttentionSource?) -> Tensor {
        let (rows, width) = (pass.batch.tokenCount, words.width)
        let normed = pass.isTraining ? nil : pass.workspace.tensor(rows: rows, columns: width)
        var branch = pass.workspace.tensor(rows: rows, columns: width)
        words.forward(pass.batch.tokens, pass, into: branch)
        positions?.forward(pass.batch.positions, pass, into: branch, accumulating: true)
        var stream: Tensor?
        guard let normed else {
            for block in blocks {
                (branch, stream) = block.forward(branch, stream: stream, source: source, pass)
            }
            return norm.forward(branch, residual: stream, pass)
        }
        // Nothing is kept for a backward pass: two tensors carry the state from block to block.
        let kept = pass.workspace.tensor(rows: rows, columns: width)
        for block in blocks {
            pass.temporarily {
                let next = block.forward(branch, stream: stream, source: source, pass)
                kept.copy(from: next.stream)
                branch.copy(from: next.branch)
            }
            stream = kept
        }
        pass.temporarily { normed.copy(from: norm.forward(branch, residual: stream, pass)) }
        return normed
    }

    func backward(gradient dstates: Tensor, sourceGradient: Tensor?, _ pass: Pass) {
        let stream = pass.workspace.tensor(rows: dstates.rows, columns: dstates.columns)
        let spare = pass.workspace.tensor(rows: dstates.rows, columns: dstates.columns)
        var gradient = norm.backward(
            gradient: dstates, streamGradient: stream, accumulating: false, branchGradient: spare, pass)
        for block in blocks.reversed() {
            gradient = block.backward(
                gradient: gradient, streamGradient: stream, spare: spare, sourceGradient: sourceGradient,
                pass)
        }
        positions?.backward(gradient: gradient, pass.batch.positions, pass)
        words.backward(gradient: gradient, pass.batch.tokens, pass)
    }
}
