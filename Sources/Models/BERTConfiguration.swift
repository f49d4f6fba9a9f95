// The part of a BERT config.json that shapes the network.

public import Kernels

/// Sizes and rates of a BERT encoder, from Hugging Face's config.json.
public struct BERTConfiguration: Sendable, Equatable {
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

    /// Reads the configuration; `file` is named in errors. Missing rates take Hugging Face's defaults, sizes must
    /// be there.
    public init(_ json: JSONValue, file: String) throws(ModelError) {
        let reader = ConfigurationReader(json: json, file: file)
        let type = json["model_type"]?.string ?? "missing"
        guard type == "bert" else { throw .unsupportedModel(type, in: file) }
        if let position = json["position_embedding_type"]?.string, position != "absolute" {
            throw .badValue(
                "position_embedding_type", found: "\"\(position)\"", expected: "\"absolute\"", in: file)
        }
        for key in ["is_decoder", "add_cross_attention"] where json[key]?.bool == true {
            throw .badValue(key, found: "true", expected: "false: a classifier needs an encoder", in: file)
        }
        vocabularySize = try reader.size("vocab_size")
        hiddenSize = try reader.size("hidden_size")
        layerCount = try reader.size("num_hidden_layers")
        headCount = try reader.size("num_attention_heads")
        intermediateSize = try reader.size("intermediate_size")
        positionCount = try reader.size("max_position_embeddings")
        typeCount = try reader.size("type_vocab_size", default: 2)
        let name = json["hidden_act"]?.string ?? "gelu"
        guard let activation = Activation(huggingFaceName: name) else {
            let known = Activation.huggingFaceNames.joined(separator: ", ")
            throw .badValue("hidden_act", found: "\"\(name)\"", expected: "one of \(known)", in: file)
        }
        self.activation = activation
        hiddenDropout = try reader.probability("hidden_dropout_prob", default: 0.1)
        attentionDropout = try reader.probability("attention_probs_dropout_prob", default: 0.1)
        classifierDropout = try reader.probability("classifier_dropout", default: hiddenDropout)
        initializerRange = try reader.positive("initializer_range", default: 0.02)
        layerNormEpsilon = try reader.positive("layer_norm_eps", default: 1e-12)
        paddingID = json["pad_token_id"]?.integer ?? -1
        guard hiddenSize % headCount == 0 else {
            throw .badValue(
                "num_attention_heads", found: "\(headCount)",
                expected: "a divisor of hidden_size = \(hiddenSize)", in: file)
        }
    }
}

/// Typed look-ups with the file and key in each error.
struct ConfigurationReader {
    let json: JSONValue
    let file: String

    func size(_ key: String, default fallback: Int? = nil) throws(ModelError) -> Int {
        guard let value = json[key], value != .null else {
            guard let fallback else { throw .missingKey(key, in: file) }
            return fallback
        }
        guard let size = value.integer, size > 0, size < 1 << 31 else {
            throw .badValue(key, found: "\(value.text)", expected: "a positive whole number", in: file)
        }
        return size
    }

    func probability(_ key: String, default fallback: Float) throws(ModelError) -> Float {
        guard let value = json[key], value != .null else { return fallback }
        guard let number = value.double, number >= 0, number < 1 else {
            throw .badValue(
                key, found: value.text, expected: "a number from 0 up to, not including, 1", in: file)
        }
        return Float(number)
    }

    func positive(_ key: String, default fallback: Float) throws(ModelError) -> Float {
        guard let value = json[key], value != .null else { return fallback }
        guard let number = value.double, number > 0, number.isFinite else {
            throw .badValue(key, found: value.text, expected: "a positive number", in: file)
        }
        return Float(number)
    }
}

extension JSONValue {
    /// The value as JSON on one line, for messages.
    var text: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let value): "\"\(value)\""
        case .array(let values): "[" + values.map(\.text).joined(separator: ", ") + "]"
        case .object(let members): "{" + members.keys.sorted().joined(separator: ", ") + "}"
        }
    }
}
