// What DistilBERT has apart from BERT: names of its keys, rates of dropout for each head, and no pooler.

import Checkpoints
import JSON
import Layers
import Models
import Tensors
import TestSupport
import Testing

@Suite struct DistilBERTTests {
    private static let labels = ClassificationHead(labels: ["a", "b"], problemType: .singleLabel)
    private static let rates = [
        "dropout", "attention_dropout", "seq_classif_dropout", "qa_dropout",
    ]

    private func load<Model>(
        _ head: ModelHead<Model>, _ overrides: JSONObject = [:]
    ) throws -> (model: Model, report: LoadReport) {
        let golden = try GoldenDirectory("distilbert-masked")
        return try ModelLoader.load(head, directory: golden.path, overrides: overrides, seed: 3)
    }

    private func pass(_ model: any TrainableModel) throws -> Pass {
        Pass(
            parameters: model.parameters, workspace: Workspace(),
            batch: try GoldenDirectory("distilbert-masked").batch, trainingKey: RandomKey(seed: 1))
    }

    @Test("a masked model gets the head of another task, and its own is left unread")
    func newHeads() throws {
        let own = [
            "vocab_transform.weight", "vocab_transform.bias", "vocab_layer_norm.weight",
            "vocab_layer_norm.bias", "vocab_projector.bias",
        ]
        func expect(_ found: (model: some Any, report: LoadReport), _ new: [String], _ name: String) throws {
            #expect(found.report.newHead == new)
            #expect(Set(found.report.ignored) == Set(own) && found.report.newPooler.isEmpty)
            let model = try #require(found.model as? any TrainableModel)
            #expect(model.configurationJSON["architectures"] == .array([.string("DistilBertFor" + name)]))
            #expect(model.maximumLength == 14)
        }
        let output = ["classifier.weight", "classifier.bias"]
        try expect(
            load(.classifier(Self.labels)), ["pre_classifier.weight", "pre_classifier.bias"] + output,
            "SequenceClassification")
        try expect(load(.tokens(Self.labels)), output, "TokenClassification")
        try expect(
            load(.questionAnswering), ["qa_outputs.weight", "qa_outputs.bias"], "QuestionAnswering")
    }

    @Test("a classifier of texts is read as one of tokens without its first layer")
    func otherHead() throws {
        let golden = try GoldenDirectory("distilbert")
        let (model, report) = try ModelLoader.load(.tokens(nil), directory: golden.path)
        #expect(Set(report.ignored) == ["pre_classifier.weight", "pre_classifier.bias"])
        try model.validate(flatBatch([[Int32](repeating: 5, count: 14)]))
        #expect(throws: ModelError.self) {
            try model.validate(flatBatch([[Int32](repeating: 5, count: 15)]))
        }
        #expect(throws: ModelError.self) { try model.validate(flatBatch([[37]])) }
    }

    @Test("the labels of a classifier are not those of the answers that it learns to find")
    func labelsOfAnotherHead() throws {
        let golden = try GoldenDirectory("distilbert")
        let classifier = try ModelLoader.load(.classifier(nil), directory: golden.path).model
        #expect(classifier.configurationJSON["id2label"]?.object?.count == 3)
        let (model, report) = try ModelLoader.load(.questionAnswering, directory: golden.path)
        #expect(report.ignored.count == 4)
        for key in ["id2label", "label2id", "num_labels", "problem_type"] {
            #expect(model.configurationJSON[key] == nil, "\(key)")
        }
    }

    // MARK: Dropout

    @Test("a recipe's rates of dropout reach DistilBERT's keys")
    func dropoutKeys() throws {
        let rates = [
            "hidden_dropout_prob": 0.3, "attention_probs_dropout_prob": 0.2, "classifier_dropout": 0.5,
        ]
        let json = try ModelFamily.configuration(
            .object(["model_type": .string("distilbert"), "qa_dropout": .shortest(0.7)]),
            replacing: JSONObject(rates.mapValues { JSONValue.shortest($0) }), file: "c.json")
        #expect(Self.rates.map { json[$0]?.double } == [0.3, 0.2, 0.5, 0.7])
        #expect(rates.keys.allSatisfy { json[$0] == nil })
    }

    /// The loss of the sequences with labels in turn; adds gradients.
    private func classify(_ model: any SequenceClassifier) throws -> Double {
        let pass = try pass(model)
        let logits = model.forward(pass)
        let losses = ClassificationLoss.rows(
            logits, .labels((0..<logits.rows).map { $0 % 2 }), problemType: .singleLabel,
            rowCount: logits.rows, gradient: logits)
        model.backward(gradient: logits, pass)
        return losses.reduce(0, +)
    }

    private func tag(_ model: TokenClassifier) throws -> Double {
        let pass = try pass(model)
        let logits = model.forward(pass, rows: pass.batch.tokens.indices.map { Int32($0) })
        let losses = ClassificationLoss.rows(
            logits, .labels((0..<logits.rows).map { $0 % 2 }), problemType: .singleLabel,
            rowCount: logits.rows, gradient: logits)
        model.backward(gradient: logits, pass)
        return losses.reduce(0, +)
    }

    /// The mean loss of the sequences, each with an answer from its first token to its last.
    private func answer(_ model: QuestionAnswerer) throws -> Double {
        let pass = try pass(model)
        let logits = model.forward(pass)
        let offsets = pass.batch.offsets
        let spans = zip(offsets, offsets.dropFirst()).map { 0...Int($1 - $0) - 1 }
        let losses = SpanLoss.sequences(
            logits, offsets: offsets, spans: spans, lossCount: Double(spans.count), gradient: logits)
        model.backward(gradient: logits, pass)
        return losses.reduce(0) { $0 + $1.loss } / Double(spans.count)
    }

    @Test("each head drops by the rates that transformers' has, and by no other")
    func ratesOfHeads() throws {
        func expect(_ read: Set<String>, _ loss: (JSONObject) throws -> Double) throws {
            let none = JSONObject(Self.rates.map { ($0, JSONValue.shortest(0)) })
            let plain = try loss(none)
            #expect(try loss(none) == plain)
            for rate in Self.rates {
                let dropped = try loss(none.merging([rate: .shortest(0.5)]))
                #expect((dropped != plain) == read.contains(rate), "\(rate)")
            }
        }
        let network: Set = ["dropout", "attention_dropout"]
        try expect(network.union(["seq_classif_dropout"])) {
            try classify(load(.classifier(Self.labels), $0).model)
        }
        try expect(network) { try tag(load(.tokens(Self.labels), $0).model) }
        try expect(network.union(["qa_dropout"])) { try answer(load(.questionAnswering, $0).model) }
    }

    @Test("with dropout before the answer's scores the gradients equal finite differences")
    func answerGradients() throws {
        let model = try load(.questionAnswering, ["qa_dropout": .shortest(0.4)]).model
        _ = try answer(model)
        let gradients = model.parameters.gradients.values()
        for slot in model.parameters.layout.slots where !slot.name.contains("word_embeddings") {
            let value = model.parameters.value(slot.index)
            let before = value.values()
            let key = RandomKey(seed: 40).derived(UInt64(slot.index))
            let direction = before.indices.map { Float(key.uniform(UInt64($0))) - 0.5 }
            let length = direction.reduce(0) { $0 + Double($1 * $1) }.squareRoot()
            func difference(_ step: Double) throws -> Double {
                let losses = try [step, -step].map { step in
                    value.copy(from: zip(before, direction).map { $0 + $1 * Float(step / length) })
                    return try answer(model)
                }
                return (losses[0] - losses[1]) / (2 * step)
            }
            let expected = try (4 * difference(0.01) - difference(0.02)) / 3
            value.copy(from: before)
            let found = zip(gradients[slot.range], direction).reduce(0) {
                $0 + Double($1.0 * $1.1) / length
            }
            #expect(abs(found - expected) < 1e-4 + 2e-3 * abs(expected), "\(slot.name)")
        }
    }

    // MARK: The row

    @Test("adapters go to the queries and values of every layer")
    func adapterTargets() throws {
        let family = try #require(ModelFamily.named("distilbert"))
        let targets = try #require(family.adapterTargets)
        let names = try load(.masked).model.parameters.layout.slots.flatMap(\.tensors).map(\.name)
        for target in targets {
            #expect(names.count { $0.hasSuffix(".\(target).weight") } == 2, "\(target)")
        }
        #expect(targets == ["q_lin", "v_lin"])
    }

    @Test(
        "a configuration that makes no sense is refused with file and key",
        arguments: [
            ("\"n_heads\": 5", #"c.json: "n_heads" is 5, expected a divisor of dim = 12"#),
            ("\"activation\": \"sin\"", #"c.json: "activation" is "sin", expected one of "#),
            ("\"qa_dropout\": 1.5", #"c.json: "qa_dropout" is 1.5, expected a number from 0"#),
            ("\"n_layers\": 0", #"c.json: "n_layers" is 0, expected a positive whole number"#),
        ])
    func refusals(member: String, message: String) throws {
        let sizes = #""vocab_size": 9, "dim": 12, "hidden_dim": 20, "max_position_embeddings": 8"#
        let others = ["n_heads": 3, "n_layers": 1].filter { !member.contains($0.key) }
            .map { ", \"\($0.key)\": \($0.value)" }.joined()
        let json = try JSONValue(
            parsing: Array("{\"model_type\": \"distilbert\", \(sizes)\(others), \(member)}".utf8))
        let found = thrownMessage { () throws(ModelError) in _ = try QuestionAnswerer(json, file: "c.json") }
        #expect(found?.hasPrefix(message) == true, "\(found ?? "nothing thrown")")
    }
}
