// DistilBERT (Sanh et al. 2019): its row in the table of model families.

internal import JSON

extension ModelFamily {
    static let distilBERT = ModelFamily(
        "distilbert",
        architectures: [
            .sequenceClassification: "DistilBertForSequenceClassification",
            .maskedLanguageModel: "DistilBertForMaskedLM", .extractiveSummarizer: "DistilBertModel",
            .textEncoder: "DistilBertModel",
        ],
        prefix: "distilbert.",
        encoder: { (json, file) throws(ModelError) in try DistilBERTConfiguration(json, file: file) },
        dropoutKeys: DropoutKeys(
            hidden: ["dropout"], attention: ["attention_dropout"], classifier: ["seq_classif_dropout"]),
        adapterTargets: ["q_lin", "v_lin"],
        ignoredTensors: [
            "vocab_transform.", "vocab_layer_norm.", "vocab_projector.", "pre_classifier.", "classifier.",
            "qa_outputs.", "*embeddings.position_ids",
        ],
        benchModels: [BenchConfiguration(name: "distilbert-base", configuration: distilBERTConfiguration)])

    /// The config.json of distilbert-base-uncased.
    private static var distilBERTConfiguration: JSONValue {
        .object([
            "model_type": .string("distilbert"), "vocab_size": .integer(30_522), "dim": .integer(768),
            "n_layers": .integer(6), "n_heads": .integer(12), "hidden_dim": .integer(3_072),
            "activation": .string("gelu"), "dropout": .shortest(0.1), "attention_dropout": .shortest(0.1),
            "qa_dropout": .shortest(0.1), "seq_classif_dropout": .shortest(0.2),
            "max_position_embeddings": .integer(512), "sinusoidal_pos_embds": .bool(false),
            "initializer_range": .shortest(0.02), "pad_token_id": .integer(0),
        ])
    }
}
