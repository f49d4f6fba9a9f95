// Pre-norm blocks with the last norm behind them: what GPT-2, Llama and the vision transformer have in
// common.

internal import Layers
internal import Machine
internal import Tensors

/// Blocks that share a residual stream, and the norm of its end.
final class PreNormStack {
    let blocks: [PreNormBlock]
    let norm: ResidualNorm
    /// The first slot of the first block: what stands before it are embeddings.
    var firstSlot: Int { blockStarts[0] }
    /// The first slot of each block, and the one behind the last block.
    private let blockStarts: [Int]
    /// Inputs of the blocks that run forward again in the backward pass, and what they attend to.
    private var inputs: [(branch: Tensor, stream: Tensor?)] = []
    private var source: CrossAttentionSource?
    private var rows: SelectedRows?

    init(blocks: [PreNormBlock], blockStarts: [Int], norm: ResidualNorm) {
        precondition(blockStarts.count == blocks.count + 1, "expected the starts of the blocks and their end")
        self.blocks = blocks
        self.blockStarts = blockStarts
        self.norm = norm
    }

    /// Hidden states of all tokens `[T, C]`, or of `rows` alone `[N, C]`: then the last block computes
    /// nothing else for the others than their keys and values. `embed` gives the embedded tokens `[T, C]`,
    /// which are overwritten.
    func forward(
        source: CrossAttentionSource? = nil, rows: SelectedRows? = nil, width: Int, _ pass: Pass,
        embed: () -> Tensor
    ) -> Tensor {
        self.rows = rows
        guard !pass.isTraining else {
            var branch = embed()
            var stream: Tensor?
            inputs = []
            self.source = source
            for (index, block) in blocks.enumerated() {
                RankStatus.enter(.forward, detail: index)
                let selected = index == blocks.count - 1 ? rows : nil
                if selected != nil { pass.selectedRows = selected }
                (branch, stream) =
                    isRecomputed(index, pass)
                    ? forwardKeepingInputs(block, branch, stream, pass)
                    : block.forward(branch, stream: stream, source: source, rows: selected, pass)
            }
            return norm.forward(branch, residual: stream, rows: rows, pass)
        }
        // Nothing is kept for a backward pass: two tensors carry the state from block to block.
        let count = pass.batch.tokenCount
        let normed = pass.activation(rows: rows?.count ?? count, columns: width)
        pass.temporarily {
            let kept = pass.activation(rows: count, columns: width)
            let branch = embed()
            var stream: Tensor?
            for (index, block) in blocks.enumerated() {
                if let rows, index == blocks.count - 1 {
                    pass.selectedRows = rows
                    let last = block.forward(branch, stream: stream, rows: rows, pass)
                    return normed.copy(
                        from: norm.forward(last.branch, residual: last.stream, rows: rows, pass))
                }
                pass.temporarily {
                    let next = block.forward(branch, stream: stream, source: source, pass)
                    kept.copy(from: next.stream)
                    branch.copy(from: next.branch)
                }
                stream = kept
            }
            normed.copy(from: norm.forward(branch, residual: stream, pass))
        }
        return normed
    }

    /// Whether a block runs forward again before it runs backward: not the last one, which would do so at
    /// once.
    private func isRecomputed(_ index: Int, _ pass: Pass) -> Bool {
        pass.recomputesActivations && index < blocks.count - 1
    }

    /// A block of whose activations only its inputs and its results stay in the workspace.
    private func forwardKeepingInputs(
        _ block: PreNormBlock, _ branch: Tensor, _ stream: Tensor?, _ pass: Pass
    ) -> (branch: Tensor, stream: Tensor) {
        inputs.append((branch, stream))
        let nextBranch = pass.activation(rows: branch.rows, columns: branch.columns)
        let nextStream = pass.activation(rows: branch.rows, columns: branch.columns)
        pass.temporarily {
            // The block overwrites its branch, which the backward pass reads again.
            let overwritten = pass.activation(rows: branch.rows, columns: branch.columns)
            overwritten.copy(from: branch)
            let next = block.forward(overwritten, stream: stream, source: source, pass)
            nextBranch.copy(from: next.branch)
            nextStream.copy(from: next.stream)
        }
        return (nextBranch, nextStream)
    }

    /// The gradient of the embedded tokens from that of the hidden states, which is overwritten; that of the
    /// source's states is added to `sourceGradient`. Below the first trained parameter nothing is computed,
    /// and the result means nothing.
    func backward(gradient dstates: Tensor, sourceGradient: Tensor? = nil, _ pass: Pass) -> Tensor {
        var stream = pass.activation(rows: dstates.rows, columns: dstates.columns)
        var spare = pass.activation(rows: dstates.rows, columns: dstates.columns)
        var gradient = norm.backward(
            gradient: dstates, streamGradient: stream, accumulating: false, branchGradient: spare, pass)
        var last = blocks.count
        if rows != nil {
            guard pass.parameters.hasTrainableSlot(before: blockStarts[last]) else {
                return pass.activation(rows: pass.batch.tokenCount, columns: dstates.columns)
            }
            last -= 1
            let selected = stream
            stream = pass.activation(rows: pass.batch.tokenCount, columns: dstates.columns)
            spare = pass.activation(rows: pass.batch.tokenCount, columns: dstates.columns)
            RankStatus.enter(.backward, detail: last)
            gradient = blocks[last].backward(
                gradient: gradient, selectedStreamGradient: selected, streamGradient: stream, spare: spare,
                pass)
        }
        for index in blocks.indices[..<last].reversed() {
            guard pass.parameters.hasTrainableSlot(before: blockStarts[index + 1]) else { break }
            RankStatus.enter(.backward, detail: index)
            gradient = pass.temporarily {
                if isRecomputed(index, pass) {
                    _ = blocks[index].forward(
                        inputs[index].branch, stream: inputs[index].stream, source: source, pass)
                }
                return blocks[index].backward(
                    gradient: gradient, streamGradient: stream, spare: spare, sourceGradient: sourceGradient,
                    pass)
            }
        }
        return gradient
    }
}
