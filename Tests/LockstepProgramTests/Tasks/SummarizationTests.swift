// Both kinds of summarization as whole runs: ranks, resume, evaluation, prediction, and what they write.

import Foundation
import JSON
import Models
import TestSupport
import Testing

@Suite(.serialized) struct SummarizationTests {
    // MARK: Extractive

    @Test(
        "extractive: the same losses on any number of ranks, long documents in windows, and the model learns")
    func extractiveRanks() throws {
        let workshop = try Workshop()
        let flags = try workshop.prepareDocuments("extractive-summarization", ["summary_sentences": "2"])
        let losses = try workshop.expectRankInvariance([:], flags: flags)
        let late = losses[20...].reduce(0, +) / 10
        #expect(late < 0.9 * losses[0], "the model learns: \(losses)")
        let folder = "ranks-1x12x1"
        let configuration = try workshop.json(folder + "/config.json")
        #expect(configuration["architectures"] == .array([.string("BertModel")]))
        #expect(configuration["extractive_summarization"]?["summary_sentences"] == .integer(2))
        let rouge = try workshop.values(folder, "eval_rouge1")
        #expect(rouge.count == 3 && rouge.allSatisfy { $0 > 0 && $0 <= 1 })
    }

    @Test("extractive: [CLS] states that are all alike are a warning, unless means of tokens are taken")
    func alikeStates() throws {
        let workshop = try Workshop()
        let flags = try workshop.prepareDocuments("extractive-summarization") + ["--max_steps", "1"]
        let warning = "warning: the [CLS] states of a document's sentences differ by less than a hundredth"
        #expect(!(try workshop.train("usual", flags: flags).errors.contains(warning)))
        try ToyModel.write(to: workshop.path + "/model", hasContext: false)
        #expect(try workshop.train("alike", flags: flags).errors.contains(warning))
        let means = flags + ["--sentence_pooling", "mean"]
        #expect(!(try workshop.train("means", flags: means).errors.contains(warning)))
    }

    @Test("extractive: a resumed run gives every bit, in fp32 and bf16")
    func extractiveResume() throws {
        let workshop = try Workshop()
        let flags = try workshop.prepareDocuments("extractive-summarization")
        try workshop.expectExactResume([:], files: ["model.safetensors"], flags: flags)
        let rounded = try Workshop()
        let keys = try rounded.prepareDocuments("extractive-summarization", ["bf16": "true"])
        try rounded.expectExactResume([:], files: ["model.safetensors"], flags: keys)
    }

    @Test("extractive: evaluation with its baselines and predictions are the same on 1 to 4 ranks")
    func extractiveUse() throws {
        let workshop = try Workshop()
        let flags = try workshop.prepareDocuments(
            "extractive-summarization", ["summary_sentences": "2", "max_steps": "60"])
        try workshop.train("run", ranks: 2, flags: flags)
        let use = ["--task", "extractive-summarization", "--max_seq_length", "24"]
        let files = ["--validation_file", workshop.path + "/documents-validation.jsonl"]
        let reference = try workshop.evaluation("run", ranks: 1, flags: use + files)
        #expect(reference["eval_samples"] == .integer(21))
        for ranks in 2...4 {
            #expect(try workshop.evaluation("run", ranks: ranks, flags: use + files) == reference)
        }
        func value(_ name: String) throws -> Double { try #require(reference["eval_" + name]?.double) }
        let (ours, lead, oracle) = try (
            value("rouge1"), value("lead_rouge1"), value("oracle_rouge1")
        )
        #expect(lead < ours && ours <= oracle + 1e-9, "lead \(lead), ours \(ours), oracle \(oracle)")
        #expect(try value("lead_rouge1_low") < lead && value("lead_rouge1_high") > lead)
        let lines = try workshop.predictions("run", ranks: 1, flags: use)
        #expect(lines.count == 21)
        #expect(try workshop.predictions("run", ranks: 3, flags: use) == lines)
        for line in lines {
            let row = try JSONValue(parsing: Array(line.utf8))
            let chosen = try #require(row["prediction"]?.string).split(separator: "\n")
            let document = try #require(row["document"]?.string)
            #expect((1...2).contains(chosen.count) && chosen.allSatisfy { document.contains($0) })
            #expect(row["score"]?.array?.count == chosen.count)
        }
        let one = try workshop.predictions("run", ranks: 1, flags: use + ["--summary_sentences", "1"])
        #expect(one.count == 21 && one != lines)
    }

    @Test("extractive: a list of sentences is read as its text is, under columns of other names")
    func lists() throws {
        let workshop = try Workshop()
        let flags = try workshop.prepareDocuments("extractive-summarization", ["max_steps": "3"])
        try workshop.train("texts", flags: flags)
        let lists = try workshop.text("documents.jsonl").split(separator: "\n").map { line in
            let row = try JSONValue(parsing: Array(line.utf8))
            let document = try #require(row["document"]?.string)
            let summary = try #require(row["summary"]?.string)
            let parts = document.dropLast().split(separator: ". ").map { "\"\($0).\"" }
            return #"{"parts": [\#(parts.joined(separator: ", "))], "note": "\#(summary)"}"# + "\n"
        }
        let file = try workshop.write(lists.joined(), to: "lists.jsonl")
        try workshop.train(
            "lists",
            flags: flags + [
                "--train_file", file, "--document_column", "parts", "--summary_column", "note",
                "--validation_file", file,
            ])
        #expect(try workshop.values("lists") == workshop.values("texts"))
    }

    // MARK: Abstractive

    @Test(
        "abstractive: two checkpoints join, ranks agree with a rate for each half, and the model learns",
        arguments: ["model", "gpt2"])
    func abstractiveRanks(decoder: String) throws {
        let workshop = try Workshop()
        try ToySummaries.writeGPT2(to: workshop.path + "/gpt2")
        let flags = try workshop.prepareDocuments(
            "summarization",
            ["label_smoothing_factor": "0.1", "learning_rates": "encoder=2e-3,decoder=5e-3"])
        let losses = try workshop.expectRankInvariance(workshop.pair(decoder: decoder), flags: flags)
        #expect(losses[25...].max() ?? 9 < 0.8 * losses[0], "the model learns: \(losses)")
        let configuration = try workshop.json("ranks-1x12x1/config.json")
        #expect(configuration["architectures"] == .array([.string("EncoderDecoderModel")]))
        #expect(configuration["decoder_start_token_id"] == .integer(2))
        #expect(try workshop.names("ranks-1x12x1").contains("vocab.txt"))
        let generation = try workshop.json("ranks-1x12x1/generation_config.json")
        #expect(generation["decoder_start_token_id"] == .integer(2))
        #expect(generation["eos_token_id"] == .integer(3))
        #expect(generation["max_new_tokens"]?.integer != nil)
    }

    @Test("abstractive: a resumed run gives every bit")
    func abstractiveResume() throws {
        let workshop = try Workshop()
        let flags = try workshop.prepareDocuments("summarization", ["predict_with_generate": "true"])
        try workshop.expectExactResume(workshop.pair(), files: ["model.safetensors"], flags: flags)
        #expect(try !workshop.values("whole", "eval_rouge2").isEmpty)
    }

    @Test("abstractive: what is written evaluates and predicts alike on 1 to 4 ranks, by beam search too")
    func abstractiveUse() throws {
        let workshop = try Workshop()
        let flags = try workshop.prepareDocuments("summarization", ["max_steps": "200"])
        try workshop.train("run", ranks: 2, workshop.pair(), flags: flags)
        let use = [
            "--task", "summarization", "--num_beams", "3", "--length_penalty", "0.8",
            "--no_repeat_ngram_size", "3", "--max_new_tokens", "12", "--min_new_tokens", "3",
            "--max_target_length", "20",
        ]
        let files = ["--validation_file", workshop.path + "/documents-validation.jsonl"]
        let reference = try workshop.evaluation("run", ranks: 1, flags: use + files)
        #expect(try #require(reference["eval_rouge1"]?.double) > 0.3, "\(reference)")
        for ranks in 2...4 {
            #expect(try workshop.evaluation("run", ranks: ranks, flags: use + files) == reference)
        }
        let lines = try workshop.predictions("run", ranks: 1, flags: use)
        #expect(try workshop.predictions("run", ranks: 2, flags: use) == lines)
        let texts = try lines.map { try JSONValue(parsing: Array($0.utf8))["prediction"]?.string ?? "" }
        #expect(texts.count == 21 && texts.allSatisfy { $0.split(separator: " ").count >= 3 }, "\(texts)")
        let greedy = try workshop.predictions(
            "run", ranks: 1, flags: ["--task", "summarization", "--max_target_length", "20"])
        #expect(greedy.count == 21 && greedy != lines)
    }

    @Test("abstractive: a decoder with a tokenizer of its own keeps it beside the encoder's")
    func twoTokenizers() throws {
        let workshop = try Workshop()
        try ToySummaries.writeGPT2(to: workshop.path + "/gpt2")
        let other = (ToyModel.vocabulary.prefix(5) + ToyModel.vocabulary.dropFirst(5).reversed())
            .joined(separator: "\n")
        try workshop.write(other + "\n", to: "gpt2/vocab.txt")
        let flags = try workshop.prepareDocuments("summarization", ["max_steps": "60"])
        try workshop.train("run", workshop.pair(decoder: "gpt2"), flags: flags)
        #expect(try workshop.text("run/decoder_tokenizer/vocab.txt") == other + "\n")
        #expect(try workshop.text("run/vocab.txt") == workshop.text("model/vocab.txt"))
        let lines = try workshop.predictions(
            "run", ranks: 1, flags: ["--task", "summarization", "--max_target_length", "20"])
        let words = Set(
            try lines.flatMap { line in
                (try JSONValue(parsing: Array(line.utf8))["prediction"]?.string ?? "").split(separator: " ")
            })
        #expect(words.contains("the"), "\(words)")
    }
}
