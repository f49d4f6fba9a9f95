// Encoder–decoders against transformers' EncoderDecoderModel: logits, losses, every gradient, ten AdamW
// steps.

import Checkpoints
import Foundation
import Layers
import Models
import Tensors
import TestSupport
import Testing

private let names = ["bert2bert", "bert2gpt2", "distilbert2gpt2"]
private let tolerance = 1e-5

@Suite struct EncoderDecoderTests {
    private func model(_ golden: GoldenDirectory) throws -> any SequenceToSequenceModel {
        try ModelLoader.load(.encoderDecoder, directory: golden.path).model
    }

    private func passes(
        _ model: any SequenceToSequenceModel, _ golden: GoldenDirectory, isTraining: Bool
    ) -> (source: Pass, target: Pass) {
        let workspace = Workspace()
        func pass(_ key: String) -> Pass {
            Pass(
                parameters: model.parameters, workspace: workspace, batch: flatBatch(golden.rows(key)),
                trainingKey: isTraining ? RandomKey(seed: 1) : nil)
        }
        return (pass("input_ids"), pass("decoder_input_ids"))
    }

    private func step(
        _ model: any SequenceToSequenceModel, _ golden: GoldenDirectory, isTraining: Bool = true,
        labelSmoothing: Double = 0
    ) -> Float {
        let (source, target) = passes(model, golden, isTraining: isTraining)
        let count = golden.targets.filter { $0 != -100 }.count
        let sums = model.lossSums(
            source: source, target: target, targets: golden.targets, scale: 1 / Double(count),
            labelSmoothing: labelSmoothing)
        #expect(sums.count == count)
        return Float(sums.loss / Double(count))
    }

    @Test("logits and loss of padding-free batches equal transformers'", arguments: names)
    func logits(name: String) throws {
        let golden = try GoldenDirectory(name)
        let model = try model(golden)
        let (source, target) = passes(model, golden, isTraining: false)
        try model.validate(source.batch)
        try model.validateTarget(target.batch)
        let logits = model.logits(
            target, source: model.encode(source), rows: target.batch.tokens.indices.map { Int32($0) })
        #expect(relativeError(logits.values(), try golden.values("logits")) < tolerance)
        for isTraining in [false, true] {
            let loss = step(model, golden, isTraining: isTraining)
            #expect(relativeError([loss], try golden.values("loss")) < tolerance)
        }
    }

    @Test("the sums of each sequence add up to those of the batch", arguments: names)
    func sequences(name: String) throws {
        let golden = try GoldenDirectory(name)
        let model = try model(golden)
        let (source, target) = passes(model, golden, isTraining: false)
        let found = model.sequenceLossSums(source: source, target: target, targets: golden.targets)
        let counts = golden.rows("decoder_input_ids").indices.map { row in
            let (start, end) = (target.batch.offsets[row], target.batch.offsets[row + 1])
            return golden.targets[Int(start)..<Int(end)].count { $0 != -100 }
        }
        #expect(found.map(\.count) == counts)
        let loss = found.reduce(0) { $0 + $1.loss } / Double(counts.reduce(0, +))
        #expect(relativeError([Float(loss)], try golden.values("loss")) < tolerance)
    }

    @Test("every gradient equals transformers', the unused pooler has none", arguments: names)
    func gradients(name: String) throws {
        let golden = try GoldenDirectory(name)
        let model = try model(golden)
        _ = step(model, golden)
        let found = NamedGradients(model)
        let pooler = name.hasPrefix("bert2") ? ["weight", "bias"].map { "encoder.pooler.dense." + $0 } : []
        #expect(Set(golden.names("gradient.")) == Set(found.values.keys).subtracting(pooler))
        try found.expectEqual(golden, "gradient.")
        for name in pooler { #expect(found.values[name]?.allSatisfy { $0 == 0 } == true) }
        model.parameters.gradients.clear()
        let smoothed = step(model, golden, labelSmoothing: 0.1)
        #expect(relativeError([smoothed], try golden.values("smoothed_loss")) < tolerance)
        try NamedGradients(model).expectEqual(golden, "smoothed.")
    }

    @Test("ten AdamW steps give torch's losses", arguments: names)
    func adamW(name: String) throws {
        let golden = try GoldenDirectory(name)
        let model = try model(golden)
        let losses = tenSteps(model) { step(model, golden) }
        for (found, expected) in zip(losses, try golden.values("adamw_losses")) {
            #expect(relativeError([found], [expected]) < tolerance)
        }
    }

    @Test("every slot is reported once", arguments: names)
    func readiness(name: String) throws {
        let golden = try GoldenDirectory(name)
        let model = try model(golden)
        var reported: [Int] = []
        model.parameters.onGradientReady = { reported.append($0) }
        _ = step(model, golden)
        model.parameters.onGradientReady = nil
        #expect(reported.sorted() == model.parameters.layout.slots.map(\.index))
    }

    @Test("two checkpoints join to one, with new cross-attention")
    func joining() throws {
        let encoder = try GoldenDirectory("roberta-bare").path
        for decoder in ["gpt2", "bert-masked"] {
            let (model, reports) = try ModelLoader.encoderDecoder(
                encoder: encoder, decoder: try GoldenDirectory(decoder).path,
                tokens: DecoderTokens(startID: 2, endID: 3, paddingID: 1), seed: 4)
            #expect(model.startID == 2 && model.endIDs == [3] && reports.count == 2)
            let new = reports[1].newHead
            #expect(!new.isEmpty && new.contains { $0.contains("ross") })
            #expect(new.allSatisfy { $0.contains("crossattention") || $0.contains("ln_cross_attn") })
            let source = Pass(
                parameters: model.parameters, workspace: Workspace(), batch: flatBatch([[5, 6, 7], [8]]))
            let target = Pass(
                parameters: model.parameters, workspace: Workspace(), batch: flatBatch([[2], [2, 9]]))
            let logits = model.logits(target, source: model.encode(source), rows: [0, 1, 2])
            #expect(logits.values().allSatisfy { $0.isFinite })
        }
    }
}
