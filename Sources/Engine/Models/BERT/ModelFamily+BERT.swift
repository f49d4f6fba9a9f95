// BERT (Devlin et al. 2019): its row in the table of model families.

internal import JSON

extension ModelFamily {
    /// BERT, and the sentence-transformers and MiniLM models that are built as it is.
    static let bert = ModelFamily(
        "bert",
        architectures: [
            .sequenceClassification: "BertForSequenceClassification", .maskedLanguageModel: "BertForMaskedLM",
            .extractiveSummarizer: "BertModel", .textEncoder: "BertModel", .decoder: "BertLMHeadModel",
        ],
        prefix: "bert.",
        encoder: { (json, file) throws(ModelError) in try BERTConfiguration(json, file: file) },
        decoder: { (json, file) throws(ModelError) in try BERTDecoderConfiguration(json, file: file) },
        dropoutKeys: .bert, adapterTargets: ["query", "value"],
        ignoredTensors: ["cls.", "classifier.", "pooler.", "*embeddings.position_ids"],
        benchModels: [
            BenchConfiguration(name: "bert-base", configuration: bertConfiguration(width: 768, layers: 12)),
            BenchConfiguration(name: "minilm", configuration: bertConfiguration(width: 384, layers: 6)),
        ])

    /// The config.json of an uncased English BERT.
    static func bertConfiguration(width: Int, layers: Int) -> JSONValue {
        .object([
            "model_type": .string("bert"), "vocab_size": .integer(30_522), "hidden_size": .integer(width),
            "num_hidden_layers": .integer(layers), "num_attention_heads": .integer(12),
            "intermediate_size": .integer(4 * width), "hidden_act": .string("gelu"),
            "hidden_dropout_prob": .shortest(0.1), "attention_probs_dropout_prob": .shortest(0.1),
            "max_position_embeddings": .integer(512), "type_vocab_size": .integer(2),
            "initializer_range": .shortest(0.02), "layer_norm_eps": .shortest(1e-12),
            "pad_token_id": .integer(0),
        ])
    }
}
