// GPT-2 (Radford et al. 2019): its row in the table of model families.

internal import JSON

extension ModelFamily {
    /// GPT-2, DialoGPT and distilgpt2.
    static let gpt2 = ModelFamily(
        "gpt2",
        architectures: [.causalLanguageModel: "GPT2LMHeadModel", .decoder: "GPT2LMHeadModel"],
        prefix: "transformer.",
        decoder: { (json, file) throws(ModelError) in try GPT2Configuration(json, file: file) },
        dropoutKeys: DropoutKeys(hidden: ["resid_pdrop", "embd_pdrop"], attention: ["attn_pdrop"]),
        adapterTargets: ["c_attn"],
        // Heads of other tasks, and masks that old files hold.
        ignoredTensors: [
            "score.", "classifier.", "qa_outputs.", "*.attn.bias", "*.attn.masked_bias", "*attention.bias",
            "*attention.masked_bias",
        ],
        benchModels: [BenchConfiguration(name: "gpt2", configuration: gpt2Configuration)],
        ggufArchitecture: "gpt2")

    /// The config.json of the smallest GPT-2.
    static var gpt2Configuration: JSONValue {
        .object([
            "model_type": .string("gpt2"), "vocab_size": .integer(50_257), "n_embd": .integer(768),
            "n_layer": .integer(12), "n_head": .integer(12), "n_positions": .integer(1_024),
        ])
    }
}
