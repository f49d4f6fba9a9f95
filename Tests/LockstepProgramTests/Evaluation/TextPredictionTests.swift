// `lockstep predict` with language models: the same texts on any number of ranks, and what it refuses.

import Foundation
import JSON
import Models
import TestSupport
import Testing

@Suite(.serialized) struct TextPredictionTests {
    private func predictions(
        _ workshop: Workshop, _ arguments: [String], ranks: Int
    ) throws -> [JSONValue] {
        let outcome = try workshop.succeed(
            ["predict", "--output_file", "-", "--threads_per_rank", "1", "--per_device_eval_batch_size", "4"]
                + arguments, ranks: ranks)
        return try outcome.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
    }

    @Test("chat: a trained model writes answers of its conversations' form, alike on 1, 2 and 3 ranks")
    func chat() throws {
        let workshop = try Workshop()
        let flags = try workshop.prepareChat()
        try workshop.train("run", flags: flags + ["--max_steps", "60"])
        let arguments = [
            "--task", "chat", "--model_name_or_path", workshop.path + "/run", "--predict_file",
            workshop.path + "/chat-validation.jsonl",
        ]
        let first = try predictions(workshop, arguments, ranks: 1)
        try #require(first.count == 21)
        let written = first.compactMap { $0["prediction"]?.string }
        let formed = written.count { $0.hasPrefix("it was very ") && $0.hasSuffix(" again") }
        #expect(formed >= 18, "\(written)")
        #expect(first.allSatisfy { $0["messages"]?.array?.isEmpty == false })
        #expect(try predictions(workshop, arguments, ranks: 2) == first)
        #expect(try predictions(workshop, arguments, ranks: 3) == first)
        let sampled = arguments + ["--do_sample", "true", "--temperature", "3", "--seed", "3"]
        let drawn = try predictions(workshop, sampled, ranks: 1)
        #expect(drawn != first)
        #expect(try predictions(workshop, sampled, ranks: 3) == drawn)
        let beams = try predictions(
            workshop, arguments + ["--num_beams", "3", "--max_new_tokens", "6"], ranks: 2)
        #expect(beams.allSatisfy { $0["prediction"]?.string?.isEmpty == false })
    }

    @Test("causal-lm: rows of text, lines of a text file, and prompts are continued")
    func causal() throws {
        let workshop = try Workshop()
        _ = try workshop.prepareChat()
        let texts = ["the food was", "the room was very", "it"]
        let rows = try workshop.write(texts.map { #"{"text": "\#($0)"}"# + "\n" }.joined(), to: "rows.jsonl")
        let prompts = try workshop.write(
            texts.map { #"{"prompt": "\#($0)"}"# + "\n" }.joined(), to: "prompts.jsonl")
        let lines = try workshop.write(texts.map { $0 + "\n" }.joined(), to: "lines.txt")
        let found = try [rows, prompts, lines].map { file in
            try predictions(
                workshop,
                [
                    "--task", "causal-lm", "--model_name_or_path", workshop.path + "/llama", "--predict_file",
                    file, "--max_new_tokens", "5", "--min_new_tokens", "5",
                ], ranks: 2
            ).map { $0["prediction"]?.string }
        }
        #expect(found[0].count == 3 && found[0].allSatisfy { $0?.isEmpty == false })
        #expect(found[1] == found[0] && found[2] == found[0])
    }

    @Test("generation_config.json shapes the texts, is kept by training, and recipe keys beat it")
    func generationConfiguration() throws {
        let workshop = try Workshop()
        let flags = try workshop.prepareChat()
        try workshop.write(#"{"max_new_tokens": 2, "eos_token_id": 3}"#, to: "llama/generation_config.json")
        try workshop.train("run", flags: flags + ["--max_steps", "60"])
        #expect(try workshop.names("run").contains("generation_config.json"))
        let arguments = [
            "--task", "chat", "--model_name_or_path", workshop.path + "/run", "--predict_file",
            workshop.path + "/chat-validation.jsonl",
        ]
        func wordCounts(_ more: [String]) throws -> [Int] {
            try predictions(workshop, arguments + more, ranks: 0).map {
                $0["prediction"]?.string?.split(separator: " ").count ?? 0
            }
        }
        #expect(try wordCounts([]).allSatisfy { $0 <= 2 })
        #expect(try wordCounts(["--max_new_tokens", "9"]).contains { $0 > 2 })
        try workshop.write(#"{"sequence_bias": [[[5], 1.0]]}"#, to: "run/generation_config.json")
        let outcome = try workshop.lockstep(["predict", "--output_file", "-"] + arguments)
        #expect(outcome.status == 1)
        #expect(
            outcome.errors.contains(
                "error: \(workshop.path)/run/generation_config.json sets \"sequence_bias\", which Lockstep does not"
            ))
    }

    @Test("the end of a turn stands in the generation_config.json of model, checkpoint and adapter")
    func endOfTurn() throws {
        let workshop = try Workshop()
        let flags = try workshop.prepareChat()
        try workshop.write(#"{"top_p": 0.9, "eos_token_id": 5}"#, to: "llama/generation_config.json")
        try workshop.train(
            "run",
            flags: flags + [
                "--max_steps", "2", "--save_strategy", "steps", "--save_steps", "1", "--lora_r", "2",
                "--lora_target_modules", "q_proj,embed_tokens", "--lora_rank_pattern", "q_proj=1",
            ])
        for folder in ["run", "run/checkpoint-1", "run/adapter"] {
            let file = try workshop.json(folder + "/generation_config.json")
            #expect(file == ["top_p": 0.9, "eos_token_id": [5, 3]], "\(folder)")
        }
        // The adapter of a tied table, alone and merged, answers alike.
        let answers = try ["run", "run/adapter"].map { folder in
            try predictions(
                workshop,
                [
                    "--model_name_or_path", workshop.path + "/" + folder, "--predict_file",
                    workshop.path + "/chat-validation.jsonl", "--max_new_tokens", "4",
                ], ranks: 0
            ).map { $0["prediction"]?.string }
        }
        #expect(answers[0] == answers[1] && !answers[0].isEmpty)
        let adapter = try workshop.json("run/adapter/adapter_config.json")
        #expect(adapter["ensure_weight_tying"] == .bool(true))
        #expect(adapter["r"] == .integer(1) && adapter["rank_pattern"]?.object?.count == 1)
    }

    @Test("masked-lm has no answer to a row")
    func masked() throws {
        let workshop = try Workshop()
        try workshop.expectRefusal(
            [
                "predict", "--task", "masked-lm", "--model_name_or_path", workshop.path + "/model",
                "--predict_file", workshop.path + "/train.jsonl", "--output_file", "-",
            ],
            saying: "task: masked-lm teaches a model to fill gaps, which is no answer to a row: ")
    }
}
