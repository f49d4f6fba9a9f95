// The part of a BERT or RoBERTa config.json that shapes the network.

public import Kernels

/// Sizes and rates of a BERT or RoBERTa network, from Hugging Face's config.json.
public struct BERTConfiguration: Sendable, Equatable {
    /// The two ways to number positions and to name heads.
    public enum Family: Sendable, Equatable {
        case bert
        /// Positions start behind the padding id (Liu et al. 2019); XLM-R is the same network.
        case roberta
    }

    public var family: Family
    public var vocabularySize: Int
    public var hiddenSize: Int
    public var layerCount: Int
    public var headCount: Int
    public var intermediateSize: Int
    public var activation: Activation
    public var hiddenDropout: Float
    public var attentionDropout: Float
    /// Dropout before the classification head: `classifier_dropout`, else `hidden_dropout_prob`.
    public var classifierDropout: Float
    public var positionCount: Int
    public var typeCount: Int
    public var initializerRange: Float
    public var layerNormEpsilon: Float
    /// Token whose embedding gets no gradient, as `padding_idx` in PyTorch.
    public var paddingID: Int

    /// The position of a sequence's first token.
    public var firstPosition: Int { family == .roberta ? paddingID + 1 : 0 }
    /// Tokens of the longest sequence.
    public var maximumLength: Int { positionCount - firstPosition }

    /// The values of `model_type` that it reads.
    static let modelTypes: [String: Family] = ["bert": .bert, "roberta": .roberta, "xlm-roberta": .roberta]

    /// Reads the configuration; `file` is named in errors. Missing rates take Hugging Face's defaults, sizes must
    /// be there. A decoder's configuration is refused unless `isDecoder`.
    public init(_ json: JSONValue, file: String, isDecoder: Bool = false) throws(ModelError) {
        let reader = ConfigurationReader(json: json, file: file)
        let type = json["model_type"]?.string ?? "missing"
        guard let family = Self.modelTypes[type] else {
            throw .unsupportedModel(type, in: file, known: Self.modelTypes.keys.sorted())
        }
        self.family = family
        if let position = json["position_embedding_type"]?.string, position != "absolute" {
            throw .badValue(
                "position_embedding_type", found: "\"\(position)\"", expected: "\"absolute\"", in: file)
        }
        for key in ["is_decoder", "add_cross_attention"] where json[key]?.bool == true && !isDecoder {
            throw .badValue(key, found: "true", expected: "false: this task needs an encoder", in: file)
        }
        vocabularySize = try reader.size("vocab_size")
        hiddenSize = try reader.size("hidden_size")
        layerCount = try reader.size("num_hidden_layers")
        headCount = try reader.size("num_attention_heads")
        intermediateSize = try reader.size("intermediate_size")
        positionCount = try reader.size("max_position_embeddings")
        typeCount = try reader.size("type_vocab_size", default: 2)
        activation = try reader.activation("hidden_act", default: "gelu")
        hiddenDropout = try reader.probability("hidden_dropout_prob", default: 0.1)
        attentionDropout = try reader.probability("attention_probs_dropout_prob", default: 0.1)
        classifierDropout = try reader.probability("classifier_dropout", default: hiddenDropout)
        initializerRange = try reader.positive("initializer_range", default: 0.02)
        layerNormEpsilon = try reader.positive("layer_norm_eps", default: 1e-12)
        paddingID = json["pad_token_id"]?.integer ?? (family == .roberta ? 1 : -1)
        guard firstPosition >= 0, positionCount > firstPosition else {
            throw .badValue(
                "pad_token_id", found: "\(paddingID)",
                expected: "an id below max_position_embeddings = \(positionCount)", in: file)
        }
        guard hiddenSize % headCount == 0 else {
            throw .badValue(
                "num_attention_heads", found: "\(headCount)",
                expected: "a divisor of hidden_size = \(hiddenSize)", in: file)
        }
    }
}
