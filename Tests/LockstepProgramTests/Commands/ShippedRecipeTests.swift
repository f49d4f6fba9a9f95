// The recipes that the repository ships run over their sample data, with toy models in place of the
// pretrained ones.

import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct ShippedRecipeTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
    private static let folder = root + "/launch/recipes/"

    /// A recipe with what a toy model needs other than the pretrained one.
    private struct Trial: CustomTestStringConvertible, Sendable {
        let name: String
        /// The folder of the workshop that holds the model; nil leaves the recipe's own start.
        var model: String?
        /// The folder of the sample data.
        var data: String
        var suffix = ".jsonl"
        var flags: [String] = []
        /// A figure that its evaluations log.
        var metric = "eval_loss"
        var testDescription: String { name }
    }

    /// The toy models have 24 positions (BERT) and 96 (Llama).
    private static let trials = [
        Trial(name: "sentiment", model: "model", data: "reviews", flags: short, metric: "eval_f1"),
        Trial(name: "multi-label", model: "model", data: "multi-label", flags: short),
        Trial(name: "own-columns", model: "model", data: "own-columns", suffix: ".csv", flags: short),
        Trial(
            name: "token-classification", model: "model", data: "token-classification", flags: short,
            metric: "eval_f1"),
        Trial(name: "pairs", model: "model", data: "pairs", flags: short),
        Trial(
            name: "masked-lm", model: "model", data: "masked-lm", suffix: ".txt", flags: short,
            metric: "eval_perplexity"),
        Trial(
            name: "causal-lm", model: "llama", data: "causal-lm", suffix: ".txt", flags: long,
            metric: "eval_perplexity"),
        Trial(name: "chat", model: "llama", data: "chat", flags: long + tokens, metric: "eval_perplexity"),
        Trial(
            name: "chat-lora", model: "llama", data: "chat", flags: long + tokens, metric: "eval_perplexity"),
        Trial(
            name: "legal-extractive", model: "model", data: "legal", flags: short, metric: "eval_rouge1"),
        Trial(
            name: "legal-abstractive", model: "pair", data: "legal",
            flags: ["--max_source_length", "24", "--max_target_length", "20"], metric: "eval_perplexity"),
        Trial(
            name: "legal-prompted", model: "llama", data: "legal",
            flags: ["--max_source_length", "70", "--max_target_length", "20"], metric: "eval_rouge1"),
        Trial(
            name: "question-answering", model: "model", data: "question-answering",
            flags: short + ["--doc_stride", "2"], metric: "eval_f1"),
        Trial(
            name: "image-captioning", data: "captions",
            flags: ["--config_name", folder + "captions/vit-gpt2"], metric: "eval_perplexity"),
        Trial(
            name: "image-classification", data: "captions",
            flags: ["--config_name", folder + "captions/vit"],
            metric: "eval_accuracy"),
    ]
    private static let short = ["--max_seq_length", "24"]
    private static let long = ["--max_seq_length", "96"]
    private static let tokens = ["--max_tokens_per_device", "1024"]

    @Test("every recipe has a trial here")
    func completeness() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder)
            .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
            // One recipe of prepare and of the run that learns from its files.
            .filter { $0 != "prepare" }
        #expect(Set(names) == Set(Self.trials.map(\.name)))
    }

    @Test("a shipped recipe trains on two ranks and leaves a model and its losses", arguments: trials)
    private func run(_ trial: Trial) throws {
        let workshop = try Workshop()
        if trial.model == "llama" { _ = try workshop.prepareChat() }
        let data = Self.folder + trial.data
        var flags = [
            "--output_dir", workshop.path + "/run", "--train_file", data + "/train" + trial.suffix,
            "--validation_file", data + "/validation" + trial.suffix, "--threads_per_rank", "1",
            "--num_train_epochs", "1",
        ]
        let model = workshop.path + "/" + (trial.model ?? "")
        switch trial.model {
        case "pair":
            let toy = workshop.path + "/model"
            flags += ["--encoder_model_name_or_path", toy, "--decoder_model_name_or_path", toy]
        case nil: break
        default: flags += ["--model_name_or_path", model]
        }
        let outcome = try workshop.succeed(
            ["train", Self.folder + trial.name + ".yaml"] + flags + trial.flags, ranks: 2)
        #expect(!outcome.errors.contains("reference code"), "\(outcome.errors)")
        #expect(try workshop.names("run").contains("model.safetensors"))
        let losses = try workshop.values("run")
        #expect(!losses.isEmpty && losses.allSatisfy(\.isFinite))
        let figures = try workshop.values("run", trial.metric)
        #expect(figures.count == 1 && figures.allSatisfy(\.isFinite), "\(trial.metric) \(figures)")
        if trial.name == "chat-lora" {
            #expect(try workshop.names("run/adapter").contains("adapter_model.safetensors"))
        }
    }
}
