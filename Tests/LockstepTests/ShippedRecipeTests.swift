// The recipes of language models that the repository ships run over their sample data, with toy models in place of the
// pretrained ones.

import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct ShippedRecipeTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    @Test(
        "a shipped recipe trains on two ranks and leaves a model and its losses",
        arguments: ["chat", "chat-lora", "causal-lm", "masked-lm"])
    func run(_ name: String) throws {
        let workshop = try Workshop()
        _ = try workshop.prepareChat()
        let data = Self.root + "/launch/recipes/" + name.replacing("-lora", with: "")
        let suffix = name.hasPrefix("chat") ? ".jsonl" : ".txt"
        let isMasked = name == "masked-lm"
        // The toy models have 96 and 24 positions.
        var flags = [
            "--model_name_or_path", workshop.path + (isMasked ? "/model" : "/llama"), "--output_dir",
            workshop.path + "/run", "--train_file", data + "/train" + suffix, "--validation_file",
            data + "/validation" + suffix, "--max_seq_length", isMasked ? "24" : "96", "--threads_per_rank",
            "1",
            "--num_train_epochs", "1",
        ]
        if name.hasPrefix("chat") { flags += ["--max_tokens_per_device", "1024"] }
        try workshop.succeed(["train", "\(Self.root)/launch/recipes/\(name).yaml"] + flags, ranks: 2)
        #expect(try workshop.names("run").contains("model.safetensors"))
        let losses = try workshop.values("run")
        #expect(!losses.isEmpty && losses.allSatisfy(\.isFinite))
        #expect(try workshop.values("run", "eval_perplexity").count == 1)
        if name == "chat-lora" {
            #expect(try workshop.names("run/adapter").contains("adapter_model.safetensors"))
        }
    }
}
