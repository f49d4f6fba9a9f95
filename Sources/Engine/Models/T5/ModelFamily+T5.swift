// T5 (Raffel et al. 2020): its row in the table of model families.

internal import JSON

extension ModelFamily {
    /// T5, T5 v1.1 and Flan-T5.
    static let t5 = ModelFamily(
        "t5",
        architectures: [.conditionalGeneration: "T5ForConditionalGeneration"], prefix: "",
        sequenceToSequence: { (json, file) throws(ModelError) in try T5Configuration(json, file: file) },
        dropoutKeys: DropoutKeys(hidden: ["dropout_rate"]), adapterTargets: ["q", "v"],
        // The first T5s hold a bias of the cross-attention that no version of them reads.
        ignoredTensors: sharedWordCopies + [
            "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias."
        ],
        benchModels: [
            BenchConfiguration(
                name: "t5-small",
                configuration: t5Configuration(width: 512, layers: 6, heads: 8, isFlan: false)),
            BenchConfiguration(
                name: "flan-t5-base",
                configuration: t5Configuration(width: 768, layers: 12, heads: 12, isFlan: true)),
        ])

    /// The config.json of a T5, or of a Flan-T5.
    private static func t5Configuration(
        width: Int, layers: Int, heads: Int, isFlan: Bool
    ) -> JSONValue {
        .object([
            "model_type": .string("t5"), "vocab_size": .integer(32_128), "d_model": .integer(width),
            "d_kv": .integer(64), "d_ff": .integer(2_048), "num_layers": .integer(layers),
            "num_decoder_layers": .integer(layers), "num_heads": .integer(heads),
            "feed_forward_proj": .string(isFlan ? "gated-gelu" : "relu"),
            "tie_word_embeddings": .bool(!isFlan), "pad_token_id": .integer(0), "eos_token_id": .integer(1),
            "decoder_start_token_id": .integer(0),
        ])
    }
}
