// A decoder with its output layer, by the `model_type` of its configuration.

internal import Kernels
internal import Layers

/// A decoder with its output layer, as a part of a model or as a whole one.
struct TextDecoder {
    let predictor: TokenPredictor
    let json: JSONValue
    /// Prefix of the network's names behind that of the decoder, such as `transformer.`.
    let backbone: String
    /// Class in transformers.
    let architecture: String
    let maximumLength: Int

    /// Types that stand alone as causal language models.
    static let causalTypes = ["gpt2", "llama", "mistral", "qwen2"]
    /// Types that can attend to an encoder.
    static let crossAttentionTypes = ["bert", "gpt2"]

    /// Adds the slots of the decoder that `json` describes, all names starting with `prefix`. With `sourceWidth`
    /// it attends to states of that width. `file` is named in errors.
    init(
        _ layout: inout ParameterLayout, _ json: JSONValue, prefix: String = "", sourceWidth: Int? = nil,
        file: String
    ) throws(ModelError) {
        self.json = json
        let type = json["model_type"]?.string ?? "missing"
        let known = sourceWidth == nil ? Self.causalTypes : Self.crossAttentionTypes
        guard known.contains(type) else { throw .unsupportedModel(type, in: file, known: known) }
        switch type {
        case "bert":
            let configuration = try BERTConfiguration(json, file: file, isDecoder: true)
            backbone = "bert."
            architecture = "BertLMHeadModel"
            maximumLength = configuration.maximumLength
            let network = BERTDecoder(
                &layout, configuration, prefix: prefix + backbone, sourceWidth: sourceWidth)
            predictor = TokenPredictor(
                maskedHead: &layout, over: network, configuration, json, prefix: prefix)
        case "gpt2":
            let configuration = try GPT2Configuration(json, file: file)
            backbone = "transformer."
            architecture = "GPT2LMHeadModel"
            maximumLength = configuration.positionCount
            let network = configuration.network(&layout, prefix: prefix, sourceWidth: sourceWidth)
            predictor = TokenPredictor(
                network: network,
                output: Self.output(
                    &layout, network, isTied: configuration.isTied, prefix: prefix,
                    deviation: configuration.initializerRange))
        default:
            let configuration = try LlamaConfiguration(json, file: file)
            backbone = "model."
            architecture = type.prefix(1).uppercased() + type.dropFirst() + "ForCausalLM"
            maximumLength = configuration.positionCount
            let network = configuration.network(&layout, prefix: prefix)
            predictor = TokenPredictor(
                network: network,
                output: Self.output(
                    &layout, network, isTied: configuration.isTied, prefix: prefix,
                    deviation: configuration.initializerRange))
        }
    }

    private static func output(
        _ layout: inout ParameterLayout, _ network: any TokenNetwork, isTied: Bool, prefix: String,
        deviation: Float
    ) -> VocabularyHead {
        isTied
            ? VocabularyHead(&layout, tiedTo: network.words)
            : VocabularyHead(
                &layout, prefix + "lm_head", vocabularySize: network.words.count, width: network.words.width,
                standardDeviation: deviation)
    }

    /// Whether a tensor of a file, its name without the decoder's prefix, may be left unread: stored masks and
    /// positions, a tied copy of the embeddings, and what BERT's pretraining needed.
    static func mayIgnore(tensor name: String) -> Bool {
        let suffixes = [
            ".attn.bias", ".attn.masked_bias", "attention.bias", "attention.masked_bias",
            "rotary_emb.inv_freq", "embeddings.position_ids",
        ]
        return suffixes.contains { name.hasSuffix($0) } || name == "lm_head.weight"
            || TokenPredictor.mayIgnore(maskedTensor: name)
    }

    /// Throws when `batch` does not fit.
    func validate(_ batch: TokenBatch) throws(ModelError) {
        try batch.requireFit(vocabulary: predictor.vocabularySize, maximumLength: maximumLength)
    }
}
