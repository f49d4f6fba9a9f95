// The models against transformers: logits, loss, every gradient, and the files that they write.

import Checkpoints
import Foundation
import Layers
import Models
import Safetensors
import Tensors
import TestSupport
import Testing

private let tolerance = 1e-5

private let names = ["bert", "roberta", "distilbert"]

@Suite struct QuestionAnswererTests {
    /// Loss of each window, and the logits; with a backward pass.
    private func step(_ golden: GoldenAnswerer) -> (losses: [Float], logits: [Float]) {
        let tokens = golden.tokens
        let pass = Pass(
            parameters: golden.model.parameters, workspace: Workspace(), batch: tokens,
            trainingKey: RandomKey(seed: 1))
        let logits = golden.model.forward(pass)
        let values = logits.values()
        let losses = SpanLoss.sequences(
            logits, offsets: tokens.offsets, spans: golden.spans, lossCount: Double(golden.spans.count),
            gradient: logits)
        golden.model.backward(gradient: logits, pass)
        return (losses.map { Float($0.loss) }, values)
    }

    @Test("logits, losses and every gradient equal transformers'", arguments: names)
    func gradients(name: String) throws {
        let golden = try GoldenAnswerer(name)
        #expect(golden.report.newHead.isEmpty)
        try golden.model.validate(golden.tokens)
        let (losses, logits) = step(golden)
        #expect(relativeError(logits, try golden.values("logits")) < tolerance)
        #expect(relativeError(losses, try golden.values("losses")) < tolerance)
        let arena = golden.model.parameters.gradients
        var found: [String: [Float]] = [:]
        for slot in golden.model.parameters.layout.slots {
            for tensor in slot.tensors {
                let start = slot.range.lowerBound + tensor.offset
                found[tensor.name] = arena.elements(start..<start + tensor.count).values()
            }
        }
        #expect(Set(golden.gradientNames) == Set(found.keys))
        let largest =
            try golden.gradientNames.flatMap { try golden.values("gradient." + $0) }.map(abs).max() ?? 0
        for name in golden.gradientNames {
            let expected = try golden.values("gradient." + name)
            let values = try #require(found[name])
            if expected.allSatisfy({ abs($0) < 1e-6 * largest }) {
                // Zero by mathematics: a key's bias.
                #expect(values.allSatisfy { abs($0) < 1e-6 * largest }, "\(name)")
            } else {
                #expect(relativeError(values, expected) < tolerance, "\(name)")
            }
        }
    }

    @Test("every slot is reported once", arguments: names)
    func readiness(name: String) throws {
        let golden = try GoldenAnswerer(name)
        var reported: [Int] = []
        golden.model.parameters.onGradientReady = { reported.append($0) }
        _ = step(golden)
        golden.model.parameters.onGradientReady = nil
        #expect(reported.sorted() == golden.model.parameters.layout.slots.map(\.index))
    }

    @Test(
        "what is written has transformers' class and names, and is read back whole",
        arguments: names)
    func writing(name: String) throws {
        let golden = try GoldenAnswerer(name)
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("answerer-\(UUID().uuidString)").path
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: folder) } }
        try ModelDirectory.write(model: golden.model, to: folder, tokenizerFilesFrom: golden.path)
        let (first, second) = try (
            SafetensorsFile(path: golden.path + "/model.safetensors"),
            SafetensorsFile(path: folder + "/model.safetensors")
        )
        #expect(first.tensorNames.sorted() == second.tensorNames.sorted())
        #expect(second.tensorNames.contains("qa_outputs.weight"))
        let text = try String(contentsOfFile: folder + "/config.json", encoding: .utf8)
        let prefix = ["bert": "Bert", "roberta": "Roberta", "distilbert": "DistilBert"]
        #expect(text.contains("\"\(try #require(prefix[name]))ForQuestionAnswering\""))
        let again = try GoldenAnswerer.load(folder)
        #expect(again.report.newHead.isEmpty)
        #expect(again.model.parameters.values.values() == golden.model.parameters.values.values())
    }
}
