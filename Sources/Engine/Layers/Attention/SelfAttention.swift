// Multi-head self-attention with fused query, key and value projections.

internal import Kernels
package import Tensors

/// Bidirectional or causal self-attention with the output projection, as in BERT.
package final class SelfAttention: Layer {
    let width: Int
    let projection: Linear
    let output: Linear
    let kernel: AttentionKernel
    private let dropoutProbability: Float
    let site: String
    private var saved: Saved?

    private struct Saved {
        let x, queryInput: Tensor
        let q, k, v, context, logSumExp: Tensor
        let queryOffsets: [Int32]
        let keys: RowRandomKeys
        let dropout: Dropout
        let isSelected: Bool
    }

    /// `parts` are the names of query, key and value; `outputName` that of the output projection.
    package init(
        _ layout: inout ParameterLayout, _ name: String, parts: [String], outputName: String, width: Int,
        heads: Int, isCausal: Bool, dropoutProbability: Float, standardDeviation: Float
    ) {
        precondition(parts.count == 3 && width % heads == 0, "heads must divide the width")
        self.width = width
        self.dropoutProbability = dropoutProbability
        site = name
        kernel = AttentionKernel(
            heads: heads, keyValueHeads: heads, headSize: width / heads, isCausal: isCausal)
        projection = Linear(
            &layout, name + ".qkv", inputs: width, outputs: 3 * width, standardDeviation: standardDeviation,
            parts: parts)
        output = Linear(
            &layout, outputName, inputs: width, outputs: width, standardDeviation: standardDeviation)
    }

    /// Attention of all tokens of `x [T, C]`, or of some: with `selected`, rows of `x` and their states
    /// `[N, C]`, only those are queries and the result is `[N, C]`.
    package func forward(
        _ x: Tensor, selected: (rows: SelectedRows, states: Tensor)? = nil, _ pass: Pass
    ) -> Tensor {
        let c = width
        let q: Tensor
        let k: Tensor
        let v: Tensor
        if let selected {
            q = projection.forward(selected.states, pass, outputs: 0..<c)
            let kv = projection.forward(x, pass, outputs: c..<3 * c)
            (k, v) = (kv.columns(0..<c), kv.columns(c..<2 * c))
        } else {
            let qkv = projection.forward(x, pass)
            (q, k, v) = (qkv.columns(0..<c), qkv.columns(c..<2 * c), qkv.columns(2 * c..<3 * c))
        }
        let context = pass.activation(rows: q.rows, columns: c)
        let logSumExp = pass.workspace.tensor(rows: q.rows, columns: kernel.heads)
        let state = Saved(
            x: x, queryInput: selected?.states ?? x, q: q, k: k, v: v, context: context, logSumExp: logSumExp,
            queryOffsets: selected?.rows.offsets ?? pass.batch.offsets,
            keys: selected?.rows.keys ?? pass.tokenKeys,
            dropout: pass.dropout(site, probability: dropoutProbability), isSelected: selected != nil)
        pass.temporarily {
            kernel.forward(
                q: q, k: k, v: v, queryOffsets: state.queryOffsets, keyOffsets: pass.batch.offsets,
                keys: state.keys, dropout: state.dropout, into: context, logSumExp: logSumExp,
                scratch: scratch(pass))
        }
        saved = state
        return output.forward(context, pass)
    }

    /// Adds the gradient of `x` to `dx [T, C]` and, when rows were selected, that of those rows to
    /// `selectedGradient [N, C]`. `dy` is read before anything is added, so it may be one of them.
    package func backward(
        gradient dy: Tensor, addingTo dx: Tensor, selectedGradient: Tensor? = nil, _ pass: Pass
    ) {
        guard let saved else { preconditionFailure("backward without forward") }
        precondition(saved.isSelected == (selectedGradient != nil) || saved.x.rows == dy.rows)
        pass.temporarily {
            let dcontext = pass.activation(rows: dy.rows, columns: width)
            output.backward(gradient: dy, input: saved.context, pass, into: dcontext)
            output.finishBackward(pass)
            if let selectedGradient {
                let dq = pass.activation(rows: dy.rows, columns: width)
                let dkv = pass.activation(rows: dx.rows, columns: 2 * width)
                differentiate(
                    dcontext, saved, dq: dq, dk: dkv.columns(0..<width), dv: dkv.columns(width..<2 * width),
                    pass)
                projection.backward(
                    gradient: dq, input: saved.queryInput, pass, into: selectedGradient, accumulating: true,
                    outputs: 0..<width)
                projection.backward(
                    gradient: dkv, input: saved.x, pass, into: dx, accumulating: true,
                    outputs: width..<3 * width)
            } else {
                let dqkv = pass.activation(rows: dx.rows, columns: 3 * width)
                differentiate(
                    dcontext, saved, dq: dqkv.columns(0..<width), dk: dqkv.columns(width..<2 * width),
                    dv: dqkv.columns(2 * width..<3 * width), pass)
                projection.backward(gradient: dqkv, input: saved.x, pass, into: dx, accumulating: true)
            }
            projection.finishBackward(pass)
        }
    }

    private func differentiate(
        _ dcontext: Tensor, _ saved: Saved, dq: Tensor, dk: Tensor, dv: Tensor, _ pass: Pass
    ) {
        kernel.backward(
            gradient: dcontext, q: saved.q, k: saved.k, v: saved.v, out: saved.context,
            logSumExp: saved.logSumExp, queryOffsets: saved.queryOffsets, keyOffsets: pass.batch.offsets,
            keys: saved.keys, dropout: saved.dropout, dq: dq, dk: dk, dv: dv, scratch: scratch(pass))
    }

    private func scratch(_ pass: Pass) -> Tensor {
        pass.workspace.tensor(rows: 1, columns: kernel.scratchCount(length: pass.batch.longestSequence))
    }
}
