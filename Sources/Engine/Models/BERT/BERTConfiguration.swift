// The part of a BERT or RoBERTa config.json that shapes the network.

internal import JSON
internal import Kernels
internal import Layers

/// Sizes and rates of a BERT or RoBERTa network, from Hugging Face's config.json.
struct BERTConfiguration: Sendable {
    /// The two ways to number positions and to name heads.
    enum Kind: Sendable {
        case bert
        /// Positions start behind the padding id (Liu et al. 2019); XLM-R is the same network.
        case roberta
    }

    let kind: Kind
    let vocabularySize: Int
    let hiddenSize: Int
    let layerCount: Int
    let headCount: Int
    let intermediateSize: Int
    let activation: Activation
    let hiddenDropout: Float
    let attentionDropout: Float
    /// Dropout before the classification head: `classifier_dropout`, else `hidden_dropout_prob`.
    let classifierDropout: Float
    let positionCount: Int
    let typeCount: Int
    let initializerRange: Float
    let layerNormEpsilon: Float
    /// Whether the output layer of a language model is the table of the word embeddings.
    let isTied: Bool
    /// Token whose embedding gets no gradient, as `padding_idx` in PyTorch.
    let paddingID: Int

    /// The position of a sequence's first token.
    var firstPosition: Int { kind == .roberta ? paddingID + 1 : 0 }
    /// Tokens of the longest sequence.
    var maximumLength: Int { positionCount - firstPosition }

    /// Reads the configuration; `file` is named in errors. Missing rates take Hugging Face's defaults, sizes
    /// must be there. A decoder's configuration is refused unless `isDecoder`.
    init(_ json: JSONValue, file: String, kind: Kind = .bert, isDecoder: Bool = false) throws(ModelError) {
        let reader = ConfigurationReader(json, file: file)
        self.kind = kind
        if let position = json["position_embedding_type"]?.string, position != "absolute" {
            throw .badValue(
                "position_embedding_type", found: "\"\(position)\"", expected: "\"absolute\"", in: file)
        }
        for key in ["is_decoder", "add_cross_attention"] where json[key]?.bool == true && !isDecoder {
            throw .badValue(key, found: "true", expected: "false: this task needs an encoder", in: file)
        }
        vocabularySize = try reader.size("vocab_size")
        hiddenSize = try reader.size("hidden_size")
        layerCount = try reader.layers("num_hidden_layers")
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
        isTied = try reader.flag("tie_word_embeddings", default: true)
        let padding = json["pad_token_id"]?.integer ?? (kind == .roberta ? 1 : -1)
        // A row behind RoBERTa's must be left for a token: its id is a position as well.
        guard kind == .bert || (-1..<positionCount - 1).contains(padding) else {
            throw .badValue(
                "pad_token_id", found: "\(padding)",
                expected: "an id below max_position_embeddings = \(positionCount)", in: file)
        }
        // BERT's files may name an id that is none of the vocabulary's; no token has it then.
        paddingID = kind == .roberta || padding < vocabularySize ? max(-1, padding) : -1
        guard hiddenSize % headCount == 0 else {
            throw .badValue(
                "num_attention_heads", found: "\(headCount)",
                expected: "a divisor of hidden_size = \(hiddenSize)", in: file)
        }
    }
}

// MARK: The network

extension BERTConfiguration: EncoderConfiguration {
    var blockShape: PostNormConfiguration? { shape }
    var poolerSize: Int? { hiddenSize }

    private var shape: PostNormConfiguration {
        PostNormConfiguration(
            width: hiddenSize, headCount: headCount, innerWidth: intermediateSize, activation: activation,
            attentionDropout: attentionDropout, attendedDropout: hiddenDropout, outputDropout: hiddenDropout,
            layerNormEpsilon: layerNormEpsilon, initializerRange: initializerRange)
    }

    var embeddings: TextEmbeddings.Shape {
        TextEmbeddings.Shape(
            vocabularySize: vocabularySize, width: hiddenSize, positionCount: positionCount,
            typeCount: typeCount, paddingID: paddingID, positionsFollowPadding: kind == .roberta,
            layerNormEpsilon: layerNormEpsilon, dropout: hiddenDropout, initializerRange: initializerRange)
    }

    func encoder(_ layout: inout ParameterLayout, prefix: String) -> any EncoderNetwork {
        PostNormEncoder(
            &layout, embeddings, prefix: prefix, maximumLength: maximumLength, layerCount: layerCount
        ) { layout, index in
            shape.block(&layout, .bert(prefix + "encoder.layer.\(index)."))
        }
    }

    /// BERT's classifier stands on its pooler, RoBERTa's on a layer of its own that drops its input.
    func classification(prefix: String) -> ClassificationLayers.Plan {
        switch kind {
        case .bert:
            ClassificationLayers.Plan(
                dense: .init(name: prefix + "pooler.dense", activation: .tanh),
                poolerPrefix: prefix + "pooler.", output: "classifier", dropout: classifierDropout)
        case .roberta:
            ClassificationLayers.Plan(
                dense: .init(name: "classifier.dense", activation: .tanh, inputDropoutSite: "classifier"),
                output: "classifier.out_proj", dropout: classifierDropout)
        }
    }

    var maskedLMHead: MaskedLMHead? {
        switch kind {
        case .bert:
            MaskedLMHead(
                prefixes: ["cls.predictions."], dense: "cls.predictions.transform.dense",
                norm: "cls.predictions.transform.LayerNorm",
                output: "cls.predictions.decoder", tiedBias: "cls.predictions.bias", activation: activation,
                epsilon: layerNormEpsilon, initializerRange: initializerRange, isTied: isTied)
        case .roberta:
            MaskedLMHead(
                prefixes: ["lm_head."], dense: "lm_head.dense", norm: "lm_head.layer_norm",
                output: "lm_head.decoder",
                tiedBias: "lm_head.bias", activation: .gelu, epsilon: layerNormEpsilon,
                initializerRange: initializerRange, isTied: isTied)
        }
    }
}
