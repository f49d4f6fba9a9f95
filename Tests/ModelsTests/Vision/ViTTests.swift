// The vision transformer against transformers: states, logits, losses, every gradient, ten AdamW steps,
// positions.

import Checkpoints
import Foundation
import JSON
import Layers
import Models
import Safetensors
import Tensors
import TestSupport
import Testing

private let files = ["golden", "interpolated", "smaller"]
private let tolerance = 1e-5

@Suite struct ViTTests {
    private func classifier(_ golden: VisionGolden) throws -> EncoderClassifier {
        let loaded = try ModelLoader.load(.classifier(nil), directory: golden.directory, seed: 1)
        let model = try #require(loaded.model as? EncoderClassifier)
        model.interpolatesPositions = true
        return model
    }

    private func pass(_ model: any TrainableModel, _ batch: TokenBatch, trains: Bool = true) -> Pass {
        Pass(
            parameters: model.parameters, workspace: Workspace(), batch: batch,
            trainingKey: trains ? RandomKey(seed: 1) : nil)
    }

    /// Forward and backward; returns the mean loss.
    private func step(_ model: EncoderClassifier, _ golden: VisionGolden) throws -> Float {
        try step(model, golden.batch(), labels: golden.integers("labels"))
    }

    private func step(_ model: EncoderClassifier, _ batch: TokenBatch, labels: [Int]) -> Float {
        let pass = pass(model, batch)
        let logits = model.forward(pass)
        let rows = ClassificationLoss.rows(
            logits, .labels(labels), problemType: .singleLabel, rowCount: labels.count, gradient: logits)
        model.backward(gradient: logits, pass)
        return Float(rows.reduce(0, +) / Double(labels.count))
    }

    @Test("logits and loss equal transformers', also for images of other sizes", arguments: files)
    func logits(file: String) throws {
        let golden = try VisionGolden("classifier", file)
        let model = try classifier(golden)
        #expect(model.head.labels == ["cat", "dog", "owl"])
        let batch = try golden.batch()
        try model.validate(batch)
        for trains in [false, true] {
            let logits = model.forward(pass(model, batch, trains: trains))
            #expect(relativeError(logits.values(), try golden.values("logits")) < tolerance)
        }
        #expect(relativeError([try step(model, golden)], try golden.values("loss")) < tolerance)
    }

    @Test("every gradient equals transformers', through interpolated positions too", arguments: files)
    func gradients(file: String) throws {
        let golden = try VisionGolden("classifier", file)
        let model = try classifier(golden)
        _ = try step(model, golden)
        try golden.expectGradients(of: model)
        let names = Set(model.parameters.layout.slots.flatMap(\.tensors).map(\.name))
        #expect(
            file == "golden" ? Set(golden.names("gradient.")) == names : golden.names("gradient.").count == 3)
    }

    @Test("ten AdamW steps give torch's losses")
    func adamW() throws {
        let golden = try VisionGolden("classifier")
        let model = try classifier(golden)
        let (batch, labels) = (try golden.batch(), try golden.integers("labels"))
        let losses = tenSteps(model) { step(model, batch, labels: labels) }
        for (found, expected) in zip(losses, try golden.values("adamw_losses")) {
            #expect(relativeError([found], [expected]) < tolerance)
        }
        #expect(losses.count == 10)
    }

    @Test("a bare backbone loads with a new head; its states equal transformers'")
    func backbone() throws {
        let golden = try VisionGolden("backbone")
        let head = ClassificationHead(labels: ["a", "b"], problemType: .singleLabel)
        let (loaded, report) = try ModelLoader.load(.classifier(head), directory: golden.directory, seed: 3)
        let model = try #require(loaded as? EncoderClassifier)
        #expect(report.newHead == ["classifier.weight", "classifier.bias"])
        #expect(report.ignored.sorted() == ["pooler.dense.bias", "pooler.dense.weight"])
        let states = model.hiddenStates(pass(model, try golden.batch(), trains: false))
        #expect(relativeError(states.values(), try golden.values("last_hidden_state")) < tolerance)
    }

    @Test("every slot is reported once, and the order and split of a batch change results by rounding only")
    func batches() throws {
        let golden = try VisionGolden("classifier")
        let (whole, split) = (try classifier(golden), try classifier(golden))
        let (batch, labels) = (try golden.batch(), try golden.integers("labels"))
        var reported: [Int] = []
        whole.parameters.onGradientReady = { reported.append($0) }
        let loss = step(whole, batch, labels: labels)
        whole.parameters.onGradientReady = nil
        #expect(reported.sorted() == whole.parameters.layout.slots.map(\.index))
        let pixels = try #require(batch.images).pixels
        var sum: Float = 0
        for row in [2, 0, 3, 1] {
            let single = TokenBatch(
                images: ImageBatch(pixels: pixels.rows(row..<row + 1), height: 6, width: 6), patchHeight: 2,
                patchWidth: 2, sampleIDs: [UInt64(row)])
            let pass = pass(split, single)
            let logits = split.forward(pass)
            let losses = ClassificationLoss.rows(
                logits, .labels([labels[row]]), problemType: .singleLabel, rowCount: 4, gradient: logits)
            split.backward(gradient: logits, pass)
            sum += Float(losses[0]) / 4
        }
        #expect(abs(sum - loss) < 1e-6)
        let error = relativeError(
            split.parameters.gradients.values(), whole.parameters.gradients.values())
        #expect(error < 1e-5)
    }

    @Test(
        "what is written is read again with the same bits, names and shapes, and the processor's file is there"
    )
    func writing() throws {
        let golden = try VisionGolden("classifier")
        let model = try classifier(golden)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try ModelDirectory.write(model: model, to: folder, tokenizerFilesFrom: golden.directory)
        let again = try ModelLoader.load(.classifier(nil), directory: folder, seed: 9).model
        #expect(again.parameters.values.values() == model.parameters.values.values())
        #expect(again.configurationJSON == model.configurationJSON)
        let written = try SafetensorsCollection.open(directory: folder)
        let original = try SafetensorsCollection.open(directory: golden.directory)
        #expect(Set(written.tensorNames) == Set(original.tensorNames))
        for name in written.tensorNames { #expect(try written.shape(of: name) == original.shape(of: name)) }
        #expect(FileManager.default.fileExists(atPath: folder + "/preprocessor_config.json"))
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test("images that do not fit the model are refused with what fits")
    func misfits() throws {
        let model = try classifier(try VisionGolden("classifier"))
        func message(_ height: Int, _ width: Int, channels: Int = 3) -> String? {
            let pixels = Tensor(rows: 1, columns: channels * height * width)
            let batch = TokenBatch(
                images: ImageBatch(pixels: pixels, channels: channels, height: height, width: width),
                patchHeight: 2, patchWidth: 2, sampleIDs: [0])
            do {
                try model.validate(batch)
                return nil
            } catch { return error.description }
        }
        #expect(message(6, 6) == nil && message(7, 9) == nil)
        #expect(
            message(1, 6)?.hasPrefix("images of 1 × 6 pixels do not fit the model, which reads 6 × 6") == true
        )
        #expect(message(6, 6, channels: 1)?.contains("images of 3 channels, found 1") == true)
        model.interpolatesPositions = false
        #expect(message(7, 9)?.contains("let the positions be interpolated") == true)
        #expect(message(6, 6) == nil)
        let text = TokenBatch(tokens: [0], typeIDs: [0], positions: [0], offsets: [0, 1], sampleIDs: [0])
        let error = #expect(throws: ModelError.self) { try model.validate(text) }
        #expect(error?.description.contains("the batch holds text") == true)
    }

    @Test(
        "a configuration that makes no sense is refused with file and key",
        arguments: [
            (
                #"{"model_type": "vit", "hidden_size": 10, "num_attention_heads": 3}"#,
                "\"num_attention_heads\" is 3"
            ),
            (#"{"model_type": "vit", "patch_size": 300}"#, "\"patch_size\" is 300 × 300"),
            (
                #"{"model_type": "vit", "image_size": [1, 2, 3]}"#,
                "\"image_size\" is [1, 2, 3], expected one or two"
            ),
            (
                #"{"model_type": "deit"}"#,
                "model_type \"deit\" is not supported here; expected one of bert, roberta, xlm-roberta, "
                    + "distilbert, vit, "
                    + "modernbert"
            ),
        ])
    func configurations(json: String, message: String) throws {
        let value = try JSONValue(parsing: Array(json.utf8))
        let error = #expect(throws: ModelError.self) {
            _ = try EncoderClassifier(
                value, head: ClassificationHead(labels: ["a"], problemType: .regression), file: "c.json")
        }
        #expect(error?.description.contains("c.json") == true)
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test("what config.json leaves out takes Hugging Face's defaults: ViT base, 16 × 16 patches of 224 × 224")
    func defaults() throws {
        let configuration = try ViTConfiguration(
            JSONValue(parsing: Array(#"{"model_type": "vit"}"#.utf8)), file: "c.json")
        #expect(configuration.hiddenSize == 768 && configuration.layerCount == 12)
        #expect(configuration.tokenCount == 197 && configuration.hasProjectionBias)
        let sizes = try ViTConfiguration(
            JSONValue(
                parsing: Array(#"{"model_type": "vit", "image_size": [32, 48], "patch_size": [8, 16]}"#.utf8)),
            file: "c.json")
        #expect(sizes.tokenCount == 13)
    }
}
