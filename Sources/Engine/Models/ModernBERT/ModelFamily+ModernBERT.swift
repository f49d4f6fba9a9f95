// ModernBERT (Warner et al. 2024): its row in the table of model families.

internal import JSON

extension ModelFamily {
    static let modernBERT = ModelFamily(
        "modernbert",
        architectures: [
            .sequenceClassification: "ModernBertForSequenceClassification",
            .maskedLanguageModel: "ModernBertForMaskedLM", .extractiveSummarizer: "ModernBertModel",
            .textEncoder: "ModernBertModel",
        ],
        prefix: "model.",
        encoder: { (json, file) throws(ModelError) in try ModernBERTConfiguration(json, file: file) },
        dropoutKeys: DropoutKeys(
            hidden: ["embedding_dropout", "mlp_dropout"], attention: ["attention_dropout"],
            classifier: ["classifier_dropout"]),
        // PEFT's table has no row for it: the projection that every row of an encoder adapts.
        adapterTargets: ["Wqkv"], ignoredTensors: ["head.", "decoder.", "classifier."],
        benchModels: [BenchConfiguration(name: "modernbert-base", configuration: modernBERTConfiguration)])

    /// The config.json of a ModernBERT of base size.
    private static var modernBERTConfiguration: JSONValue {
        .object([
            "model_type": .string("modernbert"), "vocab_size": .integer(50_368), "hidden_size": .integer(768),
            "intermediate_size": .integer(1_152), "num_hidden_layers": .integer(22),
            "num_attention_heads": .integer(12), "hidden_activation": .string("gelu"),
            "max_position_embeddings": .integer(8_192), "local_attention": .integer(128),
            "global_attn_every_n_layers": .integer(3), "global_rope_theta": .shortest(160_000),
            "local_rope_theta": .shortest(10_000), "norm_eps": .shortest(1e-5),
            "pad_token_id": .integer(50_283),
        ])
    }
}
