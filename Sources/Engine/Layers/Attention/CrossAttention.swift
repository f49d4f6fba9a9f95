// Attention of a decoder's tokens to an encoder's states.

internal import Kernels
package import Tensors

/// What a decoder attends to: the states of S sources, one behind the other.
package struct CrossAttentionSource: Sendable {
    /// `[Tsource, Csource]`.
    package let states: Tensor
    /// Source s has the rows `offsets[s]..<offsets[s + 1]`; `[S + 1]`.
    package let offsets: [Int32]

    package init(states: Tensor, offsets: [Int32]) {
        precondition(
            offsets.first == 0 && offsets.last == Int32(states.rows), "offsets must cover the states")
        self.states = states
        self.offsets = offsets
    }

    /// States of the longest source.
    var longest: Int {
        (1..<offsets.count).reduce(0) { max($0, Int(offsets[$1] - offsets[$1 - 1])) }
    }
}

/// Multi-head cross-attention with the output projection; sequence s of the batch attends to source s.
package final class CrossAttention: Layer {
    let width: Int
    /// Columns of queries, keys and values: all heads.
    private let inner: Int
    let kernel: AttentionKernel
    let query: Linear
    let keyValue: Linear
    let output: Linear
    private let dropoutProbability: Float
    let site: String
    private var saved: Saved?

    private struct Saved {
        let x, q, keyValue, context, logSumExp: Tensor
        let source: CrossAttentionSource
        let dropout: Dropout
    }

    /// Names of the weights in the file.
    package enum Names: Sendable {
        case separate(query: String, key: String, value: String)
        /// Keys and values in one matrix, all stored transposed (GPT-2's Conv1D).
        case fused(query: String, keyValue: String)
    }

    /// Cross-attention of width `width` to states of width `sourceWidth`. Heads have `headSize` columns, by
    /// default a share of the width; scores are multiplied by `scale`, by default 1/√d.
    package init(
        _ layout: inout ParameterLayout, _ name: String, _ names: Names, outputName: String, width: Int,
        sourceWidth: Int, heads: Int, headSize: Int? = nil, hasBias: Bool = true, scale: Float? = nil,
        dropoutProbability: Float, standardDeviation: Float
    ) {
        self.width = width
        inner = heads * (headSize ?? width / heads)
        self.dropoutProbability = dropoutProbability
        site = name
        kernel = AttentionKernel(
            heads: heads, keyValueHeads: heads, headSize: inner / heads, isCausal: false, scale: scale)
        let isTransposed: Bool
        let queryName: String
        let parts: [String]
        switch names {
        case .separate(let query, let key, let value):
            (queryName, parts, isTransposed) = (query, [key, value], false)
        case .fused(let query, let keyValue): (queryName, parts, isTransposed) = (query, [keyValue], true)
        }
        query = Linear(
            &layout, queryName, inputs: width, outputs: inner, standardDeviation: standardDeviation,
            hasBias: hasBias, isTransposed: isTransposed)
        keyValue = Linear(
            &layout, isTransposed ? parts[0] : name + ".kv", inputs: sourceWidth, outputs: 2 * inner,
            standardDeviation: standardDeviation, parts: parts, hasBias: hasBias, isTransposed: isTransposed)
        output = Linear(
            &layout, outputName, inputs: inner, outputs: width, standardDeviation: standardDeviation,
            hasBias: hasBias, isTransposed: isTransposed)
    }

    /// Forward for `x [T, C]`. With a cache, keys and values of the source are computed once.
    package func forward(_ x: Tensor, _ source: CrossAttentionSource, _ pass: Pass) -> Tensor {
        let q = query.forward(x, pass)
        let context = pass.activation(rows: x.rows, columns: inner)
        if let cache = pass.cache {
            let pool = cache.fixed(site) {
                let both = keyValue.forward(source.states, pass)
                return (both.columns(0..<inner), both.columns(inner..<2 * inner))
            }
            let tables = cache.sources.map { Array(source.offsets[$0]..<source.offsets[$0 + 1]) }
            CachedAttention.run(
                kernel, q: q, keys: pool.keys, values: pool.values, queryOffsets: pass.batch.offsets,
                tables: tables, into: context)
            return output.forward(context, pass)
        }
        precondition(source.offsets.count == pass.batch.offsets.count, "expected one source a sequence")
        let both = keyValue.forward(source.states, pass)
        let logSumExp = pass.workspace.tensor(rows: x.rows, columns: kernel.heads)
        let dropout = pass.dropout(site, probability: dropoutProbability)
        pass.temporarily {
            kernel.forward(
                q: q, k: both.columns(0..<inner), v: both.columns(inner..<2 * inner),
                queryOffsets: pass.batch.offsets, keyOffsets: source.offsets, keys: pass.tokenKeys,
                dropout: dropout, into: context, logSumExp: logSumExp, scratch: scratch(source, pass))
        }
        saved = Saved(
            x: x, q: q, keyValue: both, context: context, logSumExp: logSumExp, source: source,
            dropout: dropout)
        return output.forward(context, pass)
    }

    /// Writes the gradient of `x` into `dx`, or adds it when `accumulating`, and adds that of the source's
    /// states to `sourceGradient`. `dy` is read before, so it may be `dx`.
    package func backward(
        gradient dy: Tensor, into dx: Tensor, accumulating: Bool = false, sourceGradient: Tensor,
        _ pass: Pass
    ) {
        guard let saved else { preconditionFailure("backward without forward") }
        pass.temporarily {
            let dcontext = pass.activation(rows: dy.rows, columns: inner)
            output.backward(gradient: dy, input: saved.context, pass, into: dcontext)
            output.finishBackward(pass)
            let dq = pass.activation(rows: dy.rows, columns: inner)
            let dboth = pass.activation(rows: saved.keyValue.rows, columns: 2 * inner)
            kernel.backward(
                gradient: dcontext, q: saved.q, k: saved.keyValue.columns(0..<inner),
                v: saved.keyValue.columns(inner..<2 * inner), out: saved.context, logSumExp: saved.logSumExp,
                queryOffsets: pass.batch.offsets, keyOffsets: saved.source.offsets, keys: pass.tokenKeys,
                dropout: saved.dropout, dq: dq, dk: dboth.columns(0..<inner),
                dv: dboth.columns(inner..<2 * inner), scratch: scratch(saved.source, pass))
            keyValue.backward(
                gradient: dboth, input: saved.source.states, pass, into: sourceGradient, accumulating: true)
            keyValue.finishBackward(pass)
            query.backward(gradient: dq, input: saved.x, pass, into: dx, accumulating: accumulating)
            query.finishBackward(pass)
        }
    }

    private func scratch(_ source: CrossAttentionSource, _ pass: Pass) -> Tensor {
        pass.workspace.tensor(rows: 1, columns: kernel.scratchCount(length: source.longest))
    }
}
