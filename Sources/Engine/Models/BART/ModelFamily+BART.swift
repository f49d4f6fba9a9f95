// BART (Lewis et al. 2020): its row in the table of model families.

internal import JSON

extension ModelFamily {
    /// BART, distilbart and what was fine-tuned of them, such as bart-large-cnn.
    static let bart = ModelFamily(
        "bart",
        architectures: [.conditionalGeneration: "BartForConditionalGeneration"], prefix: "model.",
        sequenceToSequence: { (json, file) throws(ModelError) in
            try BARTConfiguration(json, file: file, kind: .bart)
        },
        dropoutKeys: DropoutKeys(hidden: ["dropout"], attention: ["attention_dropout"]),
        adapterTargets: ["q_proj", "v_proj"], ignoredTensors: sharedWordCopies,
        benchModels: [BenchConfiguration(name: "bart-base", configuration: bartConfiguration)])

    /// What files may hold of the embeddings a second and a third time, and numbers of old formats.
    static let sharedWordCopies = [
        "encoder.embed_tokens.weight", "decoder.embed_tokens.weight", "*encoder.version", "*decoder.version",
    ]

    /// The config.json of facebook/bart-base.
    private static var bartConfiguration: JSONValue {
        .object([
            "model_type": .string("bart"), "vocab_size": .integer(50_265), "d_model": .integer(768),
            "encoder_layers": .integer(6), "decoder_layers": .integer(6),
            "encoder_attention_heads": .integer(12), "decoder_attention_heads": .integer(12),
            "encoder_ffn_dim": .integer(3_072), "decoder_ffn_dim": .integer(3_072),
            "max_position_embeddings": .integer(1_024), "activation_function": .string("gelu"),
            "attention_dropout": .shortest(0.1), "activation_dropout": .shortest(0.1),
            "pad_token_id": .integer(1), "eos_token_id": .integer(2), "decoder_start_token_id": .integer(2),
        ])
    }
}
