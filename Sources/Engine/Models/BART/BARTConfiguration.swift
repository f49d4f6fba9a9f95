// The part of a BART or Pegasus config.json that shapes the networks.

internal import JSON
internal import Kernels
internal import Layers

/// Sizes and rates of BART (Lewis et al. 2020) and Pegasus (Zhang et al. 2020), which share their keys.
struct BARTConfiguration: Sendable {
    /// The two networks.
    enum Kind: Sendable {
        /// Norms behind the branches, learned positions that start at row 2, a norm of the embeddings.
        case bart
        /// Norms before the branches and at the end, sinusoidal positions.
        case pegasus
    }

    /// Sizes of one of both stacks.
    struct Stack: Sendable {
        let layerCount, headCount, innerWidth: Int
    }

    let kind: Kind
    let vocabularySize, width, positionCount: Int
    let encoder, decoder: Stack
    let activation: Activation
    let dropout, attentionDropout, activationDropout, initializerRange: Float
    let scalesEmbedding, isTied: Bool
    let paddingID: Int?
    let layerNormEpsilon: Float = 1e-5

    /// Reads the configuration; `file` is named in errors. Rates take Hugging Face's defaults where they are
    /// missing, sizes must be there.
    init(_ json: JSONValue, file: String, kind: Kind) throws(ModelError) {
        let reader = ConfigurationReader(json, file: file)
        self.kind = kind
        vocabularySize = try reader.size("vocab_size")
        width = try reader.size("d_model")
        positionCount = try reader.size("max_position_embeddings", default: 1_024)
        encoder = try Self.stack(reader, "encoder", width: width)
        decoder = try Self.stack(reader, "decoder", width: width)
        activation = try reader.activation("activation_function", default: "gelu")
        dropout = try reader.probability("dropout", default: 0.1)
        attentionDropout = try reader.probability("attention_dropout", default: 0)
        activationDropout = try reader.probability("activation_dropout", default: 0)
        initializerRange = try reader.positive("init_std", default: 0.02)
        scalesEmbedding = try reader.flag("scale_embedding", default: false)
        isTied = try reader.flag("tie_word_embeddings", default: true)
        for key in ["encoder_layerdrop", "decoder_layerdrop"] {
            guard try reader.probability(key, default: 0) == 0 else {
                throw .badValue(
                    key, found: json[key]?.summary ?? "", expected: "0: whole layers are not dropped",
                    in: file)
            }
        }
        for key in ["normalize_before", "add_final_layer_norm"] where kind == .bart {
            guard json[key]?.bool != true else {
                throw .badValue(
                    key, found: "true", expected: "false: BART's norms stand behind its branches", in: file)
            }
        }
        paddingID = json["pad_token_id"]?.integer.flatMap { [size = vocabularySize] id in
            (0..<size).contains(id) ? id : nil
        }
    }

    private static func stack(
        _ reader: ConfigurationReader, _ part: String, width: Int
    ) throws(ModelError) -> Stack {
        let heads = try reader.size(part + "_attention_heads")
        guard width % heads == 0 else {
            throw .badValue(
                part + "_attention_heads", found: "\(heads)", expected: "a divisor of d_model = \(width)",
                in: reader.file)
        }
        return Stack(
            layerCount: try reader.layers(part + "_layers"), headCount: heads,
            innerWidth: try reader.size(part + "_ffn_dim"))
    }
}

extension BARTConfiguration: SequenceToSequenceConfiguration {
    var maximumSourceLength: Int { positionCount }
    var maximumTargetLength: Int { positionCount }

    func networks(_ layout: inout ParameterLayout) -> (encoder: any EncoderNetwork, decoder: LMHeadModel) {
        let words = Embedding(
            &layout, "model.shared", count: vocabularySize, width: width,
            standardDeviation: initializerRange, paddingID: paddingID)
        let network: any EncoderNetwork
        let backbone: any Backbone
        switch kind {
        case .bart:
            network = postNormEncoder(&layout, words)
            backbone = postNormDecoder(&layout, words)
        case .pegasus:
            network = preNormStack(&layout, words, "model.encoder.", encoder, sourceWidth: nil)
            backbone = preNormStack(&layout, words, "model.decoder.", decoder, sourceWidth: width)
        }
        let bias = "final_logits_bias"
        let output =
            isTied
            ? LMHead(&layout, tiedTo: words, constantBiasName: bias)
            : LMHead(
                &layout, "lm_head", vocabularySize: vocabularySize, width: width,
                standardDeviation: initializerRange, constantBiasName: bias)
        let tied = TiedTensor(copy: "lm_head.weight", original: words.tensorName)
        return (
            network,
            LMHeadModel(
                network: backbone, output: output, headPrefixes: ["lm_head.", bias],
                tiedTensors: isTied ? [tied] : [])
        )
    }

    /// The embeddings of one stack, whose names start with `prefix`. The decoder's backward pass comes first.
    func embeddings(_ layout: inout ParameterLayout, _ words: Embedding, _ prefix: String) -> TextEmbeddings {
        let isBART = kind == .bart
        let first = isBART ? 2 : 0
        let shape = TextEmbeddings.Shape(
            vocabularySize: vocabularySize, width: width, positionCount: positionCount,
            paddingID: paddingID ?? -1, layerNormEpsilon: layerNormEpsilon, dropout: dropout,
            initializerRange: initializerRange, firstPosition: first,
            scale: scalesEmbedding ? Float(width).squareRoot() : 1)
        let positions = Embedding(
            &layout, prefix + "embed_positions", count: positionCount + first, width: width,
            standardDeviation: initializerRange, isSinusoidal: !isBART)
        let norm =
            isBART
            ? LayerNorm(
                &layout, prefix + "layernorm_embedding", width: width, epsilon: layerNormEpsilon)
            : nil
        return TextEmbeddings(
            shape, words: words, positions: positions, norm: norm, site: prefix + "embeddings",
            isLastOfWords: prefix == "model.encoder.")
    }
}
