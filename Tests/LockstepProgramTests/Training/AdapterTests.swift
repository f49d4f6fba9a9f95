// Low-rank adapters and frozen parameters in whole runs: ranks, resume, what is written, and mistakes.

import Foundation
import Safetensors
import TestSupport
import Testing

@Suite(.serialized) struct AdapterTests {
    private let lora: KeyValuePairs<String, String?> = [
        "lora_r": "3", "lora_alpha": "6", "lora_dropout": "0.1",
        "lora_target_modules": "[query, value, dense]",
        "learning_rate": "1e-2",
    ]

    @Test("adapters: the same losses on any number of ranks, dropout of the adapters included")
    func rankInvariance() throws {
        let workshop = try Workshop()
        try workshop.expectRankInvariance(lora)
    }

    @Test("adapters: a resumed run gives every bit, and checkpoints hold adapters and head alone")
    func exactResume() throws {
        let workshop = try Workshop()
        try workshop.expectExactResume(
            lora,
            files: [
                "model.safetensors", "adapter/adapter_model.safetensors",
                "checkpoint-11/adapter_model.safetensors",
            ])
        #expect(try !workshop.names("whole/checkpoint-11").contains("model.safetensors"))
        let merged = try SafetensorsFile(path: workshop.path + "/whole/model.safetensors")
        let base = try SafetensorsFile(path: workshop.path + "/model/model.safetensors")
        for part in ["query", "key", "value"] {
            let name = "bert.encoder.layer.1.attention.self.\(part).weight"
            #expect(try (merged.readBytes(name) == base.readBytes(name)) == (part == "key"), "\(name)")
        }
        let adapters = try SafetensorsFile(
            path: workshop.path + "/whole/checkpoint-11/adapter_model.safetensors")
        #expect(adapters.tensorNames.contains("base_model.model.classifier.weight"))
        #expect(
            adapters.tensorNames.contains(
                "base_model.model.bert.encoder.layer.1.attention.self.query.lora_A.weight"))
        #expect(adapters.tensorNames.count == 2 * (2 * 5 + 1) + 2)
        let bytes = try workshop.bytes("whole/checkpoint-11/optimizer.safetensors").count
        #expect(
            try bytes < 2 * workshop.bytes("whole/checkpoint-11/adapter_model.safetensors").count + 20_000)
    }

    @Test(
        "the merged model and the adapter directory predict alike; the adapter alone is what merge_lora: false leaves"
    )
    func merged() throws {
        let workshop = try Workshop()
        try workshop.train("merged", ranks: 2, lora, flags: ["--max_steps", "8"])
        try workshop.train("alone", ranks: 2, lora, flags: ["--max_steps", "8", "--merge_lora", "false"])
        #expect(try workshop.names("alone").contains("adapter_model.safetensors"))
        #expect(try !workshop.names("alone").contains("model.safetensors"))
        #expect(
            try workshop.bytes("alone/adapter_model.safetensors")
                == workshop.bytes("merged/adapter/adapter_model.safetensors"))
        let outputs = try ["merged", "merged/adapter", "alone"].map { folder in
            try workshop.succeed([
                "predict", "--model_name_or_path", workshop.path + "/" + folder, "--predict_file",
                workshop.path + "/validation.jsonl", "--output_file", "-", "--threads_per_rank", "1",
            ]).output
        }
        #expect(!outputs[0].isEmpty && Set(outputs).count == 1)
    }

    @Test("adapters do not go on over other weights")
    func otherBase() throws {
        let workshop = try Workshop()
        try workshop.train(
            "run", lora, flags: ["--max_steps", "2", "--save_strategy", "steps", "--save_steps", "1"])
        try workshop.train("other", ["max_steps": "2"])
        try workshop.copy("run", to: "on", after: 1)
        let recipe = try workshop.recipe(output: "on", lora)
        let outcome = try workshop.lockstep([
            "train", recipe, "--model_name_or_path", workshop.path + "/other", "--max_steps", "2",
            "--resume_from_checkpoint", "auto",
        ])
        #expect(outcome.status == 1)
        #expect(
            outcome.errors.contains(
                "/on/checkpoint-1 holds adapters of a model with other weights: go on with"),
            "\(outcome.errors)")
    }

    @Test("freezing: ranks and resume agree, and what is frozen keeps every bit")
    func freezing() throws {
        let keys: KeyValuePairs<String, String?> = [
            "freeze": "[embeddings, \"encoder.layer.0.*\"]", "layerwise_lr_decay": "0.8",
            "learning_rates": "{pooler: 1e-3}",
        ]
        let workshop = try Workshop()
        try workshop.expectRankInvariance(keys)
        try workshop.expectExactResume(keys, files: ["model.safetensors"])
        let before = try SafetensorsFile(path: workshop.path + "/model/model.safetensors")
        let after = try SafetensorsFile(path: workshop.path + "/whole/model.safetensors")
        var (frozen, trained) = (0, 0)
        for name in before.tensorNames where !name.hasPrefix("classifier.") {
            let isFrozen = name.contains("embeddings") || name.contains("layer.0.")
            #expect(try (before.readBytes(name) == after.readBytes(name)) == isFrozen, "\(name)")
            if isFrozen { frozen += 1 } else { trained += 1 }
        }
        #expect(frozen == 5 + 16 && trained == 16 + 2)
        let moments = try SafetensorsFile(path: workshop.path + "/whole/checkpoint-11/optimizer.safetensors")
        let values = try after.tensorNames.reduce(0) { try $0 + after.shape(of: $1).reduce(1, *) }
        #expect(try moments.shape(of: "exp_avg")[0] < values - 32 * 47, "frozen slots have no moments")
    }

    @Test("patterns that name nothing are refused before anything is written")
    func mistakes() throws {
        let workshop = try Workshop()
        try workshop.expectRefusal(
            training: ["lora_r": "2", "lora_target_modules": "[q_proj]"], ranks: 2,
            saying: "lora_target_modules: the pattern \"q_proj\" names nothing in this model; ")
        try workshop.expectRefusal(
            training: ["freeze": "encoder.layers.0"],
            saying: "freeze: the pattern \"encoder.layers.0\" names nothing in this model; did you mean "
                + "\"encoder.layer.0\"?")
        try workshop.expectRefusal(
            training: ["lora_alpha": "16"],
            saying:
                "\(workshop.path)/run.yaml:3: lora_alpha shapes low-rank adapters, but lora_r is not set; set "
                + "lora_r, such as 8, or leave lora_alpha out.")
    }
}
