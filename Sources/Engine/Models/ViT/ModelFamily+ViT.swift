// The vision transformer (Dosovitskiy et al. 2021): its row in the table of model families.

internal import JSON

extension ModelFamily {
    static let vit = ModelFamily(
        "vit",
        architectures: [.imageClassification: "ViTForImageClassification", .imageEncoder: "ViTModel"],
        prefix: "vit.",
        encoder: { (json, file) throws(ModelError) in try ViTConfiguration(json, file: file) },
        dropoutKeys: DropoutKeys(
            hidden: ["hidden_dropout_prob"], attention: ["attention_probs_dropout_prob"]),
        adapterTargets: ["query", "value"],
        // The pooler of a bare encoder, and what masked image modelling needed.
        ignoredTensors: ["classifier.", "pooler.", "decoder.", "*embeddings.mask_token"],
        benchModels: [BenchConfiguration(name: "vit-base", configuration: vitConfiguration)])

    /// The config.json of a ViT of base size for images of 224 × 224.
    static var vitConfiguration: JSONValue {
        .object([
            "model_type": .string("vit"), "hidden_size": .integer(768), "num_hidden_layers": .integer(12),
            "num_attention_heads": .integer(12), "intermediate_size": .integer(3_072),
            "hidden_act": .string("gelu"), "image_size": .integer(224), "patch_size": .integer(16),
            "num_channels": .integer(3), "hidden_dropout_prob": .shortest(0),
            "attention_probs_dropout_prob": .shortest(0),
        ])
    }
}
