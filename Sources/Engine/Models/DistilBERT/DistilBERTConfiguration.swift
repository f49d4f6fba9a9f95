// The part of a DistilBERT config.json that shapes the network.

internal import JSON
internal import Kernels
internal import Layers

/// Sizes and rates of a DistilBERT network (Sanh et al. 2019), from Hugging Face's config.json: BERT's blocks
/// without token types and without a pooler.
///
/// `sinusoidal_pos_embds` says what a position table held when the pretraining began. Files hold the table
/// either way, and it is trained as any other, as in transformers 5; `tie_weights_` of old files means
/// nothing there.
struct DistilBERTConfiguration: Sendable {
    let vocabularySize: Int
    let hiddenSize: Int
    let layerCount: Int
    let headCount: Int
    let intermediateSize: Int
    let positionCount: Int
    let activation: Activation
    /// Dropout of the embeddings, of the feed-forward layers, and before the labels of tokens.
    let dropout: Float
    let attentionDropout: Float
    /// Dropout before the output layer of a classifier of whole texts.
    let classifierDropout: Float
    /// Dropout before the scores of an answer's first and last token.
    let answerDropout: Float
    let initializerRange: Float
    /// Whether the output layer of a masked language model is the table of the word embeddings.
    let isTied: Bool
    /// Token whose embedding gets no gradient, as `padding_idx` in PyTorch.
    let paddingID: Int

    /// No key of config.json sets it.
    private static let layerNormEpsilon: Float = 1e-12

    /// Reads the configuration; `file` is named in errors. Missing rates take Hugging Face's defaults, sizes
    /// must be there.
    init(_ json: JSONValue, file: String) throws(ModelError) {
        let reader = ConfigurationReader(json, file: file)
        vocabularySize = try reader.size("vocab_size")
        hiddenSize = try reader.size("dim")
        layerCount = try reader.size("n_layers")
        headCount = try reader.size("n_heads")
        intermediateSize = try reader.size("hidden_dim")
        positionCount = try reader.size("max_position_embeddings")
        activation = try reader.activation("activation", default: "gelu")
        dropout = try reader.probability("dropout", default: 0.1)
        attentionDropout = try reader.probability("attention_dropout", default: 0.1)
        classifierDropout = try reader.probability("seq_classif_dropout", default: 0.2)
        answerDropout = try reader.probability("qa_dropout", default: 0.1)
        initializerRange = try reader.positive("initializer_range", default: 0.02)
        isTied = try reader.flag("tie_word_embeddings", default: true)
        let padding = json["pad_token_id"]?.integer ?? 0
        // An id outside of the vocabulary is no token's.
        paddingID = (0..<vocabularySize).contains(padding) ? padding : -1
        guard hiddenSize % headCount == 0 else {
            throw .badValue(
                "n_heads", found: "\(headCount)", expected: "a divisor of dim = \(hiddenSize)", in: file)
        }
    }
}

// MARK: The network

extension DistilBERTConfiguration: EncoderConfiguration {
    var poolerSize: Int? { nil }

    /// The layers over sentences are BERTSum's, which drop what their attention gives.
    var blockShape: PostNormConfiguration? { shape(attendedDropout: dropout) }

    private func shape(attendedDropout: Float) -> PostNormConfiguration {
        PostNormConfiguration(
            width: hiddenSize, headCount: headCount, innerWidth: intermediateSize, activation: activation,
            attentionDropout: attentionDropout, attendedDropout: attendedDropout, outputDropout: dropout,
            layerNormEpsilon: Self.layerNormEpsilon, initializerRange: initializerRange)
    }

    func encoder(_ layout: inout ParameterLayout, prefix: String) -> any EncoderNetwork {
        let embeddings = TextEmbeddings.Shape(
            vocabularySize: vocabularySize, width: hiddenSize, positionCount: positionCount, typeCount: nil,
            paddingID: paddingID, layerNormEpsilon: Self.layerNormEpsilon, dropout: dropout,
            initializerRange: initializerRange)
        return PostNormEncoder(
            &layout, embeddings, prefix: prefix, maximumLength: positionCount, layerCount: layerCount
        ) { layout, index in
            shape(attendedDropout: 0).block(
                &layout, .distilBERT(prefix + "transformer.layer.\(index)."))
        }
    }

    func classification(prefix: String) -> ClassificationLayers.Plan {
        ClassificationLayers.Plan(
            dense: .init(name: "pre_classifier", activation: .relu),
            headPrefixes: ["pre_classifier.", "classifier."], output: "classifier",
            dropout: classifierDropout)
    }

    func tokenClassification(prefix: String) -> ClassificationLayers.Plan {
        ClassificationLayers.Plan(output: "classifier", dropout: dropout)
    }

    func questionAnswering(prefix: String) -> ClassificationLayers.Plan {
        ClassificationLayers.Plan(output: "qa_outputs", dropout: answerDropout)
    }

    var maskedLMHead: MaskedLMHead? {
        MaskedLMHead(
            prefixes: ["vocab_transform.", "vocab_layer_norm.", "vocab_projector."], dense: "vocab_transform",
            norm: "vocab_layer_norm", output: "vocab_projector", tiedBias: "vocab_projector.bias",
            activation: activation, epsilon: Self.layerNormEpsilon, initializerRange: initializerRange,
            isTied: isTied)
    }
}

extension PostNormConfiguration.Names {
    /// DistilBERT's, all starting with `name`.
    fileprivate static func distilBERT(_ name: String) -> PostNormConfiguration.Names {
        let own = name + "attention"
        return PostNormConfiguration.Names(
            attention: own, query: own + ".q_lin", key: own + ".k_lin", value: own + ".v_lin",
            attentionOutput: own + ".out_lin", attentionNorm: name + "sa_layer_norm",
            inner: name + "ffn.lin1", outer: name + "ffn.lin2", outputNorm: name + "output_layer_norm")
    }
}
