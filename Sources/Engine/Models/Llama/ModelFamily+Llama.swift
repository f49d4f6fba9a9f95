// Llama (Touvron et al. 2023) and what is built alike: their rows in the table of model families.

internal import JSON

extension ModelFamily {
    /// Llama and SmolLM2.
    static let llama = llamaFamily(
        "llama", architecture: "LlamaForCausalLM",
        benchModels: [BenchConfiguration(name: "smollm2-135m", configuration: smolLM2Configuration)],
        ggufArchitecture: "llama")

    /// Mistral without a sliding window. Its GGUF files say that they hold a Llama.
    static let mistral = llamaFamily("mistral", architecture: "MistralForCausalLM")

    static let qwen2 = llamaFamily(
        "qwen2", architecture: "Qwen2ForCausalLM", isQwen: true,
        benchModels: [BenchConfiguration(name: "qwen2-0.5b", configuration: qwen2Configuration)],
        ggufArchitecture: "qwen2")

    private static func llamaFamily(
        _ modelType: String, architecture: String, isQwen: Bool = false,
        benchModels: [BenchConfiguration] = [],
        ggufArchitecture: String? = nil
    ) -> ModelFamily {
        ModelFamily(
            modelType, architectures: [.causalLanguageModel: architecture], prefix: "model.",
            decoder: { (json, file) throws(ModelError) in
                try LlamaConfiguration(json, file: file, isQwen: isQwen)
            },
            dropoutKeys: DropoutKeys(attention: ["attention_dropout"]), adapterTargets: ["q_proj", "v_proj"],
            ignoredTensors: ["score.", "qa_outputs.", "*rotary_emb.inv_freq"], benchModels: benchModels,
            ggufArchitecture: ggufArchitecture)
    }

    private static var smolLM2Configuration: JSONValue {
        .object([
            "model_type": .string("llama"), "vocab_size": .integer(49_152), "hidden_size": .integer(576),
            "intermediate_size": .integer(1_536), "num_hidden_layers": .integer(30),
            "num_attention_heads": .integer(9), "num_key_value_heads": .integer(3),
            "tie_word_embeddings": .bool(true), "max_position_embeddings": .integer(2_048),
            "rms_norm_eps": .shortest(1e-5), "hidden_act": .string("silu"),
        ])
    }

    private static var qwen2Configuration: JSONValue {
        .object([
            "model_type": .string("qwen2"), "vocab_size": .integer(151_936), "hidden_size": .integer(896),
            "intermediate_size": .integer(4_864), "num_hidden_layers": .integer(24),
            "num_attention_heads": .integer(14), "num_key_value_heads": .integer(2),
            "tie_word_embeddings": .bool(true), "max_position_embeddings": .integer(32_768),
            "rms_norm_eps": .shortest(1e-6), "rope_theta": .shortest(1e6), "hidden_act": .string("silu"),
        ])
    }
}
