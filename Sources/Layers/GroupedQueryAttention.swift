// Self-attention of decoders: causal, with fewer key/value than query heads, rotary positions and a cache.

internal import Kernels
public import Tensors

/// Where a layer's weights stand in a checkpoint: how a fused query, key and value matrix is stored.
public enum ProjectionNames: Sendable {
    /// Three matrices, one below the other.
    case separate(query: String, key: String, value: String)
    /// One matrix, stored transposed (GPT-2's Conv1D).
    case fused(String)
}

/// Grouped-query self-attention (Ainslie et al. 2023) with the output projection.
public final class GroupedQueryAttention: Layer {
    private let kernel: AttentionKernel
    private let projection: Linear
    private let output: Linear
    private let rotary: RotaryEmbedding?
    private let dropoutProbability: Float
    private let site: String
    private var saved: Saved?

    private struct Saved {
        let x, qkv, context, logSumExp: Tensor
        let dropout: Dropout
    }

    /// The shape of an attention layer.
    public struct Shape: Sendable {
        public var width: Int
        public var heads: Int
        public var keyValueHeads: Int
        public var headSize: Int
        public var isCausal: Bool
        /// Biases of query, key and value, and of the output projection.
        public var hasProjectionBias: Bool
        public var hasOutputBias: Bool

        public init(
            width: Int, heads: Int, keyValueHeads: Int? = nil, headSize: Int? = nil, isCausal: Bool = true,
            hasProjectionBias: Bool = true, hasOutputBias: Bool = true
        ) {
            self.width = width
            self.heads = heads
            self.keyValueHeads = keyValueHeads ?? heads
            self.headSize = headSize ?? width / heads
            self.isCausal = isCausal
            self.hasProjectionBias = hasProjectionBias
            self.hasOutputBias = hasOutputBias
        }
    }

    /// `name` names the layer's dropout and its fused slot; `outputName` is that of the output projection in the
    /// file, transposed as the projection is.
    public init(
        _ layout: inout ParameterLayout, _ name: String, _ names: ProjectionNames, outputName: String,
        shape: Shape, rotary: RotaryEmbedding? = nil, dropoutProbability: Float, standardDeviation: Float,
        outputStandardDeviation: Float? = nil
    ) {
        precondition(rotary.map { $0.headSize == shape.headSize } ?? true, "the rotary embedding's head size")
        site = name
        self.rotary = rotary
        self.dropoutProbability = dropoutProbability
        kernel = AttentionKernel(
            heads: shape.heads, keyValueHeads: shape.keyValueHeads, headSize: shape.headSize,
            isCausal: shape.isCausal)
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
        }
        output = Linear(
            &layout, outputName, inputs: wide, outputs: shape.width,
            standardDeviation: outputStandardDeviation ?? standardDeviation, hasBias: shape.hasOutputBias,
            isTransposed: isTransposed)
    }

    private var wide: Int { kernel.heads * kernel.headSize }
    private var narrow: Int { kernel.keyValueHeads * kernel.headSize }

    /// Views of query, key and value in a fused matrix.
    private func split(_ qkv: Tensor) -> (q: Tensor, k: Tensor, v: Tensor) {
        (
            qkv.columns(0..<wide), qkv.columns(wide..<wide + narrow),
            qkv.columns(wide + narrow..<wide + 2 * narrow)
        )
    }

    /// Forward for `x [T, C]`; with a cache, over its tokens and those of the batch.
    public func forward(_ x: Tensor, _ pass: Pass) -> Tensor {
        let qkv = projection.forward(x, pass)
        let (q, k, v) = split(qkv)
        if let rotary {
            // Query and key heads lie side by side: one rotation for both.
            rotary.rotate(qkv.columns(0..<wide + narrow), positions: pass.batch.positions)
        }
        let context = pass.activation(rows: x.rows, columns: wide)
        if let cache = pass.cache {
            let pool = cache.store(site, keys: k, values: v)
            if !cache.isFirstStep {
                CachedAttention.run(
                    kernel, q: q, keys: pool.keys, values: pool.values, queryOffsets: pass.batch.offsets,
                    tables: cache.tables, into: context)
                return output.forward(context, pass)
            }
        }
        let logSumExp = pass.workspace.tensor(rows: x.rows, columns: kernel.heads)
        let dropout = pass.dropout(site, probability: dropoutProbability)
        pass.temporarily {
            kernel.forward(
                q: q, k: k, v: v, queryOffsets: pass.batch.offsets, keyOffsets: pass.batch.offsets,
                keys: pass.tokenKeys, dropout: dropout, into: context, logSumExp: logSumExp,
                scratch: scratch(pass))
        }
        saved = Saved(x: x, qkv: qkv, context: context, logSumExp: logSumExp, dropout: dropout)
        return output.forward(context, pass)
    }

    /// Writes the gradient of `x` into `dx`, or adds it when `accumulating`. `dy` is read before, so it may be
    /// `dx`.
    public func backward(gradient dy: Tensor, into dx: Tensor, accumulating: Bool = false, _ pass: Pass) {
        guard let saved else { preconditionFailure("backward without forward") }
        pass.temporarily {
            let dcontext = pass.activation(rows: dy.rows, columns: wide)
            output.backward(gradient: dy, input: saved.context, pass, into: dcontext)
            output.finishBackward(pass)
            let dqkv = pass.activation(rows: dy.rows, columns: wide + 2 * narrow)
            let (q, k, v) = split(saved.qkv)
            let (dq, dk, dv) = split(dqkv)
            kernel.backward(
                gradient: dcontext, q: q, k: k, v: v, out: saved.context, logSumExp: saved.logSumExp,
                queryOffsets: pass.batch.offsets, keyOffsets: pass.batch.offsets, keys: pass.tokenKeys,
                dropout: saved.dropout, dq: dq, dk: dk, dv: dv, scratch: scratch(pass))
            rotary?.rotate(
                dqkv.columns(0..<wide + narrow), positions: pass.batch.positions, isTransposed: true)
            projection.backward(
                gradient: dqkv, input: saved.x, pass, into: dx, accumulating: accumulating)
            projection.finishBackward(pass)
        }
    }

    private func scratch(_ pass: Pass) -> Tensor {
        pass.workspace.tensor(rows: 1, columns: kernel.scratchCount(length: pass.batch.longestSequence))
    }
}
