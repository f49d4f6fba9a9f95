// The network of ModernBERT (Warner et al. 2024): an encoder of texts with rotary positions, gates and local
// layers.

internal import Kernels
internal import Layers
internal import Tensors

/// Word embeddings with their norm, pre-norm blocks of which most see the tokens near by alone, and the last
/// norm.
final class ModernBERTEncoder: TextEncoder {
    let words: Embedding
    let maximumLength: Int
    /// Tokens have no types; those of a batch are not read.
    let typeCount = 1
    private let configuration: ModernBERTConfiguration
    let norm: LayerNorm
    let stack: PreNormStack
    /// The first slot behind the embeddings.
    private let firstBlockSlot: Int
    private let site: String
    private var dropout = Dropout.none

    var width: Int { configuration.hiddenSize }

    /// Adds the slots of the encoder, in forward order.
    init(_ layout: inout ParameterLayout, _ configuration: ModernBERTConfiguration, prefix: String) {
        self.configuration = configuration
        maximumLength = configuration.positionCount
        site = prefix + "embeddings"
        words = Embedding(
            &layout, prefix + "embeddings.tok_embeddings", count: configuration.vocabularySize,
            width: configuration.hiddenSize, standardDeviation: configuration.initializerRange,
            paddingID: configuration.paddingID)
        norm = LayerNorm(
            &layout, prefix + "embeddings.norm", width: configuration.hiddenSize,
            epsilon: configuration.normEpsilon, hasBias: configuration.hasNormBias)
        firstBlockSlot = layout.slots.count
        let blocks = Blocks(configuration)
        var stacked: [PreNormBlock] = []
        var starts = [layout.slots.count]
        for index in configuration.isLocal.indices {
            stacked.append(blocks.block(&layout, index, name: prefix + "layers.\(index)."))
            starts.append(layout.slots.count)
        }
        stack = PreNormStack(
            blocks: stacked, blockStarts: starts, norm: blocks.norm(&layout, prefix + "final_norm"))
    }

    func validate(_ batch: TokenBatch) throws(ModelError) {
        try batch.requireFit(vocabulary: configuration.vocabularySize, maximumLength: maximumLength)
    }

    func hiddenStates(_ pass: Pass) -> Tensor { stack.forward(width: width, pass) { embedded(pass) } }

    func states(of rows: SelectedRows, _ pass: Pass) -> Tensor {
        stack.forward(rows: rows, width: width, pass) { embedded(pass) }
    }

    private func embedded(_ pass: Pass) -> Tensor {
        let found = pass.activation(rows: pass.batch.tokenCount, columns: width)
        words.forward(pass.batch.tokens, pass, into: found)
        let embedded = norm.forward(found, keys: pass.tokenKeys, pass)
        dropout = pass.dropout(site, probability: configuration.embeddingDropout)
        dropout.apply(to: embedded, keys: pass.tokenKeys, into: embedded)
        return embedded
    }

    func backward(statesGradient dstates: Tensor, _ pass: Pass) {
        let gradient = stack.backward(gradient: dstates, pass)
        guard pass.parameters.hasTrainableSlot(before: firstBlockSlot) else { return }
        dropout.apply(to: gradient, keys: pass.tokenKeys, into: gradient)
        let dwords = norm.backward(gradient: gradient, residualGradient: gradient, pass)
        words.backward(gradient: dwords, pass.batch.tokens, pass)
    }

    func backward(selectedGradient: Tensor, _ pass: Pass) { backward(statesGradient: selectedGradient, pass) }
}

/// Makes the blocks, which share two rotary embeddings.
private struct Blocks {
    let configuration: ModernBERTConfiguration
    let global, local: RotaryEmbedding

    init(_ configuration: ModernBERTConfiguration) {
        self.configuration = configuration
        func rotary(_ rotary: ModernBERTConfiguration.Rotary) -> RotaryEmbedding {
            RotaryEmbedding(headSize: configuration.headSize, base: rotary.base, scaling: rotary.scaling)
        }
        (global, local) = (rotary(configuration.globalRotary), rotary(configuration.localRotary))
    }

    /// A norm of the residual stream; `dropout` is that of the branch that joins it there.
    func norm(_ layout: inout ParameterLayout, _ name: String, dropout: Float = 0) -> ResidualNorm {
        ResidualNorm(
            &layout, name, width: configuration.hiddenSize, kind: .layer, epsilon: configuration.normEpsilon,
            dropoutProbability: dropout, hasBias: configuration.hasNormBias)
    }

    /// Adds the slots of block `index`. The first has no norm of its attention: the embeddings are normed.
    func block(_ layout: inout ParameterLayout, _ index: Int, name: String) -> PreNormBlock {
        let isLocal = configuration.isLocal[index]
        let attentionNorm = index == 0 ? nil : norm(&layout, name + "attn_norm")
        let attention = GroupedQueryAttention(
            &layout, name + "attn", .stacked(name + "attn.Wqkv"), outputName: name + "attn.Wo",
            shape: .init(
                width: configuration.hiddenSize, heads: configuration.headCount, isCausal: false,
                window: isLocal ? configuration.window : nil,
                hasProjectionBias: configuration.hasAttentionBias,
                hasOutputBias: configuration.hasAttentionBias),
            rotary: isLocal ? local : global, dropoutProbability: configuration.attentionDropout,
            standardDeviation: configuration.initializerRange,
            outputStandardDeviation: configuration.outputDeviation)
        let feedForwardNorm = norm(&layout, name + "mlp_norm", dropout: configuration.attentionDropout)
        let feedForward = GatedFeedForward(
            &layout, stackedName: name + "mlp.Wi", downName: name + "mlp.Wo",
            width: configuration.hiddenSize, innerWidth: configuration.intermediateSize,
            activation: configuration.activation, hasBias: configuration.hasFeedForwardBias,
            dropoutProbability: configuration.feedForwardDropout,
            standardDeviation: configuration.initializerRange,
            downStandardDeviation: configuration.outputDeviation)
        return PreNormBlock(
            attentionNorm: attentionNorm, attention: attention, feedForwardNorm: feedForwardNorm,
            feedForward: feedForward)
    }
}
