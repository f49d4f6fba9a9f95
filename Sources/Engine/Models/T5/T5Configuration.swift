// The part of a T5 config.json that shapes the networks.

internal import JSON
internal import Kernels
internal import Layers

/// Sizes and rates of T5 (Raffel et al. 2020), T5 v1.1 and Flan-T5.
struct T5Configuration: Sendable {
    let vocabularySize, width, headCount, headSize, innerWidth: Int
    let encoderLayerCount, decoderLayerCount: Int
    let bucketCount, maximumDistance: Int
    let activation: Activation
    let isGated: Bool
    let dropout, normEpsilon, initializerFactor: Float
    let isTied: Bool
    /// Whether states are multiplied by 1/√d before the output layer, as in T5 v1.0.
    let scalesOutput: Bool
    let file: String

    /// Tokens of the longest text: distances have no end, memory has.
    static let maximumLength = 1 << 16

    /// Reads the configuration; `file` is named in errors. Rates take Hugging Face's defaults where they are
    /// missing, sizes must be there.
    init(_ json: JSONValue, file: String) throws(ModelError) {
        let reader = ConfigurationReader(json, file: file)
        self.file = file
        vocabularySize = try reader.size("vocab_size")
        width = try reader.size("d_model")
        headCount = try reader.size("num_heads")
        headSize = try reader.size("d_kv")
        try reader.checkProduct("num_heads × d_kv", [headCount, headSize])
        innerWidth = try reader.size("d_ff")
        encoderLayerCount = try reader.layers("num_layers")
        decoderLayerCount = try reader.layers("num_decoder_layers", default: encoderLayerCount)
        bucketCount = try reader.size("relative_attention_num_buckets", default: 32)
        maximumDistance = try reader.size("relative_attention_max_distance", default: 128)
        dropout = try reader.probability("dropout_rate", default: 0.1)
        normEpsilon = try reader.positive("layer_norm_epsilon", default: 1e-6)
        initializerFactor = try reader.positive("initializer_factor", default: 1)
        isTied = try reader.flag("tie_word_embeddings", default: true)
        // transformers 5 says it by a key of its own, older versions by whether the head is tied.
        scalesOutput = try reader.flag("scale_decoder_outputs", default: isTied)
        (activation, isGated) = try Self.feedForward(json, file: file)
        guard bucketCount >= 4, bucketCount % 4 == 0 else {
            throw .badValue(
                "relative_attention_num_buckets", found: "\(bucketCount)", expected: "a multiple of 4",
                in: file)
        }
        guard maximumDistance > bucketCount / 2 else {
            throw .badValue(
                "relative_attention_max_distance", found: "\(maximumDistance)",
                expected: "more than half of relative_attention_num_buckets = \(bucketCount)", in: file)
        }
    }

    /// `feed_forward_proj`: an activation, or `gated-` and one.
    private static func feedForward(
        _ json: JSONValue, file: String
    ) throws(ModelError) -> (activation: Activation, isGated: Bool) {
        let name = json["feed_forward_proj"]?.string ?? "relu"
        let isGated = name.hasPrefix("gated-")
        let plain = isGated ? String(name.dropFirst(6)) : name
        guard let activation = Activation(huggingFaceName: name == "gated-gelu" ? "gelu_new" : plain) else {
            throw .badValue(
                "feed_forward_proj", found: "\"\(name)\"",
                expected: "one of \(Activation.huggingFaceNames.joined(separator: ", ")), or gated- and one",
                in: file)
        }
        return (activation, isGated)
    }
}

extension T5Configuration: SequenceToSequenceConfiguration {
    var maximumSourceLength: Int { Self.maximumLength }
    var maximumTargetLength: Int { Self.maximumLength }
    var untiedMembers: [(key: String, value: Bool)] { [("scale_decoder_outputs", scalesOutput)] }

    func networks(_ layout: inout ParameterLayout) -> (encoder: any EncoderNetwork, decoder: LMHeadModel) {
        let words = Embedding(
            &layout, "shared", count: vocabularySize, width: width, standardDeviation: initializerFactor)
        let encoder = stack(&layout, words, isDecoder: false)
        let decoder = stack(&layout, words, isDecoder: true)
        let output =
            isTied
            ? LMHead(&layout, tiedTo: words)
            : LMHead(
                &layout, "lm_head", vocabularySize: vocabularySize, width: width,
                standardDeviation: initializerFactor)
        let tied = TiedTensor(copy: "lm_head.weight", original: words.tensorName)
        return (
            encoder,
            LMHeadModel(
                network: decoder, output: output, headPrefixes: ["lm_head."],
                tiedTensors: isTied ? [tied] : [])
        )
    }
}
