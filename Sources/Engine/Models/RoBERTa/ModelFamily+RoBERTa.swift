// RoBERTa (Liu et al. 2019) and XLM-R (Conneau et al. 2020): their rows in the table of model families.

internal import JSON

extension ModelFamily {
    static let roberta = robertaFamily(
        "roberta", classPrefix: "Roberta",
        benchModels: [BenchConfiguration(name: "roberta-base", configuration: robertaConfiguration)])

    /// XLM-R, the same network over another vocabulary.
    static let xlmRoberta = robertaFamily("xlm-roberta", classPrefix: "XLMRoberta")

    private static func robertaFamily(
        _ modelType: String, classPrefix: String, benchModels: [BenchConfiguration] = []
    ) -> ModelFamily {
        ModelFamily(
            modelType,
            architectures: [
                .sequenceClassification: classPrefix + "ForSequenceClassification",
                .maskedLanguageModel: classPrefix + "ForMaskedLM",
                .extractiveSummarizer: classPrefix + "Model", .textEncoder: classPrefix + "Model",
            ],
            prefix: "roberta.",
            encoder: { (json, file) throws(ModelError) in
                try BERTConfiguration(json, file: file, kind: .roberta)
            },
            dropoutKeys: .bert, adapterTargets: ["query", "value"],
            ignoredTensors: ["lm_head.", "classifier.", "pooler.", "*embeddings.position_ids"],
            benchModels: benchModels)
    }

    private static var robertaConfiguration: JSONValue {
        var members = bertConfiguration(width: 768, layers: 12).object ?? [:]
        members["model_type"] = .string("roberta")
        members["vocab_size"] = .integer(50_265)
        members["max_position_embeddings"] = .integer(514)
        members["type_vocab_size"] = .integer(1)
        members["pad_token_id"] = .integer(1)
        return .object(members)
    }
}
