// ViT and GPT-2 joined by cross-attention against transformers' VisionEncoderDecoderModel.

import Checkpoints
import Foundation
import JSON
import Layers
import Models
import Safetensors
import Tensors
import TestSupport
import Testing

private let names = ["captioner", "captioner-same-width"]
private let tolerance = 1e-5

@Suite struct CaptionerTests {
    private func model(_ golden: VisionGolden) throws -> any SequenceToSequenceModel {
        try ModelLoader.load(.encoderDecoder, directory: golden.directory).model
    }

    /// The images, the captions as the decoder reads them, and what it should write.
    private func passes(
        _ model: any SequenceToSequenceModel, _ golden: VisionGolden, trains: Bool
    ) throws -> (source: Pass, target: Pass, targets: [Int32]) {
        let workspace = Workspace()
        func pass(_ batch: TokenBatch) -> Pass {
            Pass(
                parameters: model.parameters, workspace: workspace, batch: batch,
                trainingKey: trains ? RandomKey(seed: 1) : nil)
        }
        let captions = try golden.captions()
        let (batch, targets) = model.targetBatch(captions, sampleIDs: captions.indices.map { UInt64($0) })
        try model.validateTarget(batch)
        let images = try golden.batch()
        try model.validate(images)
        return (pass(images), pass(batch), targets)
    }

    private func loss(
        _ model: any SequenceToSequenceModel, _ golden: VisionGolden, trains: Bool = true
    ) throws -> Float {
        let (source, target, targets) = try passes(model, golden, trains: trains)
        let sums = model.lossSums(
            source: source, target: target, targets: targets, scale: 1 / Double(targets.count),
            labelSmoothing: 0)
        #expect(sums.count == targets.count)
        return Float(sums.loss / Double(sums.count))
    }

    @Test("captions are shifted right behind the start token, without padding")
    func shifting() throws {
        let golden = try VisionGolden("captioner")
        let model = try model(golden)
        #expect(model.startID == 1 && model.endIDs == [2])
        let (batch, targets) = model.targetBatch([[5, 9, 2], [2], [7, 2]], sampleIDs: [4, 5, 6])
        #expect(batch.tokens == [1, 5, 9, 1, 1, 7] && targets == [5, 9, 2, 2, 7, 2])
        #expect(batch.offsets == [0, 3, 4, 6] && batch.positions == [0, 1, 2, 0, 0, 1])
        #expect(batch.sampleIDs == [4, 5, 6])
    }

    @Test("logits and loss equal transformers'", arguments: names)
    func logits(name: String) throws {
        let golden = try VisionGolden(name)
        let model = try model(golden)
        let (source, target, targets) = try passes(model, golden, trains: false)
        let logits = model.logits(
            target, source: model.encode(source), rows: targets.indices.map { Int32($0) })
        #expect(relativeError(logits.values(), try golden.values("logits")) < tolerance)
        for trains in [false, true] {
            #expect(
                relativeError([try loss(model, golden, trains: trains)], try golden.values("loss"))
                    < tolerance)
        }
    }

    @Test(
        "named gradients of encoder, projection, cross-attention and decoder equal transformers'",
        arguments: names)
    func gradients(name: String) throws {
        let golden = try VisionGolden(name)
        let model = try model(golden)
        var reported: [Int] = []
        model.parameters.onGradientReady = { reported.append($0) }
        _ = try loss(model, golden)
        model.parameters.onGradientReady = nil
        #expect(golden.names("gradient.").count >= (name == "captioner" ? 16 : 3))
        try golden.expectGradients(of: model)
        #expect(reported.sorted() == model.parameters.layout.slots.map(\.index))
    }

    @Test("ten AdamW steps give torch's losses")
    func adamW() throws {
        let golden = try VisionGolden("captioner")
        let model = try model(golden)
        let losses = try tenSteps(model) { try loss(model, golden) }
        for (found, expected) in zip(losses, try golden.values("adamw_losses")) {
            #expect(relativeError([found], [expected]) < tolerance)
        }
        #expect(losses.count == 10)
    }

    @Test("what is written is read again with the same bits, names and shapes", arguments: names)
    func writing(name: String) throws {
        let golden = try VisionGolden(name)
        let model = try model(golden)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try ModelDirectory.write(model: model, to: folder, tokenizerFilesFrom: golden.directory)
        let again = try ModelLoader.load(.encoderDecoder, directory: folder).model
        #expect(again.parameters.values.values() == model.parameters.values.values())
        #expect(again.configurationJSON["architectures"] == .array([.string("VisionEncoderDecoderModel")]))
        let written = try SafetensorsCollection.open(directory: folder)
        let original = try SafetensorsCollection.open(directory: golden.directory)
        #expect(Set(written.tensorNames) == Set(original.tensorNames))
        for name in written.tensorNames { #expect(try written.shape(of: name) == original.shape(of: name)) }
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test(
        "a ViT and a GPT-2 join to a captioner with new cross-attention, which reads images of other sizes on demand"
    )
    func joining() throws {
        let gpt2 = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
            .appendingPathComponent("ModelsTests/Families/Goldens/gpt2").path
        let encoders: [(String, [String])] = [("backbone", []), ("classifier", ["classifier.weight"])]
        for (encoder, ignored) in encoders {
            let golden = try VisionGolden(encoder)
            let (joined, reports) = try ModelLoader.encoderDecoder(
                encoder: golden.directory, decoder: gpt2,
                tokens: DecoderTokens(startID: 2, endID: 3, paddingID: 1), seed: 4)
            #expect(joined.configurationJSON["model_type"] == .string("vision-encoder-decoder"))
            #expect(ignored.allSatisfy(reports[0].ignored.contains))
            #expect(reports[1].newHead.contains { $0.contains("crossattention") })
            let model = try #require(joined as? any ImageModel)
            let pixels = Tensor(rows: 2, columns: 3 * 8 * 9)
            pixels.copy(from: (0..<pixels.count).map { Float($0 % 7) - 3 })
            let images = model.batch(pixels: pixels, height: 8, width: 9, sampleIDs: [0, 1])
            #expect(throws: ModelError.self) { try model.validate(images) }
            model.interpolatesPositions = true
            try model.validate(images)
            let source = Pass(parameters: joined.parameters, workspace: Workspace(), batch: images)
            let (batch, _) = joined.targetBatch([[5, 3], [3]], sampleIDs: [0, 1])
            let target = Pass(parameters: joined.parameters, workspace: Workspace(), batch: batch)
            let encoded = joined.encode(source)
            #expect(encoded.offsets == [0, 17, 34])
            let logits = joined.logits(target, source: encoded, rows: [0, 1, 2])
            #expect(logits.values().allSatisfy { $0.isFinite })
        }
    }

    @Test("a tensor that is missing is named")
    func strictness() throws {
        let golden = try VisionGolden("captioner")
        let error = #expect(throws: CheckpointError.self) {
            _ = try ModelLoader.load(
                .encoderDecoder, directory: golden.directory, overrides: ["num_hidden_layers": .integer(2)])
        }
        #expect(
            error?.description.contains("encoder.encoder.layer.1.attention.attention.query.weight") == true)
    }
}
