// Masked and causal language modelling and chat as whole runs: ranks, resume, evaluation, and rows that
// cannot be learnt.

import Foundation
import JSON
import Models
import TestSupport
import Testing

@Suite(.serialized) struct LanguageModelTests {
    /// Rows of toy texts as lines of a text file.
    private func lines(_ count: Int, seed: UInt64 = 1) -> String {
        ToyRow.rows(count, seed: seed).map { $0.text + "\n" }.joined()
    }

    @Test(
        "masked-lm: the same losses on any number of ranks, text in blocks; the model learns and is a masked model"
    )
    func maskedRanks() throws {
        let workshop = try Workshop()
        try workshop.write(lines(300), to: "text.txt")
        let losses = try workshop.expectRankInvariance([
            "task": "masked-lm", "train_file": workshop.path + "/text.txt", "max_seq_length": "20",
            "learning_rate": "5e-3",
        ])
        #expect(losses[25...].max() ?? 9 < losses[0], "the model learns: \(losses)")
        let folder = "ranks-1x12x1"
        let architectures = try workshop.json(folder + "/config.json")["architectures"]
        #expect(architectures == .array([.string("BertForMaskedLM")]))
        let evaluations = zip(
            try workshop.values(folder, "eval_loss"), try workshop.values(folder, "eval_perplexity"))
        for (loss, perplexity) in evaluations { #expect(abs(perplexity - exp(loss)) < 1e-9 * perplexity) }
        #expect(try workshop.values(folder, "eval_accuracy").allSatisfy { (0...1).contains($0) })
    }

    @Test("masked-lm: a resumed run gives every bit, though each epoch hides other words")
    func maskedResume() throws {
        let workshop = try Workshop()
        try workshop.expectExactResume(
            ["task": "masked-lm", "line_by_line": "true", "mlm_probability": "0.3"],
            files: ["model.safetensors"])
    }

    @Test("causal-lm: ranks and resume agree, over text files and rows, with label smoothing")
    func causal() throws {
        let workshop = try Workshop()
        let flags = try workshop.prepareChat([
            "task": "causal-lm", "train_file": workshop.path + "/text.txt", "max_seq_length": "24",
            "validation_file": workshop.path + "/validation.jsonl", "label_smoothing_factor": "0.1",
        ])
        try workshop.write(lines(300), to: "text.txt")
        let losses = try workshop.expectRankInvariance([:], flags: flags)
        #expect(losses[25...].max() ?? 9 < 0.95 * losses[0], "the model learns: \(losses)")
        let rows = ["--train_file", workshop.path + "/train.jsonl", "--line_by_line", "true"]
        try workshop.expectExactResume([:], files: ["model.safetensors"], flags: flags + rows)
    }

    @Test("chat: ranks agree by rows, and packed by tokens every conversation is taken once an epoch")
    func chatRanks() throws {
        let workshop = try Workshop()
        let flags = try workshop.prepareChat()
        let losses = try workshop.expectRankInvariance([:], flags: flags)
        #expect(losses[25...].max() ?? 9 < 0.5 * losses[0], "the model learns: \(losses)")
        for ranks in [1, 2] {
            let outcome = try workshop.train(
                "packed-\(ranks)", ranks: ranks, ["per_device_train_batch_size": nil],
                flags: flags + ["--max_tokens_per_device", "128", "--num_train_epochs", "2"])
            #expect(outcome.errors.contains("trained 120 rows in"), "\(outcome.errors)")
        }
    }

    @Test("chat with adapters on every dense layer: ranks and resume agree, the merged model stands alone")
    func chatAdapters() throws {
        let workshop = try Workshop()
        let flags = try workshop.prepareChat([
            "lora_r": "4", "lora_dropout": "0.1", "lora_target_modules": "all-linear",
            "learning_rate": "1e-2",
        ])
        try workshop.expectRankInvariance([:], flags: flags)
        try workshop.expectExactResume(
            [:], files: ["model.safetensors", "adapter/adapter_model.safetensors"], flags: flags)
        let validation = ["--task", "chat", "--validation_file", workshop.path + "/chat-validation.jsonl"]
        let results = try ["whole", "whole/adapter"].map { folder in
            try workshop.succeed(
                [
                    "evaluate", "--model_name_or_path", workshop.path + "/" + folder, "--output_dir",
                    workshop.path + "/e",
                ] + validation)
            return try workshop.json("e/eval_results.json")["eval_loss"]?.double
        }
        #expect(
            try results == [workshop.values("whole", "eval_loss").last, results[0]]
                || results[0] == results[1])
    }

    @Test("evaluation has the same bits on 1, 2 and 3 ranks, and a packed conversation sees no other")
    func evaluation() throws {
        let workshop = try Workshop()
        let flags = try workshop.prepareChat(["train_file": "", "learning_rate": ""])
        func losses(_ ranks: Int, rows: Int) throws -> [JSONValue?] {
            try workshop.succeed(
                [
                    "evaluate", "--per_device_eval_batch_size", "\(rows)", "--threads_per_rank", "1",
                    "--output_dir",
                    workshop.path + "/e",
                ] + flags, ranks: ranks)
            let results = try workshop.json("e/eval_results.json")
            return ["eval_loss", "eval_perplexity", "eval_accuracy", "eval_samples", "eval_target_tokens"].map
            {
                results[$0]
            }
        }
        let reference = try losses(1, rows: 4)
        #expect(reference[3] == .integer(21))
        #expect(try losses(2, rows: 4) == reference)
        #expect(try losses(3, rows: 4) == reference)
        let alone = try losses(1, rows: 1)
        let packed = try losses(1, rows: 21)
        let pairs = zip(alone.prefix(2), packed.prefix(2)).map { ($0?.double ?? 0, $1?.double ?? 1) }
        #expect(pairs.allSatisfy { abs($0 - $1) < 1e-6 * $1 }, "\(pairs)")
        #expect(alone[4] == packed[4])
    }

    @Test("prompts with answers: plain where there is no template, through the template where there is one")
    func prompts() throws {
        let workshop = try Workshop()
        let rows = (0..<24).map { index in
            let word = ToyModel.goodWords[index % 8]
            return #"{"prompt": "the food was", "completion": "very \#(word) again"}"# + "\n"
        }.joined()
        let file = try workshop.write(rows, to: "prompts.jsonl")
        let flags = try workshop.prepareChat(["train_file": file, "validation_file": file, "max_steps": "4"])
        try workshop.train("templated", flags: flags)
        try ToyLanguageModel.write(to: workshop.path + "/plain", hasTemplate: false)
        let outcome = try workshop.train(
            "plain-run", flags: flags + ["--model_name_or_path", workshop.path + "/plain"])
        // The completion "very WORD again" and the end of the sequence: four tokens a row.
        #expect(outcome.errors.contains("chat: 96 target tokens an epoch"), "\(outcome.errors)")
        #expect(try workshop.values("templated")[0] != workshop.values("plain-run")[0])
    }
}
