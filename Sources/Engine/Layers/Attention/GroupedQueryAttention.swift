// Self-attention with what decoders and newer encoders need: fewer key/value than query heads, rotary
// positions, a window, a cache.

internal import Kernels
package import Tensors

/// Where a layer's weights stand in a checkpoint: how a fused query, key and value matrix is stored.
package enum ProjectionNames: Sendable {
    /// Three matrices, one below the other.
    case separate(query: String, key: String, value: String)
    /// One matrix, stored transposed (GPT-2's Conv1D).
    case fused(String)
    /// One matrix, rows for queries above those for keys and values.
    case stacked(String)
}

/// Grouped-query self-attention (Ainslie et al. 2023) with the output projection.
package final class GroupedQueryAttention: Layer {
    let kernel: AttentionKernel
    let projection: Linear
    let output: Linear
    let rotary: RotaryEmbedding?
    /// What is added to the scores by distance, shared with other layers.
    let positionBias: RelativePositionBias?
    private let dropoutProbability: Float
    let site: String
    private var saved: Saved?

    private struct Saved {
        let x, queryInput, q, k, v, context, logSumExp: Tensor
        let dropout: Dropout
        let rows: SelectedRows?
    }

    /// The shape of an attention layer.
    package struct Shape: Sendable {
        package var width: Int
        package var heads: Int
        package var keyValueHeads: Int
        package var headSize: Int
        package var isCausal: Bool
        /// Tokens that a token sees on each side of itself; nil: all.
        package var window: Int?
        /// Biases of query, key and value, and of the output projection.
        package var hasProjectionBias: Bool
        package var hasOutputBias: Bool
        /// What scores are multiplied by; nil: 1/√d.
        package var scale: Float?

        package init(
            width: Int, heads: Int, keyValueHeads: Int? = nil, headSize: Int? = nil, isCausal: Bool = true,
            window: Int? = nil, hasProjectionBias: Bool = true, hasOutputBias: Bool = true,
            scale: Float? = nil
        ) {
            self.scale = scale
            self.width = width
            self.heads = heads
            self.keyValueHeads = keyValueHeads ?? heads
            self.headSize = headSize ?? width / heads
            self.isCausal = isCausal
            self.window = window
            self.hasProjectionBias = hasProjectionBias
            self.hasOutputBias = hasOutputBias
        }
    }

    /// `name` names the layer's dropout and its fused slot; `outputName` is that of the output projection in
    /// the file, transposed as the projection is.
    package init(
        _ layout: inout ParameterLayout, _ name: String, _ names: ProjectionNames, outputName: String,
        shape: Shape, rotary: RotaryEmbedding? = nil, positionBias: RelativePositionBias? = nil,
        dropoutProbability: Float, standardDeviation: Float, outputStandardDeviation: Float? = nil
    ) {
        precondition(rotary.map { $0.headSize == shape.headSize } ?? true, "the rotary embedding's head size")
        site = name
        self.rotary = rotary
        self.positionBias = positionBias
        self.dropoutProbability = dropoutProbability
        kernel = AttentionKernel(
            heads: shape.heads, keyValueHeads: shape.keyValueHeads, headSize: shape.headSize,
            isCausal: shape.isCausal, window: shape.window, scale: shape.scale)
        let (wide, narrow) = (shape.heads * shape.headSize, shape.keyValueHeads * shape.headSize)
        let isTransposed: Bool
        switch names {
        case .separate(let query, let key, let value):
            isTransposed = false
            projection = Linear(
                &layout, name + ".qkv", inputs: shape.width, outputs: wide + 2 * narrow,
                standardDeviation: standardDeviation, parts: [query, key, value],
                shares: [wide, narrow, narrow], hasBias: shape.hasProjectionBias)
        case .fused(let fused):
            isTransposed = true
            projection = Linear(
                &layout, fused, inputs: shape.width, outputs: wide + 2 * narrow,
                standardDeviation: standardDeviation, hasBias: shape.hasProjectionBias, isTransposed: true)
        case .stacked(let stacked):
            isTransposed = false
            projection = Linear(
                &layout, stacked, inputs: shape.width, outputs: wide + 2 * narrow,
                standardDeviation: standardDeviation, hasBias: shape.hasProjectionBias)
        }
        output = Linear(
            &layout, outputName, inputs: wide, outputs: shape.width,
            standardDeviation: outputStandardDeviation ?? standardDeviation, hasBias: shape.hasOutputBias,
            isTransposed: isTransposed)
    }

    var wide: Int { kernel.heads * kernel.headSize }
    var narrow: Int { kernel.keyValueHeads * kernel.headSize }

    /// Views of query, key and value in a fused matrix.
    private func split(_ qkv: Tensor) -> (q: Tensor, k: Tensor, v: Tensor) {
        (
            qkv.columns(0..<wide), qkv.columns(wide..<wide + narrow),
            qkv.columns(wide + narrow..<wide + 2 * narrow)
        )
    }

    /// Forward for `x [T, C]`; with a cache, over its tokens and those of the batch. With `rows`, some of the
    /// tokens, only those are queries and the result is `[N, C]`; the attention is bidirectional then.
    package func forward(_ x: Tensor, rows: SelectedRows? = nil, _ pass: Pass) -> Tensor {
        if let rows { return forward(x, selected: rows, pass) }
        let qkv = projection.forward(x, pass)
        let (q, k, v) = split(qkv)
        if let rotary {
            // Query and key heads lie side by side: one rotation for both.
            rotary.rotate(qkv.columns(0..<wide + narrow), positions: pass.batch.positions)
        }
        let context = pass.activation(rows: x.rows, columns: wide)
        if let cache = pass.cache {
            let pool = cache.store(site, keys: k, values: v)
            // The kernel for whole sequences adds in an order that depends on where a pass begins.
            if !cache.isFirstStep || pass.isRowIndependent {
                pass.temporarily {
                    CachedAttention.run(
                        kernel, q: q, keys: pool.keys, values: pool.values, queryOffsets: pass.batch.offsets,
                        tables: cache.tables,
                        bias: positionBias?.values(reach: cache.tables.map(\.count).max() ?? 1, pass),
                        into: context)
                }
                return output.forward(context, pass)
            }
        }
        return attend(q, k, v, input: x, queryInput: x, rows: nil, into: context, pass)
    }

    private func forward(_ x: Tensor, selected rows: SelectedRows, _ pass: Pass) -> Tensor {
        precondition(!kernel.isCausal && pass.cache == nil, "only an encoder selects queries")
        let queryInput = pass.activation(rows: rows.count, columns: x.columns)
        EmbeddingTable.gather(x, ids: rows.ids, into: queryInput)
        let q = projection.forward(queryInput, pass, outputs: 0..<wide)
        let kv = projection.forward(x, pass, outputs: wide..<wide + 2 * narrow)
        rotary?.rotate(q, positions: positions(of: rows, pass))
        rotary?.rotate(kv.columns(0..<narrow), positions: pass.batch.positions)
        return attend(
            q, kv.columns(0..<narrow), kv.columns(narrow..<2 * narrow), input: x, queryInput: queryInput,
            rows: rows, into: pass.activation(rows: rows.count, columns: wide), pass)
    }

    private func positions(of rows: SelectedRows, _ pass: Pass) -> [Int32] {
        rows.ids.map { pass.batch.positions[Int($0)] }
    }

    private func attend(
        _ q: Tensor, _ k: Tensor, _ v: Tensor, input x: Tensor, queryInput: Tensor, rows: SelectedRows?,
        into context: Tensor, _ pass: Pass
    ) -> Tensor {
        let logSumExp = pass.workspace.tensor(rows: q.rows, columns: kernel.heads)
        let dropout = pass.dropout(site, probability: dropoutProbability)
        pass.temporarily {
            kernel.forward(
                q: q, k: k, v: v, queryOffsets: rows?.offsets ?? pass.batch.offsets,
                keyOffsets: pass.batch.offsets, queryPositions: rows?.places,
                bias: positionBias?.values(reach: pass.batch.longestSequence, pass),
                keys: rows?.keys ?? pass.tokenKeys, dropout: dropout, into: context, logSumExp: logSumExp,
                scratch: scratch(pass))
        }
        saved = Saved(
            x: x, queryInput: queryInput, q: q, k: k, v: v, context: context, logSumExp: logSumExp,
            dropout: dropout, rows: rows)
        return output.forward(context, pass)
    }

    /// Writes the gradient of `x` into `dx`, or adds it when `accumulating`, which needs all rows. `dy` is
    /// read before, so it may be `dx`.
    package func backward(gradient dy: Tensor, into dx: Tensor, accumulating: Bool = false, _ pass: Pass) {
        guard let saved else { preconditionFailure("backward without forward") }
        pass.temporarily {
            let dcontext = pass.activation(rows: dy.rows, columns: wide)
            output.backward(gradient: dy, input: saved.context, pass, into: dcontext)
            output.finishBackward(pass)
            if let rows = saved.rows {
                precondition(!accumulating, "the gradient of selected queries is written")
                differentiate(dcontext, saved, rows, into: dx, pass)
                return projection.finishBackward(pass)
            }
            let dqkv = pass.activation(rows: dy.rows, columns: wide + 2 * narrow)
            let (dq, dk, dv) = split(dqkv)
            differentiate(dcontext, saved, dq, dk, dv, pass)
            rotary?.rotate(
                dqkv.columns(0..<wide + narrow), positions: pass.batch.positions, isTransposed: true)
            projection.backward(
                gradient: dqkv, input: saved.x, pass, into: dx, accumulating: accumulating)
            projection.finishBackward(pass)
        }
    }

    /// Writes the gradient of the input from that of the context of selected rows.
    private func differentiate(
        _ dcontext: Tensor, _ saved: Saved, _ rows: SelectedRows, into dx: Tensor, _ pass: Pass
    ) {
        let dq = pass.activation(rows: rows.count, columns: wide)
        let dkv = pass.activation(rows: dx.rows, columns: 2 * narrow)
        differentiate(dcontext, saved, dq, dkv.columns(0..<narrow), dkv.columns(narrow..<2 * narrow), pass)
        rotary?.rotate(dq, positions: positions(of: rows, pass), isTransposed: true)
        rotary?.rotate(dkv.columns(0..<narrow), positions: pass.batch.positions, isTransposed: true)
        projection.backward(
            gradient: dkv, input: saved.x, pass, into: dx, outputs: wide..<wide + 2 * narrow)
        let dqueries = pass.activation(rows: rows.count, columns: dx.columns)
        projection.backward(gradient: dq, input: saved.queryInput, pass, into: dqueries, outputs: 0..<wide)
        EmbeddingTable.scatterAdd(dqueries, ids: rows.ids, to: dx)
    }

    private func differentiate(
        _ dcontext: Tensor, _ saved: Saved, _ dq: Tensor, _ dk: Tensor, _ dv: Tensor, _ pass: Pass
    ) {
        let bias = positionBias?.values(reach: pass.batch.longestSequence, pass)
        let biasGradient = positionBias?.gradient(pass)
        kernel.backward(
            gradient: dcontext, q: saved.q, k: saved.k, v: saved.v, out: saved.context,
            logSumExp: saved.logSumExp, queryOffsets: saved.rows?.offsets ?? pass.batch.offsets,
            keyOffsets: pass.batch.offsets, queryPositions: saved.rows?.places, bias: bias,
            biasGradient: biasGradient, keys: saved.rows?.keys ?? pass.tokenKeys, dropout: saved.dropout,
            dq: dq, dk: dk, dv: dv, scratch: scratch(pass))
        if let biasGradient { positionBias?.add(biasGradient, from: self, pass) }
    }

    private func scratch(_ pass: Pass) -> Tensor {
        pass.workspace.tensor(rows: 1, columns: kernel.scratchCount(length: pass.batch.longestSequence))
    }
}
