// The part of a GPT-2 config.json that shapes the network, and the network.

internal import JSON
internal import Kernels
internal import Layers

/// Sizes and rates of GPT-2 (Radford et al. 2019), of DialoGPT and of distilgpt2.
struct GPT2Configuration: Sendable {
    let vocabularySize, width, layerCount, headCount, innerWidth, positionCount: Int
    let activation: Activation
    let embeddingDropout, attentionDropout, residualDropout: Float
    let layerNormEpsilon, initializerRange: Float
    let isTied: Bool

    init(_ json: JSONValue, file: String) throws(ModelError) {
        let reader = ConfigurationReader(json, file: file)
        vocabularySize = try reader.size("vocab_size")
        width = try reader.size("n_embd")
        layerCount = try reader.layers("n_layer")
        headCount = try reader.size("n_head")
        innerWidth = try reader.size("n_inner", default: 4 * width)
        positionCount = try reader.size("n_positions")
        activation = try reader.activation("activation_function", default: "gelu_new")
        embeddingDropout = try reader.probability("embd_pdrop", default: 0.1)
        attentionDropout = try reader.probability("attn_pdrop", default: 0.1)
        residualDropout = try reader.probability("resid_pdrop", default: 0.1)
        layerNormEpsilon = try reader.positive("layer_norm_epsilon", default: 1e-5)
        initializerRange = try reader.positive("initializer_range", default: 0.02)
        isTied = try reader.flag("tie_word_embeddings", default: true)
        try reader.require("scale_attn_weights", true)
        try reader.require("scale_attn_by_inverse_layer_idx", false)
        guard width % headCount == 0 else {
            throw .badValue(
                "n_head", found: "\(headCount)", expected: "a divisor of n_embd = \(width)", in: file)
        }
    }

    /// Adds the slots whose names start with `name`, with cross-attention to states of `sourceWidth` when
    /// given.
    private func network(_ layout: inout ParameterLayout, _ name: String, sourceWidth: Int?) -> PreNormDecoder
    {
        let words = Embedding(
            &layout, name + "wte", count: vocabularySize, width: width, standardDeviation: initializerRange)
        let positions = Embedding(
            &layout, name + "wpe", count: positionCount, width: width, standardDeviation: initializerRange)
        var blocks: [PreNormBlock] = []
        var starts = [layout.slots.count]
        for index in 0..<layerCount {
            blocks.append(
                block(
                    &layout, name + "h.\(index).", sourceWidth: sourceWidth,
                    branchDropout: index == 0 ? embeddingDropout : residualDropout))
            starts.append(layout.slots.count)
        }
        let norm = norm(&layout, name + "ln_f", layerCount == 0 ? embeddingDropout : residualDropout)
        return PreNormDecoder(
            words: words, positions: positions, blocks: blocks, blockStarts: starts, norm: norm)
    }

    private func norm(_ layout: inout ParameterLayout, _ name: String, _ dropout: Float) -> ResidualNorm {
        ResidualNorm(
            &layout, name, width: width, kind: .layer, epsilon: layerNormEpsilon, dropoutProbability: dropout)
    }

    private func block(
        _ layout: inout ParameterLayout, _ name: String, sourceWidth: Int?, branchDropout: Float
    ) -> PreNormBlock {
        // Matrices that write to the residual stream start smaller, as in the paper.
        let outputDeviation = initializerRange / Float(2 * layerCount).squareRoot()
        let attentionNorm = norm(&layout, name + "ln_1", branchDropout)
        let attention = GroupedQueryAttention(
            &layout, name + "attn", .fused(name + "attn.c_attn"), outputName: name + "attn.c_proj",
            shape: .init(width: width, heads: headCount), dropoutProbability: attentionDropout,
            standardDeviation: initializerRange, outputStandardDeviation: outputDeviation)
        var cross: (norm: ResidualNorm, attention: CrossAttention)?
        if let sourceWidth {
            let crossNorm = norm(&layout, name + "ln_cross_attn", residualDropout)
            let attention = CrossAttention(
                &layout, name + "crossattention",
                .fused(query: name + "crossattention.q_attn", keyValue: name + "crossattention.c_attn"),
                outputName: name + "crossattention.c_proj", width: width, sourceWidth: sourceWidth,
                heads: headCount, dropoutProbability: attentionDropout, standardDeviation: initializerRange)
            cross = (crossNorm, attention)
        }
        let feedForwardNorm = norm(&layout, name + "ln_2", residualDropout)
        let feedForward = FeedForward(
            &layout, innerName: name + "mlp.c_fc", outerName: name + "mlp.c_proj", width: width,
            innerWidth: innerWidth, activation: activation, standardDeviation: initializerRange,
            outerStandardDeviation: outputDeviation, isTransposed: true)
        return PreNormBlock(
            attentionNorm: attentionNorm, attention: attention, cross: cross,
            feedForwardNorm: feedForwardNorm, feedForward: feedForward)
    }
}

extension GPT2Configuration: DecoderConfiguration {
    var hiddenSize: Int { width }
    var maximumLength: Int { positionCount }

    func predictor(
        _ layout: inout ParameterLayout, prefix: String, backbone: String, sourceWidth: Int?
    ) -> LMHeadModel {
        let network = network(&layout, prefix + backbone, sourceWidth: sourceWidth)
        return LMHeadModel(
            &layout, over: network, prefix: prefix, isTied: isTied, standardDeviation: initializerRange)
    }
}
