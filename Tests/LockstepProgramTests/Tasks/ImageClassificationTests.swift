// Image classification as whole runs: ranks, resume, evaluation, prediction, adapters, and images that cannot
// be read.

import Foundation
import JSON
import Models
import Safetensors
import TestSupport
import Testing

@Suite(.serialized) struct ImageClassificationTests {
    private let changes = [
        "random_horizontal_flip": "0.5", "random_vertical_flip": "0.3", "random_resized_crop": "0.5",
    ]

    private func prepare(_ workshop: Workshop, _ keys: [String: String] = [:]) throws -> [String] {
        try workshop.prepareImages(task: "image-classification", start: "vit", keys)
    }

    @Test("the same losses on any number of ranks, random crops and flips included; the model learns")
    func ranks() throws {
        let workshop = try Workshop()
        let losses = try workshop.expectRankInvariance([:], flags: prepare(workshop, changes))
        let (first, last) = (losses[..<10].reduce(0, +), losses[20...].reduce(0, +))
        #expect(last < first, "the model learns: \(losses)")
        try workshop.train(
            "plain", flags: prepare(workshop, ["max_steps": "2", "per_device_train_batch_size": "12"]))
        #expect(try workshop.values("plain")[0] != losses[0], "crops and flips change the images")
    }

    @Test("a resumed run gives every bit, though each epoch crops and flips anew")
    func resume() throws {
        let workshop = try Workshop()
        try workshop.expectExactResume(
            [:], files: ["model.safetensors", "preprocessor_config.json"], flags: prepare(workshop, changes))
        let config = try workshop.json("whole/config.json")
        #expect(config["architectures"] == .array([.string("ViTForImageClassification")]))
        #expect(config["id2label"]?["1"] == .string("row"))
    }

    @Test("evaluations and predictions have the same bits on 1 to 4 ranks, and count what they show")
    func evaluation() throws {
        let workshop = try Workshop()
        try workshop.train("run", ranks: 2, flags: prepare(workshop, ["max_steps": "40"]))
        let model = [
            "--task", "image-classification", "--model_name_or_path", workshop.path + "/run",
            "--per_device_eval_batch_size", "4", "--threads_per_rank", "1",
        ]
        var results: JSONObject?
        var lines: String?
        for ranks in 1...4 {
            let evaluated = try workshop.succeed(
                ["evaluate", "--json", "--validation_file", workshop.path + "/validation.jsonl"] + model,
                ranks: ranks)
            var found = try JSONValue(parsing: Array(evaluated.output.utf8)).object
            for key in ["eval_runtime", "eval_samples_per_second"] { found?.remove(key) }
            let predicted = try workshop.succeed(
                ["predict", "--predict_file", workshop.path + "/validation.jsonl", "--output_file", "-"]
                    + model, ranks: ranks
            ).output
            #expect(found == results ?? found, "\(ranks) ranks")
            #expect(predicted == lines ?? predicted, "\(ranks) ranks")
            (results, lines) = (found, predicted)
        }
        let rows = try (lines ?? "").split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
        try #require(rows.count == 23)
        let right = rows.count { $0["prediction"] == $0["label"] }
        #expect(results?["eval_accuracy"]?.double == Double(right) / 23)
        #expect(results?["eval_samples"] == .integer(23))
        #expect(rows.allSatisfy { ($0["score"]?.double ?? 0) > 1 / 3 })
    }

    @Test("other labels get a new head; frozen parts stay, adapters merge, bf16 runs")
    func adaptation() throws {
        let workshop = try Workshop()
        try workshop.train("run", flags: prepare(workshop, ["max_steps": "3"]))
        let model = ["model_name_or_path": workshop.path + "/run", "config_name": "null", "max_steps": "3"]
        let flags = try prepare(workshop, model)
        try workshop.write(ToyImages.rows("train", 48, change: ToyImages.labelByColour), to: "train.jsonl")
        let outcome = try workshop.train(
            "colours", ranks: 2, flags: flags + ["--freeze", "embeddings,encoder", "--bf16", "true"])
        #expect(outcome.errors.contains("new head: classifier.weight, classifier.bias"), "\(outcome.errors)")
        let files = try ["run", "colours"].map {
            try SafetensorsFile(path: workshop.path + "/\($0)/model.safetensors")
        }
        #expect(try files[1].shape(of: "classifier.bias") == [6])
        for name in files[0].tensorNames where !name.hasPrefix("classifier.") {
            let isFrozen = !name.hasPrefix("vit.layernorm.")
            #expect(try (files[0].readBytes(name) == files[1].readBytes(name)) == isFrozen, "\(name)")
        }
        let lora = ["--lora_r", "2", "--lora_target_modules", "all-linear"]
        try workshop.train("lora", ranks: 2, flags: flags + lora)
        let predictions = try ["lora", "lora/adapter"].map { folder in
            try workshop.succeed([
                "predict", "--task", "image-classification", "--model_name_or_path",
                workshop.path + "/" + folder, "--predict_file", workshop.path + "/validation.jsonl",
                "--output_file", "-",
            ]).output
        }
        #expect(predictions[0] == predictions[1])
    }

    @Test("images of another size are refused, or taken with interpolated positions")
    func otherSizes() throws {
        let workshop = try Workshop()
        let folder = workshop.path + "/wide"
        try FileManager.default.copyItem(atPath: ToyImages.samples + "/vit", toPath: folder)
        let text = try workshop.text("wide/preprocessor_config.json")
        try workshop.write(
            text.replacing("\"width\": 64", with: "\"width\": 80"), to: "wide/preprocessor_config.json")
        let flags = try prepare(workshop, ["config_name": folder, "max_steps": "2"])
        try workshop.expectRefusal(
            training: [:], flags: flags, ranks: 2,
            saying: "images of 64 × 80 pixels do not fit the model, which reads 64 × 64 in patches of 8 × 8; "
        )
        try workshop.train("run", flags: flags + ["--interpolate_pos_encoding", "true"])
    }

    @Test("a broken, a missing and a one-pixel image are named with their row, whichever rank finds them")
    func badImages() throws {
        let workshop = try Workshop()
        let flags = try prepare(workshop)
        let whole = try Data(contentsOf: URL(fileURLWithPath: ToyImages.samples + "/images/train-000.png"))
        try whole.dropLast(30).write(to: URL(fileURLWithPath: workshop.path + "/cut.png"))
        try ToyImages.onePixelPNG.write(to: URL(fileURLWithPath: workshop.path + "/pixel.png"))
        let rows = try ToyImages.rows("train", 5)
        for (name, sentence) in [
            (
                "cut.png",
                "The PNG image \(workshop.path)/cut.png is broken: the file ends in the middle of the"
            ),
            ("none.png", "No such image: \(workshop.path)/none.png. Image paths are relative to the folder"),
            ("pixel.png", "The image \(workshop.path)/pixel.png has a single pixel, so there is nothing"),
        ] {
            let file = try workshop.write(
                rows + "{\"image\": \"\(name)\", \"label\": \"row\"}\n", to: "rows.jsonl")
            for ranks in [0, 2] {
                let outcome = try workshop.lockstep(
                    ["train", workshop.recipe(output: "run", [:])] + flags + ["--train_file", file],
                    ranks: ranks)
                #expect(outcome.status == 1)
                #expect(outcome.errors.contains("error: \(file):6: \(sentence)"), "\(outcome.errors)")
                #expect(try workshop.names("run").isEmpty)
            }
        }
    }

    @Test("models and files that do not suit the task")
    func misfits() throws {
        let workshop = try Workshop()
        let flags = try prepare(workshop)
        let bert = ["--config_name", "null", "--model_name_or_path", workshop.path + "/model"]
        try workshop.expectRefusal(
            training: [:], flags: flags + bert,
            saying:
                "\(workshop.path)/model holds a model that reads text, and task: image-classification has images;"
        )
        let folder = workshop.path + "/bare"
        try FileManager.default.copyItem(atPath: ToyImages.samples + "/vit", toPath: folder)
        try FileManager.default.removeItem(atPath: folder + "/preprocessor_config.json")
        try workshop.expectRefusal(
            training: [:], flags: flags + ["--config_name", folder],
            saying: "\(folder)/preprocessor_config.json cannot be read")
        try workshop.expectRefusal(
            training: [:], flags: flags + ["--lora_r", "2"],
            saying: "--lora_r: lora_r adapts the weights of a pretrained model, but config_name starts from")
        let text = try prepare(workshop, ["task": "text-classification"])
        try workshop.expectRefusal(
            training: ["train_file": workshop.path + "/train.jsonl"], flags: text,
            saying:
                "\(ToyImages.samples)/vit holds a model that reads images, and task: text-classification has")
    }
}
