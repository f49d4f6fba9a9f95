// BERT against transformers: hidden states, logits, losses, every gradient, ten AdamW steps.

import Foundation
import JSON
import Layers
import Models
import Optimizers
import Safetensors
import Tensors
import TestSupport
import Testing

private let heads = ["single-label", "multi-label", "regression", "regression-3", "sharded-bf16"]
private let activations = [
    "gelu_new", "relu", "silu", "gelu_pytorch_tanh", "gelu_fast", "quick_gelu", "tanh",
].map { "activations/" + $0 }
private let tolerance = 1e-5

@Suite struct BERTGoldenTests {
    @Test(
        "hidden states and pooled rows equal transformers'",
        arguments: heads.dropLast(2) + ["sharded-bf16", "base-fp16"])
    func hiddenStates(name: String) throws {
        let golden = try GoldenCase(name)
        let model = try golden.model()
        let pass = Pass(parameters: model.parameters, workspace: Workspace(), batch: golden.batch)
        #expect(
            relativeError(model.hiddenStates(pass).values(), try golden.values("last_hidden_state"))
                < tolerance)
        #expect(relativeError(model.pooled(pass).values(), try golden.values("pooled")) < tolerance)
    }

    @Test("logits and loss equal transformers'", arguments: heads + activations)
    func logitsAndLoss(name: String) throws {
        let golden = try GoldenCase(name)
        let model = try golden.model()
        let pass = Pass(parameters: model.parameters, workspace: Workspace(), batch: golden.batch)
        let logits = model.forward(pass)
        #expect(relativeError(logits.values(), try golden.values("logits")) < tolerance)
        let rows = ClassificationLoss.rows(
            logits, golden.targets, problemType: model.head.problemType, rowCount: logits.rows, gradient: nil)
        let loss = Float(rows.reduce(0, +) / Double(rows.count))
        #expect(relativeError([loss], try golden.values("loss")) < tolerance)
    }

    @Test("every stored gradient equals transformers'", arguments: heads.dropLast() + activations)
    func gradients(name: String) throws {
        let golden = try GoldenCase(name)
        let model = try golden.model()
        _ = trainingPass(model, golden)
        let zero = Set((golden.json["zero_gradients"]?.array ?? []).compactMap(\.string))
        let names = golden.expected.tensorNames.filter { $0.hasPrefix("gradient.") }
        #expect(names.count >= 5)
        for name in names {
            let parameter = String(name.dropFirst("gradient.".count))
            let found = try #require(tensor(parameter, of: model.parameters.gradients, model))
            if zero.contains(parameter) {
                #expect(found.values().allSatisfy { abs($0) < 1e-7 }, "\(parameter)")
            } else {
                #expect(relativeError(found.values(), try golden.values(name)) < tolerance, "\(parameter)")
            }
        }
    }

    @Test("all gradients of the full goldens are covered")
    func gradientCoverage() throws {
        let golden = try GoldenCase("single-label")
        let model = try golden.model()
        let expected = Set(model.parameters.layout.slots.flatMap(\.tensors).map { "gradient." + $0.name })
        #expect(Set(golden.expected.tensorNames.filter { $0.hasPrefix("gradient.") }) == expected)
    }

    @Test("ten AdamW steps give the losses, norms and weights of torch")
    func adamW() throws {
        let golden = try GoldenCase("single-label")
        let model = try golden.model()
        let optimizer = AdamW(model.parameters, options: AdamW.Options(weightDecay: 0.01))
        var losses: [Float] = []
        var norms: [Float] = []
        for _ in 0..<10 {
            model.parameters.gradients.clear()
            losses.append(trainingPass(model, golden))
            let norm = GradientClipping.norm(of: model.parameters.gradients)
            norms.append(Float(norm))
            optimizer.step(
                learningRate: 1e-3, gradientScale: GradientClipping.scale(norm: norm, maximumNorm: 1))
        }
        for (found, expected) in zip(losses, try golden.values("adamw_losses")) {
            #expect(relativeError([found], [expected]) < tolerance)
        }
        for (found, expected) in zip(norms, try golden.values("grad_norms")) {
            #expect(relativeError([found], [expected]) < 3 * tolerance)
        }
        let finals = golden.expected.tensorNames.filter { $0.hasPrefix("final.") }
        #expect(finals.count == 3)
        for name in finals {
            let found = try #require(tensor(String(name.dropFirst(6)), of: model.parameters.values, model))
            #expect(relativeError(found.values(), try golden.values(name)) < tolerance, "\(name)")
        }
    }

    /// Forward and backward of the whole batch; returns the loss.
    private func trainingPass(_ model: EncoderClassifier, _ golden: GoldenCase) -> Float {
        let pass = Pass(
            parameters: model.parameters, workspace: Workspace(), batch: golden.batch,
            trainingKey: RandomKey(seed: 1))
        let logits = model.forward(pass)
        let rows = ClassificationLoss.rows(
            logits, golden.targets, problemType: model.head.problemType, rowCount: logits.rows,
            gradient: logits)
        model.backward(gradient: logits, pass)
        return Float(rows.reduce(0, +) / Double(rows.count))
    }

    /// The part of an arena that a tensor of the file fills.
    private func tensor(_ name: String, of arena: Tensor, _ model: EncoderClassifier) -> Tensor? {
        for slot in model.parameters.layout.slots {
            for tensor in slot.tensors where tensor.name == name {
                let start = slot.range.lowerBound + tensor.offset
                return arena.elements(start..<start + tensor.count)
            }
        }
        return nil
    }
}
