// The classifiers of RoBERTa and DistilBERT against transformers: logits, loss, every gradient, ten AdamW
// steps.

import Checkpoints
import Foundation
import JSON
import Layers
import Models
import Safetensors
import Tensors
import TestSupport
import Testing

private let tolerance = 1e-5

@Suite struct RoBERTaTests {
    private func pass(_ model: any TrainableModel, _ golden: GoldenDirectory, isTraining: Bool) -> Pass {
        Pass(
            parameters: model.parameters, workspace: Workspace(), batch: golden.batch,
            trainingKey: isTraining ? RandomKey(seed: 1) : nil)
    }

    private func step(_ model: any SequenceClassifier, _ golden: GoldenDirectory) -> Float {
        let pass = pass(model, golden, isTraining: true)
        let logits = model.forward(pass)
        let labels = (golden.json["labels"]?.array ?? []).map { $0.integer ?? -1 }
        let rows = ClassificationLoss.rows(
            logits, .labels(labels), problemType: .singleLabel, rowCount: logits.rows, gradient: logits)
        model.backward(gradient: logits, pass)
        return Float(rows.reduce(0, +) / Double(rows.count))
    }

    private func classifier(_ golden: GoldenDirectory) throws -> any SequenceClassifier {
        try ModelLoader.load(.classifier(nil), directory: golden.path).model
    }

    @Test("logits, loss and every gradient equal transformers'", arguments: ["roberta", "distilbert"])
    func gradients(name: String) throws {
        let golden = try GoldenDirectory(name)
        let model = try classifier(golden)
        try model.validate(golden.batch)
        let logits = model.forward(pass(model, golden, isTraining: false))
        #expect(relativeError(logits.values(), try golden.values("logits")) < tolerance)
        #expect(relativeError([step(model, golden)], try golden.values("loss")) < tolerance)
        let found = NamedGradients(model)
        #expect(Set(golden.names("gradient.")) == Set(found.values.keys))
        try found.expectEqual(golden, "gradient.")
    }

    @Test("ten AdamW steps give torch's losses", arguments: ["roberta", "distilbert"])
    func adamW(name: String) throws {
        let golden = try GoldenDirectory(name)
        let model = try classifier(golden)
        let losses = tenSteps(model) { step(model, golden) }
        for (found, expected) in zip(losses, try golden.values("adamw_losses")) {
            #expect(relativeError([found], [expected]) < tolerance)
        }
    }

    @Test("a bare encoder, as RoBERTa or XLM-R, gets a new head and gives transformers' hidden states")
    func bareEncoder() throws {
        let golden = try GoldenDirectory("roberta-bare")
        let head = ClassificationHead(labels: ["a", "b"], problemType: .singleLabel)
        for type in ["roberta", "xlm-roberta"] {
            let (model, report) = try ModelLoader.load(
                .classifier(head), directory: golden.path, overrides: ["model_type": .string(type)], seed: 3)
            let roberta = try #require(model as? EncoderClassifier)
            let states = roberta.hiddenStates(pass(model, golden, isTraining: false))
            #expect(relativeError(states.values(), try golden.values("last_hidden_state")) < tolerance)
            #expect(
                report.newHead == [
                    "classifier.dense.weight", "classifier.dense.bias", "classifier.out_proj.weight",
                    "classifier.out_proj.bias",
                ])
            let architecture = model.configurationJSON["architectures"]?.array?.first?.string
            let prefix = type == "roberta" ? "Roberta" : "XLMRoberta"
            #expect(architecture == prefix + "ForSequenceClassification")
        }
    }

    @Test("a sequence may be as long as the positions behind the padding id, no longer")
    func length() throws {
        let model = try classifier(try GoldenDirectory("roberta"))
        #expect(model.maximumLength == 12)
        try model.validate(flatBatch([[Int32](repeating: 5, count: 12)]))
        #expect(throws: ModelError.self) {
            try model.validate(flatBatch([[Int32](repeating: 5, count: 13)]))
        }
        #expect(throws: ModelError.self) { try model.validate(flatBatch([[37]])) }
    }
}
