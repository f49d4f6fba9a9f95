// BERTSum against PyTorch: logits, loss, every gradient, ten AdamW steps, and the files that it writes.

import Checkpoints
import Foundation
import JSON
import Layers
import Models
import Optimizers
import Safetensors
import Tensors
import TestSupport
import Testing

private let names = [
    "extractive-bert", "extractive-roberta", "extractive-mean",
    "extractive-distilbert",
]
private let tolerance = 1e-5

@Suite struct ExtractiveSummarizerTests {
    /// Mean loss over the sentences of the golden's windows; with a backward pass when training.
    private func step(_ golden: GoldenSummarizer, isTraining: Bool = true) -> (loss: Float, logits: [Float]) {
        let model = golden.model
        let pass = Pass(
            parameters: model.parameters, workspace: Workspace(), batch: golden.tokens,
            trainingKey: isTraining ? RandomKey(seed: 1) : nil)
        let logits = model.forward(pass, sentences: golden.sentences)
        let values = logits.values()
        let labels = golden.labels
        let losses = ClassificationLoss.rows(
            logits, .values(labels.map { [$0] }), problemType: .multiLabel, rowCount: labels.count,
            gradient: isTraining ? logits : nil)
        if isTraining { model.backward(gradient: logits, pass) }
        return (Float(losses.reduce(0, +) / Double(labels.count)), values)
    }

    @Test("logits and loss of flat windows equal those of PyTorch's padded ones", arguments: names)
    func logits(name: String) throws {
        let golden = try GoldenSummarizer(name)
        try golden.model.validate(golden.tokens)
        for isTraining in [false, true] {
            let (loss, logits) = step(golden, isTraining: isTraining)
            #expect(relativeError(logits, try golden.values("logits")) < tolerance)
            #expect(relativeError([loss], try golden.values("loss")) < tolerance)
        }
    }

    @Test("every gradient equals PyTorch's, the unused pooler has none", arguments: names)
    func gradients(name: String) throws {
        let golden = try GoldenSummarizer(name)
        _ = step(golden)
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
                // Zero by mathematics: a key's bias, and the pooler.
                #expect(values.allSatisfy { abs($0) < 1e-6 * largest }, "\(name)")
            } else {
                #expect(relativeError(values, expected) < tolerance, "\(name)")
            }
        }
    }

    @Test("ten AdamW steps give torch's losses", arguments: names)
    func adamW(name: String) throws {
        let golden = try GoldenSummarizer(name)
        let parameters = golden.model.parameters
        let optimizer = AdamW(parameters, options: AdamW.Options(weightDecay: 0.01))
        for expected in try golden.values("adamw_losses") {
            parameters.gradients.clear()
            #expect(relativeError([step(golden).loss], [expected]) < tolerance)
            let norm = GradientClipping.norm(of: parameters.gradients)
            optimizer.step(
                learningRate: 1e-3, gradientScale: GradientClipping.scale(norm: norm, maximumNorm: 1))
        }
    }

    @Test("every slot is reported once", arguments: names)
    func readiness(name: String) throws {
        let golden = try GoldenSummarizer(name)
        var reported: [Int] = []
        golden.model.parameters.onGradientReady = { reported.append($0) }
        _ = step(golden)
        golden.model.parameters.onGradientReady = nil
        #expect(reported.sorted() == golden.model.parameters.layout.slots.map(\.index))
    }

    @Test("a window is scored alike alone and among others, in fp32 and about so in bf16", arguments: names)
    func independence(name: String) throws {
        let golden = try GoldenSummarizer(name)
        let whole = step(golden, isTraining: false).logits
        let (tokens, sentences) = (golden.tokens, golden.sentences)
        let range = Int(tokens.offsets[3])..<Int(tokens.offsets[4])
        let chosen = Int(sentences.offsets[3])..<Int(sentences.offsets[4])
        let alone = TokenBatch(
            tokens: Array(tokens.tokens[range]), typeIDs: Array(tokens.typeIDs[range]),
            positions: Array(tokens.positions[range]), offsets: [0, Int32(range.count)], sampleIDs: [3])
        let places = SentenceBatch(
            places: sentences.places[chosen].map { $0 - Int32(range.lowerBound) },
            positions: Array(sentences.positions[chosen]), offsets: [0, Int32(chosen.count)])
        let logits = golden.model.forward(
            Pass(parameters: golden.model.parameters, workspace: Workspace(), batch: alone), sentences: places
        )
        #expect(relativeError(logits.values(), Array(whole[chosen])) < 1e-5)
        golden.model.parameters.computeInBFloat16()
        let rounded = step(golden, isTraining: true).logits
        #expect(relativeError(rounded, whole) < 0.1)
        #expect(rounded != whole)
    }

    @Test("what is written equals what was read, tensor by tensor, and config.json keeps the summary's shape")
    func writing() throws {
        let golden = try GoldenSummarizer("extractive-bert")
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("extractive-\(UUID().uuidString)").path
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: folder) } }
        try ModelDirectory.write(model: golden.model, to: folder, tokenizerFilesFrom: golden.path)
        let (first, second) = try (
            SafetensorsFile(path: golden.path + "/model.safetensors"),
            SafetensorsFile(path: folder + "/model.safetensors")
        )
        #expect(first.tensorNames.sorted() == second.tensorNames.sorted())
        for name in first.tensorNames {
            let tensors = try [first, second].map { file in
                let tensor = Tensor(rows: 1, columns: try file.shape(of: name).reduce(1, *))
                try file.read(name, into: tensor)
                return tensor.values()
            }
            #expect(tensors[0] == tensors[1], "\(name)")
            #expect(try first.shape(of: name) == second.shape(of: name), "\(name)")
        }
        let again = try ModelLoader.load(.extractive, directory: folder, seed: 2)
        #expect(again.report.newHead.isEmpty)
        #expect(again.model.configuration.summarySentences == 2 && !again.model.configuration.blocksTrigrams)
    }

    @Test("a bare encoder gets new layers over sentences; a model of another type is refused with a sentence")
    func newHead() throws {
        let golden = try GoldenSummarizer("extractive-bert")
        #expect(golden.report.newHead.isEmpty && golden.model.configuration.layerCount == 2)
        let wider: JSONValue = .object(["num_layers": .integer(3)])
        #expect(throws: CheckpointError.self) {
            try ModelLoader.load(
                .extractive, directory: golden.path, overrides: [ExtractiveConfiguration.key: wider], seed: 1)
        }
        let error = #expect(throws: CheckpointError.self) {
            try ModelLoader.empty(
                .extractive, .object(["model_type": .string("gpt2")]), file: "gpt2/config.json")
        }
        #expect(
            error?.description
                == "gpt2/config.json: model_type \"gpt2\" cannot be trained as an extractive summarizer; expected one "
                + "of bert, roberta, xlm-roberta, distilbert, modernbert: choose another model")
    }
}
