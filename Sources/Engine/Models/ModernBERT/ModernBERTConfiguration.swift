// The part of a ModernBERT config.json that shapes the network.

internal import JSON
internal import Kernels
internal import Layers

/// Sizes and rates of ModernBERT (Warner et al. 2024), from Hugging Face's config.json.
struct ModernBERTConfiguration: Sendable {
    let vocabularySize, hiddenSize, headCount, intermediateSize, positionCount: Int
    let activation, headActivation: Activation
    /// Of the embeddings, of attention probabilities and of what the attention gives, inside the feed-forward
    /// layers, before a classifier's output layer.
    let embeddingDropout, attentionDropout, feedForwardDropout, classifierDropout: Float
    let normEpsilon, initializerRange: Float
    let hasNormBias, hasAttentionBias, hasFeedForwardBias, hasHeadBias, hasDecoderBias, isTied: Bool
    let pooling: SequencePooling
    let paddingID: Int?
    /// Which layers see the tokens near by alone.
    let isLocal: [Bool]
    /// Tokens that a local layer sees on each side.
    let window: Int
    let globalRotary, localRotary: Rotary

    /// A rotary embedding of one kind of layer.
    struct Rotary: Sendable {
        let base: Double
        let scaling: RotaryScaling
    }

    var headSize: Int { hiddenSize / headCount }
    /// Matrices that write to the residual stream, and the head's, start smaller.
    var outputDeviation: Float { initializerRange / Float(2 * isLocal.count).squareRoot() }

    /// Reads the configuration; `file` is named in errors. Rates and flags that are missing take Hugging
    /// Face's defaults, sizes must be there.
    ///
    /// `sparse_prediction` asks for logits of the masked tokens alone, which is what training computes in any
    /// case. New weights are not cut off at `initializer_cutoff_factor` standard deviations.
    init(_ json: JSONValue, file: String) throws(ModelError) {
        let reader = ConfigurationReader(json, file: file)
        for key in ["is_decoder", "add_cross_attention"] where json[key]?.bool == true {
            throw .badValue(key, found: "true", expected: "false: a ModernBERT is an encoder", in: file)
        }
        vocabularySize = try reader.size("vocab_size")
        hiddenSize = try reader.size("hidden_size")
        headCount = try reader.size("num_attention_heads")
        intermediateSize = try reader.size("intermediate_size")
        positionCount = try reader.size("max_position_embeddings", default: 8_192)
        activation = try reader.activation("hidden_activation", default: "gelu")
        headActivation = try reader.activation("classifier_activation", default: "gelu")
        embeddingDropout = try reader.probability("embedding_dropout", default: 0)
        attentionDropout = try reader.probability("attention_dropout", default: 0)
        feedForwardDropout = try reader.probability("mlp_dropout", default: 0)
        classifierDropout = try reader.probability("classifier_dropout", default: 0)
        normEpsilon = try reader.positive("norm_eps", default: 1e-5)
        initializerRange = try reader.positive("initializer_range", default: 0.02)
        hasNormBias = try reader.flag("norm_bias", default: false)
        hasAttentionBias = try reader.flag("attention_bias", default: false)
        hasFeedForwardBias = try reader.flag("mlp_bias", default: false)
        hasHeadBias = try reader.flag("classifier_bias", default: false)
        hasDecoderBias = try reader.flag("decoder_bias", default: true)
        isTied = try reader.flag("tie_word_embeddings", default: true)
        pooling = try Self.pooling(json, file: file)
        let padding = json["pad_token_id"] ?? .integer(50_283)
        paddingID = padding.integer.flatMap { [size = vocabularySize] in (0..<size).contains($0) ? $0 : nil }
        isLocal = try Self.localLayers(json, count: try reader.size("num_hidden_layers"), reader)
        window = try reader.size("local_attention", default: 128) / 2
        globalRotary = try Self.rotary(
            json, layerType: Self.globalType, baseKey: "global_rope_theta", fallback: 160_000,
            positions: positionCount, file: file)
        localRotary = try Self.rotary(
            json, layerType: Self.localType, baseKey: "local_rope_theta", fallback: 10_000,
            positions: positionCount, file: file)
        guard hiddenSize % headCount == 0, hiddenSize / headCount % 2 == 0 else {
            throw .badValue(
                "num_attention_heads", found: "\(headCount)",
                expected: "a divisor of hidden_size = \(hiddenSize) that leaves heads of an even width",
                in: file)
        }
    }

    private static let globalType = "full_attention"
    private static let localType = "sliding_attention"

    private static func pooling(_ json: JSONValue, file: String) throws(ModelError) -> SequencePooling {
        guard let value = json["classifier_pooling"], value != .null else { return .first }
        switch value.string {
        case "cls": return .first
        case "mean": return .mean
        default:
            throw .badValue(
                "classifier_pooling", found: value.summary, expected: "\"cls\" or \"mean\"", in: file)
        }
    }

    /// `layer_types`, or the older rule: the first layer is global, and every nth from there.
    private static func localLayers(
        _ json: JSONValue, count: Int, _ reader: ConfigurationReader
    ) throws(ModelError) -> [Bool] {
        guard let value = json["layer_types"], value != .null else {
            let period = try reader.size("global_attn_every_n_layers", default: 3)
            return (0..<count).map { $0 % period != 0 }
        }
        let types = (value.array ?? []).map { $0.string ?? "" }
        guard types.count == count, types.allSatisfy({ [globalType, localType].contains($0) }) else {
            throw .badValue(
                "layer_types", found: value.summary,
                expected: "\"\(globalType)\" or \"\(localType)\" for each of num_hidden_layers = \(count)",
                in: reader.file)
        }
        return types.map { $0 == localType }
    }

    /// The rotary embedding of a kind of layers: `rope_parameters` has an object for each kind; older files
    /// have a base for each and `rope_scaling` for both.
    private static func rotary(
        _ json: JSONValue, layerType: String, baseKey: String, fallback: Double, positions: Int, file: String
    ) throws(ModelError) -> Rotary {
        var parameters = json["rope_parameters"]?[layerType]?.object ?? [:]
        parameters = parameters.merging(json["rope_scaling"]?.object ?? [:])
        if parameters["rope_theta"] == nil { parameters["rope_theta"] = json[baseKey] ?? .shortest(fallback) }
        guard parameters["rope_theta"]?.double != nil else {
            throw .badValue(
                baseKey, found: parameters["rope_theta"]?.summary ?? "missing", expected: "a number above 1",
                in: file)
        }
        let read = try RotaryScaling.read(
            .object(["rope_parameters": .object(parameters)]), positions: positions, file: file)
        return Rotary(base: read.base, scaling: read.scaling)
    }
}

// MARK: The network

extension ModernBERTConfiguration: EncoderConfiguration {
    /// Files hold no pooler.
    var poolerSize: Int? { nil }

    /// Layers over sentences have their own norms and biases, as those over a BERT.
    var blockShape: PostNormConfiguration? {
        PostNormConfiguration(
            width: hiddenSize, headCount: headCount, innerWidth: intermediateSize, activation: activation,
            attentionDropout: attentionDropout, attendedDropout: attentionDropout,
            outputDropout: feedForwardDropout, layerNormEpsilon: normEpsilon,
            initializerRange: initializerRange)
    }

    func encoder(_ layout: inout ParameterLayout, prefix: String) -> any EncoderNetwork {
        ModernBERTEncoder(&layout, self, prefix: prefix)
    }

    /// The head of the masked language model stands before every output layer, and pretraining has made it.
    func classification(prefix: String) -> ClassificationLayers.Plan {
        ClassificationLayers.Plan(
            pooling: pooling,
            dense: .init(
                name: "head.dense", activation: headActivation, hasBias: hasHeadBias,
                norm: .init(name: "head.norm", epsilon: normEpsilon, hasBias: hasNormBias),
                standardDeviation: outputDeviation),
            poolerPrefix: "head.", output: "classifier", dropout: classifierDropout,
            outputDeviation: 1 / Float(hiddenSize).squareRoot())
    }

    func tokenClassification(prefix: String) -> ClassificationLayers.Plan { classification(prefix: prefix) }
    func questionAnswering(prefix: String) -> ClassificationLayers.Plan { classification(prefix: prefix) }

    var maskedLMHead: MaskedLMHead? {
        MaskedLMHead(
            prefixes: ["head.", "decoder."], dense: "head.dense", norm: "head.norm", output: "decoder",
            tiedBias: hasDecoderBias ? "decoder.bias" : nil, activation: headActivation, epsilon: normEpsilon,
            initializerRange: outputDeviation, isTied: isTied, hasDenseBias: hasHeadBias,
            hasNormBias: hasNormBias)
    }
}
