// The BERT encoder (Devlin et al. 2019) with its pooler.

internal import Kernels
internal import Layers
internal import Tensors

/// Embeddings, post-norm encoder blocks and the pooler over the first token.
final class BERTEncoder {
    let configuration: BERTConfiguration
    private let words: Embedding
    private let positions: Embedding
    private let types: Embedding
    private let embeddingNorm: LayerNorm
    private let blocks: [EncoderBlock]
    private let pooler: Linear
    private var saved: Saved?

    private struct Saved {
        let firstTokens: [Int32]
        let embeddingDropout: Dropout
        let first, poolerInput, poolerSlope: Tensor
    }

    /// Adds the slots of the encoder, in forward order.
    init(_ layout: inout ParameterLayout, _ configuration: BERTConfiguration, prefix: String) {
        self.configuration = configuration
        let c = configuration.hiddenSize
        let deviation = configuration.initializerRange
        func table(_ name: String, _ count: Int, _ layout: inout ParameterLayout, padding: Int? = nil)
            -> Embedding
        {
            Embedding(
                &layout, prefix + "embeddings." + name, count: count, width: c, standardDeviation: deviation,
                paddingID: padding)
        }
        let padding = configuration.paddingID
        words = table(
            "word_embeddings", configuration.vocabularySize, &layout,
            padding: (0..<configuration.vocabularySize).contains(padding) ? padding : nil)
        positions = table("position_embeddings", configuration.positionCount, &layout)
        types = table("token_type_embeddings", configuration.typeCount, &layout)
        embeddingNorm = LayerNorm(
            &layout, prefix + "embeddings.LayerNorm", width: c, epsilon: configuration.layerNormEpsilon)
        var blocks: [EncoderBlock] = []
        for index in 0..<configuration.layerCount {
            blocks.append(Self.block(&layout, configuration, name: prefix + "encoder.layer.\(index)."))
        }
        self.blocks = blocks
        pooler = Linear(
            &layout, prefix + "pooler.dense", inputs: c, outputs: c, standardDeviation: deviation)
    }

    private static func block(
        _ layout: inout ParameterLayout, _ configuration: BERTConfiguration, name: String
    ) -> EncoderBlock {
        let c = configuration.hiddenSize
        func norm(_ part: String, _ layout: inout ParameterLayout) -> LayerNorm {
            LayerNorm(
                &layout, name + part, width: c, epsilon: configuration.layerNormEpsilon,
                dropoutProbability: configuration.hiddenDropout)
        }
        let attention = SelfAttention(
            &layout, name + "attention.self",
            parts: ["query", "key", "value"].map { name + "attention.self." + $0 },
            outputName: name + "attention.output.dense", width: c, heads: configuration.headCount,
            isCausal: false, dropoutProbability: configuration.attentionDropout,
            standardDeviation: configuration.initializerRange)
        let attentionNorm = norm("attention.output.LayerNorm", &layout)
        let feedForward = FeedForward(
            &layout, innerName: name + "intermediate.dense", outerName: name + "output.dense", width: c,
            innerWidth: configuration.intermediateSize, activation: configuration.activation,
            standardDeviation: configuration.initializerRange)
        return EncoderBlock(
            attention: attention, attentionNorm: attentionNorm, feedForward: feedForward,
            outputNorm: norm("output.LayerNorm", &layout))
    }

    /// Hidden states of all tokens, `[T, C]`: for feature checks, not for training.
    func hiddenStates(_ pass: Pass) -> Tensor {
        blocks.reduce(embed(pass)) { $1.forward($0, pass) }
    }

    /// The pooled first token of each sequence, `[S, C]`.
    func forward(_ pass: Pass) -> Tensor {
        var hidden = embed(pass)
        let firstTokens = [Int32](pass.batch.offsets.dropLast())
        let first = pass.activation(rows: firstTokens.count, columns: configuration.hiddenSize)
        for block in blocks.dropLast() {
            hidden = pass.isTraining ? block.forward(hidden, pass) : forwardOnly(block, hidden, pass)
        }
        EmbeddingTable.gather(hidden, ids: firstTokens, into: first)
        let last = blocks[blocks.count - 1].forward(hidden, selected: first, pass)
        let slope = pooler.forward(last, pass)
        let pooled = pass.activation(rows: slope.rows, columns: slope.columns)
        Activation.tanh.forward(replacingBySlope: slope, into: pooled)
        saved = Saved(
            firstTokens: firstTokens, embeddingDropout: embeddingDropout(pass), first: first,
            poolerInput: last, poolerSlope: slope)
        return pooled
    }

    /// Gradients of all parameters from that of the pooled rows, which is overwritten.
    func backward(gradient dpooled: Tensor, _ pass: Pass) {
        guard let saved else { preconditionFailure("backward without forward") }
        let c = configuration.hiddenSize
        Elementwise.multiply(dpooled, by: saved.poolerSlope)
        let dlast = pass.activation(rows: dpooled.rows, columns: c)
        pooler.backward(gradient: dpooled, input: saved.poolerInput, pass, into: dlast)
        pooler.finishBackward(pass)
        var dhidden = pass.activation(rows: pass.batch.tokenCount, columns: c)
        var spare = pass.activation(rows: pass.batch.tokenCount, columns: c)
        let dfirst = pass.activation(rows: dpooled.rows, columns: c)
        blocks[blocks.count - 1].backward(gradient: dlast, into: dhidden, selectedGradient: dfirst, pass)
        EmbeddingTable.scatterAdd(dfirst, ids: saved.firstTokens, to: dhidden)
        for block in blocks.dropLast().reversed() {
            block.backward(gradient: dhidden, into: spare, pass)
            swap(&dhidden, &spare)
        }
        saved.embeddingDropout.apply(to: dhidden, keys: pass.tokenKeys, into: dhidden)
        let dsum = embeddingNorm.backward(gradient: dhidden, residualGradient: spare, pass)
        types.backward(gradient: dsum, pass.batch.typeIDs, pass)
        positions.backward(gradient: dsum, pass.batch.positions, pass)
        words.backward(gradient: dsum, pass.batch.tokens, pass)
    }

    private func embed(_ pass: Pass) -> Tensor {
        let sum = pass.activation(rows: pass.batch.tokenCount, columns: configuration.hiddenSize)
        Embedding.forwardSum(
            [(words, pass.batch.tokens), (types, pass.batch.typeIDs), (positions, pass.batch.positions)],
            pass, into: sum)
        let embedded = embeddingNorm.forward(sum, keys: pass.tokenKeys, pass)
        embeddingDropout(pass).apply(to: embedded, keys: pass.tokenKeys, into: embedded)
        return embedded
    }

    private func embeddingDropout(_ pass: Pass) -> Dropout {
        pass.dropout("embeddings", probability: configuration.hiddenDropout)
    }

    /// A block whose activations are not kept: only the result stays in the workspace.
    private func forwardOnly(_ block: EncoderBlock, _ x: Tensor, _ pass: Pass) -> Tensor {
        pass.temporarily { x.copy(from: block.forward(x, pass)) }
        return x
    }
}
