// BART, Pegasus and T5 against transformers: logits, losses, every gradient, ten AdamW steps; what may be
// wrong with their files.

import Checkpoints
import Foundation
import JSON
import Layers
import Models
import Tensors
import TestSupport
import Testing

private let names = ["bart", "bart-scaled", "pegasus", "t5", "flan-t5"]
private let tolerance = 1e-5

@Suite struct ConditionalGeneratorTests {
    private func golden(_ name: String) throws -> GoldenDirectory { try GoldenDirectory(name, of: "Writers") }

    private func model(
        _ golden: GoldenDirectory, overrides: JSONObject = [:]
    ) throws -> any SequenceToSequenceModel {
        try ModelLoader.load(.encoderDecoder, directory: golden.path, overrides: overrides).model
    }

    private func step(
        _ model: any SequenceToSequenceModel, _ golden: GoldenDirectory, isTraining: Bool = true,
        recomputes: Bool = false, labelSmoothing: Double = 0
    ) -> Float {
        let workspace = Workspace()
        func pass(_ key: String) -> Pass {
            Pass(
                parameters: model.parameters, workspace: workspace, batch: flatBatch(golden.rows(key)),
                trainingKey: isTraining ? RandomKey(seed: 1) : nil, recomputesActivations: recomputes)
        }
        let count = golden.targets.filter { $0 != -100 }.count
        let sums = model.lossSums(
            source: pass("input_ids"), target: pass("decoder_input_ids"), targets: golden.targets,
            scale: 1 / Double(count), labelSmoothing: labelSmoothing)
        #expect(sums.count == count)
        return Float(sums.loss / Double(count))
    }

    @Test("logits and loss of padding-free batches equal transformers'", arguments: names)
    func logits(name: String) throws {
        let golden = try golden(name)
        let model = try model(golden)
        let workspace = Workspace()
        func pass(_ key: String) -> Pass {
            Pass(parameters: model.parameters, workspace: workspace, batch: flatBatch(golden.rows(key)))
        }
        let (source, target) = (pass("input_ids"), pass("decoder_input_ids"))
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

    @Test("every gradient equals transformers', with all activations kept and without", arguments: names)
    func gradients(name: String) throws {
        let golden = try golden(name)
        let model = try model(golden)
        _ = step(model, golden)
        let found = NamedGradients(model)
        #expect(Set(golden.names("gradient.")) == Set(found.values.keys))
        try found.expectEqual(golden, "gradient.")
        model.parameters.gradients.clear()
        _ = step(model, golden, recomputes: true)
        let again = NamedGradients(model)
        for (name, values) in found.values {
            #expect(again.values[name]?.map(\.bitPattern) == values.map(\.bitPattern), "\(name)")
        }
        model.parameters.gradients.clear()
        let smoothed = step(model, golden, labelSmoothing: 0.1)
        #expect(relativeError([smoothed], try golden.values("smoothed_loss")) < tolerance)
        try NamedGradients(model).expectEqual(golden, "smoothed.")
    }

    @Test("ten AdamW steps give torch's losses", arguments: names)
    func adamW(name: String) throws {
        let golden = try golden(name)
        let model = try model(golden)
        let losses = tenSteps(model) { step(model, golden) }
        for (found, expected) in zip(losses, try golden.values("adamw_losses")) {
            #expect(relativeError([found], [expected]) < tolerance)
        }
    }

    @Test("every trained slot is reported once", arguments: names)
    func readiness(name: String) throws {
        let golden = try golden(name)
        let model = try model(golden)
        var reported: [Int] = []
        model.parameters.onGradientReady = { reported.append($0) }
        _ = step(model, golden)
        model.parameters.onGradientReady = nil
        let trained = model.parameters.layout.slots.count { $0.isTrainable }
        #expect(reported.sorted() == Array(0..<trained))
        #expect(model.parameters.layout.slots.filter(\.isConstant).count == constants[name])
    }

    private let constants = ["bart": 1, "bart-scaled": 1, "pegasus": 3, "t5": 0, "flan-t5": 0]

    @Test("a step in bfloat16 is near the one in float32", arguments: names)
    func bfloat16(name: String) throws {
        let golden = try golden(name)
        let model = try model(golden)
        model.parameters.computeInBFloat16()
        #expect(relativeError([step(model, golden)], try golden.values("loss")) < 0.02)
    }

    @Test("a model that is written and read again has the same bits and tensors", arguments: names)
    func writing(name: String) throws {
        let golden = try golden(name)
        try WritingTests().check(golden, try model(golden)) {
            try ModelLoader.load(.encoderDecoder, directory: $0).model
        }
    }

    @Test("files of the bare backbone, and without its constants, are read")
    func bare() throws {
        let golden = try golden("pegasus")
        let whole = try model(golden)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        try BareBackbone.write(golden.path, to: folder, prefix: "model.") {
            $0 != "final_logits_bias" && !$0.hasSuffix("embed_positions.weight")
        }
        let found = try ModelLoader.load(.encoderDecoder, directory: folder.path).model
        for (slot, other) in zip(found.parameters.layout.slots, whole.parameters.layout.slots) {
            let values = found.parameters.value(slot.index).values()
            if slot.name == "final_logits_bias" {
                #expect(values.allSatisfy { $0 == 0 })
            } else {
                // The files hold sinusoids that were rounded to bfloat16.
                let expected = whole.parameters.value(other.index).values()
                #expect(relativeError(values, expected) < (slot.isConstant ? 4e-3 : 1e-9), "\(slot.name)")
            }
        }
    }

    @Test("what is wrong with config.json is said in a sentence")
    func refusals() throws {
        func message(_ name: String, _ overrides: JSONObject) throws -> String {
            let golden = try golden(name)
            let error = #expect(throws: CheckpointError.self) {
                _ = try model(golden, overrides: overrides)
            }
            return error?.description ?? ""
        }
        #expect(try message("t5", ["decoder_start_token_id": .null]).contains("decoder_start_token_id"))
        #expect(try message("bart", ["decoder_start_token_id": .integer(37)]).contains("an id below 37"))
        #expect(
            try message("t5", ["relative_attention_num_buckets": .integer(16)]).contains(
                "relative_attention_bias.weight expected shape [16, 3], found [8, 3]"))
        #expect(
            try message("t5", ["relative_attention_num_buckets": .integer(6)]).contains("a multiple of 4"))
        #expect(try message("t5", ["feed_forward_proj": .string("gated")]).contains("feed_forward_proj"))
        #expect(
            try message("bart", ["vocab_size": .integer(40)]).contains(
                "model.shared.weight expected shape [40, 12], found [37, 12]"))
        #expect(try message("bart", ["encoder_layerdrop": .shortest(0.1)]).contains("encoder_layerdrop"))
        #expect(
            try message("pegasus", ["decoder_layers": .integer(1)]).contains("model.decoder.layers.1."))
    }
}
