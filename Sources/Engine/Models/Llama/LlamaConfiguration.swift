// The part of a config.json of the Llama family that shapes the network, and the network.

internal import JSON
internal import Kernels
internal import Layers

/// Sizes and rates of Llama (Touvron et al. 2023), SmolLM2, Mistral without a sliding window, and Qwen2.
struct LlamaConfiguration: Sendable {
    let vocabularySize, width, layerCount, headCount, keyValueHeadCount, headSize, innerWidth: Int
    let positionCount: Int
    let attentionDropout, normEpsilon, initializerRange: Float
    let hasProjectionBias, hasOutputBias, hasFeedForwardBias, isTied: Bool
    let paddingID: Int?
    let rotaryBase: Double
    let rotaryScaling: RotaryScaling

    /// With `isQwen` the projections to queries, keys and values have biases, and the one behind them has
    /// none.
    init(_ json: JSONValue, file: String, isQwen: Bool = false) throws(ModelError) {
        let reader = ConfigurationReader(json, file: file)
        vocabularySize = try reader.size("vocab_size")
        width = try reader.size("hidden_size")
        layerCount = try reader.layers("num_hidden_layers")
        headCount = try reader.size("num_attention_heads")
        keyValueHeadCount = try reader.size("num_key_value_heads", default: headCount)
        headSize = try reader.size("head_dim", default: max(1, width / headCount))
        try reader.checkProduct("num_attention_heads × head_dim", [headCount, headSize])
        innerWidth = try reader.size("intermediate_size")
        positionCount = try reader.size("max_position_embeddings", default: 2_048)
        attentionDropout = try reader.probability("attention_dropout", default: 0)
        normEpsilon = try reader.positive("rms_norm_eps", default: 1e-6)
        initializerRange = try reader.positive("initializer_range", default: 0.02)
        let hasBias = try reader.flag("attention_bias", default: false)
        hasProjectionBias = isQwen || hasBias
        hasOutputBias = !isQwen && hasBias
        hasFeedForwardBias = try reader.flag("mlp_bias", default: false)
        isTied = try reader.flag("tie_word_embeddings", default: false)
        paddingID = json["pad_token_id"]?.integer.flatMap { [size = vocabularySize] id in
            (0..<size).contains(id) ? id : nil
        }
        let activation = try reader.activation("hidden_act", default: "silu")
        guard activation == .silu else {
            throw .badValue(
                "hidden_act", found: json["hidden_act"]?.summary ?? "", expected: "\"silu\"", in: file)
        }
        try Self.refuseSlidingWindow(json, positions: positionCount, file: file)
        (rotaryBase, rotaryScaling) = try RotaryScaling.read(json, positions: positionCount, file: file)
        guard headCount % keyValueHeadCount == 0 else {
            throw .badValue(
                "num_key_value_heads", found: "\(keyValueHeadCount)",
                expected: "a divisor of num_attention_heads = \(headCount)", in: file)
        }
        guard headSize % 2 == 0 else {
            throw .badValue("head_dim", found: "\(headSize)", expected: "an even number", in: file)
        }
    }

    /// A window that no sequence fills changes nothing; any other is not supported.
    private static func refuseSlidingWindow(
        _ json: JSONValue, positions: Int, file: String
    ) throws(ModelError) {
        guard let window = json["sliding_window"]?.integer, window < positions else { return }
        if json["use_sliding_window"]?.bool == false { return }
        throw .badValue(
            "sliding_window", found: "\(window)",
            expected: "null or at least max_position_embeddings = \(positions): windows are not supported",
            in: file)
    }

    /// Adds the slots whose names start with `name`.
    private func network(_ layout: inout ParameterLayout, _ name: String) -> PreNormDecoder {
        let words = Embedding(
            &layout, name + "embed_tokens", count: vocabularySize, width: width,
            standardDeviation: initializerRange, paddingID: paddingID)
        let rotary = RotaryEmbedding(headSize: headSize, base: rotaryBase, scaling: rotaryScaling)
        var blocks: [PreNormBlock] = []
        var starts = [layout.slots.count]
        for index in 0..<layerCount {
            blocks.append(block(&layout, name + "layers.\(index).", rotary))
            starts.append(layout.slots.count)
        }
        let norm = norm(&layout, name + "norm")
        return PreNormDecoder(words: words, positions: nil, blocks: blocks, blockStarts: starts, norm: norm)
    }

    private func norm(_ layout: inout ParameterLayout, _ name: String) -> ResidualNorm {
        ResidualNorm(&layout, name, width: width, kind: .rms, epsilon: normEpsilon)
    }

    private func block(
        _ layout: inout ParameterLayout, _ name: String, _ rotary: RotaryEmbedding
    ) -> PreNormBlock {
        let attentionNorm = norm(&layout, name + "input_layernorm")
        let part = name + "self_attn."
        let attention = GroupedQueryAttention(
            &layout, name + "self_attn",
            .separate(query: part + "q_proj", key: part + "k_proj", value: part + "v_proj"),
            outputName: part + "o_proj",
            shape: .init(
                width: width, heads: headCount, keyValueHeads: keyValueHeadCount, headSize: headSize,
                hasProjectionBias: hasProjectionBias, hasOutputBias: hasOutputBias),
            rotary: rotary, dropoutProbability: attentionDropout, standardDeviation: initializerRange)
        let feedForwardNorm = norm(&layout, name + "post_attention_layernorm")
        let feedForward = GatedFeedForward(
            &layout, gateName: name + "mlp.gate_proj", upName: name + "mlp.up_proj",
            downName: name + "mlp.down_proj", width: width, innerWidth: innerWidth,
            hasBias: hasFeedForwardBias, standardDeviation: initializerRange)
        return PreNormBlock(
            attentionNorm: attentionNorm, attention: attention, feedForwardNorm: feedForwardNorm,
            feedForward: feedForward)
    }
}

extension LlamaConfiguration: DecoderConfiguration {
    var hiddenSize: Int { width }
    var maximumLength: Int { positionCount }

    func predictor(
        _ layout: inout ParameterLayout, prefix: String, backbone: String, sourceWidth: Int?
    ) -> LMHeadModel {
        precondition(sourceWidth == nil, "a Llama has no cross-attention")
        let network = network(&layout, prefix + backbone)
        return LMHeadModel(
            &layout, over: network, prefix: prefix, isTied: isTied, standardDeviation: initializerRange)
    }
}
