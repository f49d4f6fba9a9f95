// The output layers of BERT's and RoBERTa's language models.

internal import Kernels
internal import Layers

extension TokenPredictor {
    /// Adds the slots of the head over `network`: `prefix` + `cls.predictions.…` for BERT, `lm_head.…` for
    /// RoBERTa. The output matrix is the table of the word embeddings unless the configuration says otherwise.
    convenience init(
        maskedHead layout: inout ParameterLayout, over network: any TokenNetwork,
        _ configuration: BERTConfiguration, _ json: JSONValue, prefix: String
    ) {
        let isRoBERTa = configuration.family == .roberta
        let name = prefix + (isRoBERTa ? "lm_head." : "cls.predictions.")
        let transform = PredictionTransform(
            &layout, denseName: name + (isRoBERTa ? "dense" : "transform.dense"),
            normName: name + (isRoBERTa ? "layer_norm" : "transform.LayerNorm"),
            width: configuration.hiddenSize, activation: isRoBERTa ? .gelu : configuration.activation,
            epsilon: configuration.layerNormEpsilon, standardDeviation: configuration.initializerRange)
        let isTied = json["tie_word_embeddings"]?.bool ?? true
        let output =
            isTied
            ? VocabularyHead(&layout, tiedTo: network.words, biasName: name + "bias")
            : VocabularyHead(
                &layout, name + "decoder", vocabularySize: configuration.vocabularySize,
                width: configuration.hiddenSize, standardDeviation: configuration.initializerRange,
                biasName: name + "decoder.bias")
        self.init(network: network, transform: transform, output: output)
    }

    /// Whether a masked language model may leave a tensor unread: tied copies, the pooler and the head of
    /// next-sentence prediction, stored positions.
    static func mayIgnore(maskedTensor name: String) -> Bool {
        let tied = [
            "cls.predictions.decoder.weight", "cls.predictions.decoder.bias", "lm_head.decoder.weight",
            "lm_head.decoder.bias", "cls.predictions.bias", "lm_head.bias",
        ]
        return tied.contains(name) || name.hasPrefix("cls.seq_relationship.")
            || name.contains("pooler.dense.")
            || name.hasSuffix("embeddings.position_ids")
    }
}
