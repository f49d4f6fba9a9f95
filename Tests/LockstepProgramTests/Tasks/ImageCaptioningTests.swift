// Image captioning as whole runs: ranks, resume, evaluation, written captions, and rows that cannot be
// learnt.

import Foundation
import JSON
import Models
import Safetensors
import TestSupport
import Testing

@Suite(.serialized) struct ImageCaptioningTests {
    private func prepare(_ workshop: Workshop, _ keys: [String: String] = [:]) throws -> [String] {
        try workshop.prepareImages(
            task: "image-captioning", start: "vit-gpt2", ["max_target_length": "16"].merging(keys) { $1 })
    }

    @Test("the same losses on any number of ranks, flips and label smoothing included; the model learns")
    func ranks() throws {
        let workshop = try Workshop()
        let keys = ["random_horizontal_flip": "0.5", "label_smoothing_factor": "0.1"]
        let losses = try workshop.expectRankInvariance([:], flags: prepare(workshop, keys))
        #expect(losses[25...].max() ?? 9 < 0.8 * losses[0], "the model learns: \(losses)")
    }

    @Test("a resumed run gives every bit")
    func resume() throws {
        let workshop = try Workshop()
        try workshop.expectExactResume(
            [:], files: ["model.safetensors", "preprocessor_config.json", "tokenizer.json"],
            flags: prepare(workshop, ["random_resized_crop": "0.7"]))
        let architectures = try workshop.json("whole/config.json")["architectures"]
        #expect(architectures == .array([.string("VisionEncoderDecoderModel")]))
    }

    @Test(
        "evaluations and captions have the same bits on 1 to 4 ranks, by beam search, and count what they show"
    )
    func evaluation() throws {
        let workshop = try Workshop()
        try workshop.train(
            "run", ranks: 2,
            flags: prepare(workshop, ["max_steps": "250", "train_file": workshop.path + "/train.jsonl"]))
        let model = [
            "--task", "image-captioning", "--model_name_or_path", workshop.path + "/run",
            "--per_device_eval_batch_size", "4", "--threads_per_rank", "1", "--max_target_length", "16",
            "--num_beams", "3",
        ]
        let file = try workshop.write(ToyImages.rows("train", 19), to: "seen.jsonl")
        var results: JSONObject?
        var lines: String?
        for ranks in 1...4 {
            let evaluated = try workshop.succeed(
                ["evaluate", "--json", "--validation_file", file] + model, ranks: ranks)
            var found = try JSONValue(parsing: Array(evaluated.output.utf8)).object
            for key in ["eval_runtime", "eval_samples_per_second"] { found?.remove(key) }
            let predicted = try workshop.succeed(
                ["predict", "--predict_file", file, "--output_file", "-"] + model, ranks: ranks
            ).output
            #expect(found == results ?? found, "\(ranks) ranks")
            #expect(predicted == lines ?? predicted, "\(ranks) ranks")
            (results, lines) = (found, predicted)
        }
        let rows = try (lines ?? "").split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
        try #require(rows.count == 19)
        let right = rows.count { $0["prediction"] == $0["caption"] }
        #expect(right >= 10, "\(right) of 19 captions are written as they were learnt")
        #expect(results?["eval_exact_match"]?.double == Double(right) / 19)
        #expect((results?["eval_bleu"]?.double ?? 0) > 50)
        #expect(results?["eval_loss"] != nil && results?["eval_samples"] == .integer(19))
    }

    @Test("frozen encoder, adapters and bf16: only what is trained changes, and merged adapters write alike")
    func adaptation() throws {
        let workshop = try Workshop()
        try workshop.train("run", flags: prepare(workshop, ["max_steps": "3"]))
        let flags = try prepare(
            workshop,
            ["model_name_or_path": workshop.path + "/run", "config_name": "null", "max_steps": "3"])
        try workshop.train(
            "decoder", ranks: 2, flags: flags + ["--freeze", "encoder.embeddings", "--bf16", "true"])
        let files = try ["run", "decoder"].map {
            try SafetensorsFile(path: workshop.path + "/\($0)/model.safetensors")
        }
        for name in files[0].tensorNames where !name.contains("pooler") {
            let isFrozen = name.hasPrefix("encoder.embeddings.")
            #expect(try (files[0].readBytes(name) == files[1].readBytes(name)) == isFrozen, "\(name)")
        }
        try workshop.train(
            "lora", ranks: 2, flags: flags + ["--lora_r", "2", "--lora_target_modules", "all-linear"])
        let captions = try ["lora", "lora/adapter"].map { folder in
            try workshop.succeed([
                "predict", "--task", "image-captioning", "--model_name_or_path", workshop.path + "/" + folder,
                "--predict_file", workshop.path + "/validation.jsonl", "--output_file", "-",
                "--max_target_length", "16",
            ]).output
        }
        #expect(captions[0] == captions[1])
    }

    @Test(
        "a vision transformer and a text model are joined; tokenizer and image processor go with what is written"
    )
    func pair() throws {
        let workshop = try Workshop()
        try workshop.train(
            "vit",
            flags: workshop.prepareImages(task: "image-classification", start: "vit", ["max_steps": "2"]))
        let folder = workshop.path + "/gpt2-start"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for name in ["tokenizer.json", "tokenizer_config.json"] {
            try FileManager.default.copyItem(
                atPath: ToyImages.samples + "/vit-gpt2/" + name, toPath: folder + "/" + name)
        }
        let whole = try Data(contentsOf: URL(fileURLWithPath: ToyImages.samples + "/vit-gpt2/config.json"))
        var decoder = try JSONValue(parsing: [UInt8](whole))["decoder"]?.object ?? [:]
        decoder["is_decoder"] = nil
        decoder["add_cross_attention"] = nil
        try Data(JSONValue.object(decoder).serialized())
            .write(to: URL(fileURLWithPath: folder + "/config.json"))
        let text = [
            "--task", "causal-lm", "--config_name", folder, "--model_name_or_path", "null", "--text_column",
            "caption", "--max_seq_length", "16", "--line_by_line", "true", "--max_steps", "2",
        ]
        let outcome = try workshop.train("gpt2", ranks: 2, flags: text)
        #expect(outcome.errors.contains("gpt2-start: gpt2, "), "\(outcome.errors)")
        #expect(outcome.errors.contains(" parameters, initialised at random"), "\(outcome.errors)")
        let flags = try prepare(
            workshop,
            [
                "config_name": "null", "encoder_model_name_or_path": workshop.path + "/vit",
                "decoder_model_name_or_path": workshop.path + "/gpt2", "max_steps": "3",
            ])
        try workshop.train("joined", ranks: 2, flags: flags)
        let files = try ["vit", "gpt2", "joined"].map {
            try SafetensorsFile(path: workshop.path + "/\($0)/model.safetensors")
        }
        #expect(files[2].tensorNames.contains("decoder.transformer.h.1.crossattention.q_attn.weight"))
        let names = try workshop.names("joined")
        for name in ["preprocessor_config.json", "tokenizer.json", "tokenizer_config.json"] {
            #expect(names.contains(name))
        }
        let predicted = try workshop.succeed([
            "predict", "--task", "image-captioning", "--model_name_or_path", workshop.path + "/joined",
            "--predict_file", workshop.path + "/validation.jsonl", "--output_file", "-",
            "--max_target_length", "16",
        ]).output
        #expect(predicted.split(separator: "\n").count == 23)
    }

    @Test("rows and settings that cannot be learnt, each with its sentence")
    func refusals() throws {
        let workshop = try Workshop()
        let flags = try prepare(workshop)
        let rows = try ToyImages.rows("train", 3)
        let image = ToyImages.samples + "/images/train-000.png"
        for (row, sentence) in [
            (
                #"{"image": "\#(image)", "caption": 5}"#,
                "column \"caption\": expected a string, found the number 5."
            ),
            (#"{"image": "none.png", "caption": "a"}"#, "No such image: \(workshop.path)/none.png."),
            (
                #"{"image": "\#(image)", "text": "a"}"#,
                "no column \"caption\"; the row has \"image\", \"text\"."
            ),
        ] {
            let file = try workshop.write(rows + row + "\n", to: "rows.jsonl")
            try workshop.expectRefusal(
                training: [:], flags: flags + ["--train_file", file], saying: "\(file):4: \(sentence)")
        }
        try workshop.expectRefusal(
            training: [:], flags: flags + ["--max_target_length", "40"],
            saying: "max_target_length is 40, but the decoder has 16 positions; set max_target_length to 16")
        let folder = workshop.path + "/small"
        try FileManager.default.copyItem(atPath: ToyImages.samples + "/vit-gpt2", toPath: folder)
        let text = try workshop.text("small/config.json")
        try workshop.write(
            text.replacing("\"vocab_size\": 322", with: "\"vocab_size\": 300"), to: "small/config.json")
        try workshop.expectRefusal(
            training: [:], flags: flags + ["--config_name", folder], ranks: 2,
            saying:
                "\(folder): the tokenizer has 322 tokens, but the decoder has a vocabulary of 300; use the")
    }
}
