// ModernBERT's heads against transformers: logits, loss, every gradient, ten AdamW steps; what a
// configuration may say.

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

/// A model of a golden folder with what its forward and backward pass give.
private struct Trained {
    let model: any TrainableModel
    /// Runs forward and, when the pass trains, backward; the logits before and the loss.
    let step: (Pass) -> (logits: [Float], loss: Float)
}

@Suite struct ModernBERTTests {
    private static let heads = ["modernbert", "modernbert-mean", "modernbert-tokens", "modernbert-answers"]

    private func pass(_ model: any TrainableModel, _ batch: TokenBatch, isTraining: Bool = false) -> Pass {
        Pass(
            parameters: model.parameters, workspace: Workspace(), batch: batch,
            trainingKey: isTraining ? RandomKey(seed: 1) : nil)
    }

    private func load(
        _ name: String, directory: String? = nil, overrides: JSONObject = [:]
    ) throws -> Trained {
        let golden = try GoldenDirectory(name)
        let path = directory ?? golden.path
        switch name {
        case "modernbert-tokens": return try tokens(golden, path)
        case "modernbert-answers": return try answers(golden, path)
        default: return try sequences(golden, path, overrides)
        }
    }

    private func sequences(
        _ golden: GoldenDirectory, _ path: String, _ overrides: JSONObject
    ) throws -> Trained {
        let model = try ModelLoader.load(.classifier(nil), directory: path, overrides: overrides).model
        let labels = (golden.json["labels"]?.array ?? []).map { $0.integer ?? -1 }
        return Trained(model: model) { pass in
            let logits = model.forward(pass)
            let values = logits.values()
            let rows = ClassificationLoss.rows(
                logits, .labels(labels), problemType: .singleLabel, rowCount: logits.rows, gradient: logits)
            if pass.isTraining { model.backward(gradient: logits, pass) }
            return (values, Float(rows.reduce(0, +) / Double(rows.count)))
        }
    }

    private func tokens(_ golden: GoldenDirectory, _ path: String) throws -> Trained {
        let model = try ModelLoader.load(.tokens(nil), directory: path).model
        let labels = golden.rows("labels").flatMap { $0 }
        let all = labels.indices.map { Int32($0) }
        let rows = all.filter { labels[Int($0)] != -100 }
        return Trained(model: model) { pass in
            guard pass.isTraining else { return (model.forward(pass, rows: all).values(), .nan) }
            let logits = model.forward(pass, rows: rows)
            let losses = ClassificationLoss.rows(
                logits, .labels(rows.map { Int(labels[Int($0)]) }), problemType: .singleLabel,
                rowCount: logits.rows, gradient: logits)
            model.backward(gradient: logits, pass)
            return ([], Float(losses.reduce(0, +) / Double(losses.count)))
        }
    }

    private func answers(_ golden: GoldenDirectory, _ path: String) throws -> Trained {
        let model = try ModelLoader.load(.questionAnswering, directory: path).model
        let spans = golden.rows("spans").map { Int($0[0])...Int($0[1]) }
        return Trained(model: model) { pass in
            let logits = model.forward(pass)
            let values = logits.values()
            let losses = SpanLoss.sequences(
                logits, offsets: pass.batch.offsets, spans: spans, lossCount: Double(spans.count),
                gradient: logits)
            if pass.isTraining { model.backward(gradient: logits, pass) }
            return (values, Float(losses.reduce(0) { $0 + $1.loss } / Double(losses.count)))
        }
    }

    @Test("logits, loss and every gradient equal transformers'", arguments: heads)
    func gradients(name: String) throws {
        let golden = try GoldenDirectory(name)
        let trained = try load(name)
        try trained.model.validate(golden.batch)
        let logits = trained.step(pass(trained.model, golden.batch)).logits
        #expect(relativeError(logits, try golden.values("logits")) < tolerance)
        let loss = trained.step(pass(trained.model, golden.batch, isTraining: true)).loss
        #expect(relativeError([loss], try golden.values("loss")) < tolerance)
        let found = NamedGradients(trained.model)
        #expect(Set(golden.names("gradient.")) == Set(found.values.keys))
        try found.expectEqual(golden, "gradient.")
    }

    @Test("ten AdamW steps give torch's losses", arguments: heads)
    func adamW(name: String) throws {
        let golden = try GoldenDirectory(name)
        let trained = try load(name)
        let losses = tenSteps(trained.model) {
            trained.step(pass(trained.model, golden.batch, isTraining: true)).loss
        }
        for (found, expected) in zip(losses, try golden.values("adamw_losses")) {
            #expect(relativeError([found], [expected]) < tolerance)
        }
    }

    @Test("a model that is written and read again gives the same bits", arguments: heads)
    func writing(name: String) throws {
        let golden = try GoldenDirectory(name)
        let folder = try TemporaryFolder()
        let trained = try load(name)
        try ModelDirectory.write(
            model: trained.model, to: folder.path, tokenizerFilesFrom: golden.path)
        let again = try load(name, directory: folder.path)
        #expect(
            again.model.parameters.values.values().map(\.bitPattern)
                == trained.model.parameters.values.values().map(\.bitPattern))
        let (written, original) = (
            try SafetensorsCollection.open(directory: folder.path),
            try SafetensorsCollection.open(directory: golden.path)
        )
        #expect(Set(written.tensorNames) == Set(original.tensorNames))
        let json = try JSONValue(
            parsing: [UInt8](Data(contentsOf: URL(fileURLWithPath: golden.path + "/config.json"))))
        #expect(trained.model.configurationJSON["architectures"] == json["architectures"])
    }

    // MARK: Heads that are new

    @Test("a bare encoder of one layer gives transformers' states and gets every layer of the head")
    func bareEncoder() throws {
        let golden = try GoldenDirectory("modernbert-bare")
        let head = ClassificationHead(labels: ["a", "b"], problemType: .singleLabel)
        let (model, report) = try ModelLoader.load(.classifier(head), directory: golden.path, seed: 3)
        let classifier = try #require(model as? EncoderClassifier)
        let states = classifier.hiddenStates(pass(model, golden.batch))
        #expect(relativeError(states.values(), try golden.values("last_hidden_state")) < tolerance)
        #expect(report.newHead == ["classifier.weight", "classifier.bias"])
        #expect(report.newPooler == ["head.dense.weight", "head.norm.weight"])
    }

    @Test("a pretrained masked language model brings all of a new classifier but the output layer")
    func pretrainedHead() throws {
        let golden = try GoldenDirectory("modernbert-masked")
        let head = ClassificationHead(labels: ["a", "b"], problemType: .singleLabel)
        let sequences = try ModelLoader.load(.classifier(head), directory: golden.path, seed: 3)
        let tokens = try ModelLoader.load(.tokens(head), directory: golden.path, seed: 3)
        let answers = try ModelLoader.load(.questionAnswering, directory: golden.path, seed: 3)
        for report in [sequences.report, tokens.report, answers.report] {
            #expect(report.newHead == ["classifier.weight", "classifier.bias"] && report.newPooler.isEmpty)
            #expect(report.ignored == ["decoder.bias"])
        }
    }

    @Test("it is the encoder of an extractive summarizer and of an encoder–decoder")
    func otherHeads() throws {
        let golden = try GoldenDirectory("modernbert-bare")
        let (summarizer, report) = try ModelLoader.load(.extractive, directory: golden.path, seed: 5)
        #expect(!report.newHead.isEmpty && report.newHead.allSatisfy { $0.hasPrefix("extractor.") })
        let sentences = SentenceBatch(
            places: [0, 3, 7, 20, 33, 34, 36], positions: [0, 1, 0, 1, 0, 0, 0], offsets: [0, 2, 4, 5, 6, 7])
        let scores = summarizer.forward(
            pass(summarizer, golden.batch, isTraining: true), sentences: sentences)
        #expect(scores.rows == 7 && scores.values().allSatisfy(\.isFinite))
        let (pair, _) = try ModelLoader.encoderDecoder(
            encoder: golden.path, decoder: GoldenDirectory("gpt2").path,
            tokens: DecoderTokens(startID: 2, endID: 3, paddingID: 1), seed: 4)
        let states = pair.encode(pass(pair, golden.batch)).states
        #expect(states.columns == 12 && states.rows == golden.batch.tokenCount)
        #expect(
            pair.configurationJSON["encoder"]?["model_type"]?.string == "modernbert"
                && pair.parameters.layout.slots.contains { $0.name == "encoder.layers.0.attn.Wqkv.weight" })
    }

    // MARK: Configurations

    @Test("the keys of older files give the same logits")
    func olderKeys() throws {
        let golden = try GoldenDirectory("modernbert")
        let older: JSONObject = [
            "layer_types": .null, "rope_parameters": .null, "global_attn_every_n_layers": .integer(3),
            "global_rope_theta": .shortest(900), "local_rope_theta": .integer(40),
        ]
        func logits(_ overrides: JSONObject) throws -> [Float] {
            let trained = try load("modernbert", overrides: overrides)
            return trained.step(pass(trained.model, golden.batch)).logits
        }
        let expected = try logits([:])
        #expect(try logits(older) == expected)
        for (key, other) in [
            ("global_attn_every_n_layers", JSONValue.integer(2)), ("global_rope_theta", .shortest(800)),
            ("local_rope_theta", .shortest(41)), ("local_attention", .integer(6)),
            ("classifier_pooling", .string("mean")), ("classifier_activation", .string("relu")),
            ("hidden_activation", .string("relu")),
        ] {
            #expect(try logits(older.merging([key: other])) != expected, "\(key)")
        }
        #expect(try logits(["local_attention": .integer(9)]) == expected)
    }

    @Test(
        "rates of dropout take effect, each of them",
        arguments: ["hidden_dropout_prob", "attention_probs_dropout_prob", "classifier_dropout"])
    func dropout(key: String) throws {
        let golden = try GoldenDirectory("modernbert")
        func loss(_ rate: Double) throws -> Float {
            let trained = try load("modernbert", overrides: [key: .shortest(rate)])
            return trained.step(pass(trained.model, golden.batch, isTraining: true)).loss
        }
        let plain = try load("modernbert")
        #expect(try loss(0) == plain.step(pass(plain.model, golden.batch)).loss)
        #expect(try loss(0.5) != loss(0))
    }

    @Test(
        "what is not supported is refused with the key and the file",
        arguments: [
            (#""layer_types": ["full_attention"]"#, "layer_types"),
            (
                #""layer_types": ["full_attention", "chunked_attention"]"#,
                "\"layer_types\" is [\"full_attention\", \"chunked_attention\"], expected \"full_attention\" or "
                    + "\"sliding_attention\" for each of num_hidden_layers = 2"
            ),
            (
                #""classifier_pooling": "max""#,
                "\"classifier_pooling\" is \"max\", expected \"cls\" or \"mean\""
            ),
            (#""local_rope_theta": null"#, "\"local_rope_theta\" is null, expected a number above 1"),
            (#""is_decoder": true"#, "\"is_decoder\" is true, expected false: a ModernBERT is an encoder"),
            (
                #""num_attention_heads": 8"#,
                "\"num_attention_heads\" is 8, expected a divisor of hidden_size = 8 that leaves heads of an "
                    + "even width"
            ),
            (#""norm_bias": "no""#, "\"norm_bias\" is \"no\", expected true or false"),
            (
                #""rope_parameters": {"full_attention": {"rope_type": "spiral"}}"#,
                "\"rope_type\" is \"spiral\""
            ),
        ])
    func refusals(member: String, message: String) throws {
        let base = try JSONValue(
            parsing: Array(
                """
                {"model_type": "modernbert", "vocab_size": 9, "hidden_size": 8, "num_hidden_layers": 2,
                 "num_attention_heads": 2, "intermediate_size": 12}
                """.utf8))
        let change = try JSONValue(parsing: Array("{\(member)}".utf8)).object ?? [:]
        let json = JSONValue.object((base.object ?? [:]).merging(change))
        _ = try MaskedLanguageModel(base, file: "c.json")
        let found = thrownMessage { () throws(ModelError) in
            _ = try MaskedLanguageModel(json, file: "c.json")
        }
        #expect(found?.hasPrefix("c.json: ") == true && found?.contains(message) == true, "\(found ?? "")")
    }

    @Test("a sequence may be as long as the positions, no longer; types are not read")
    func length() throws {
        let model = try load("modernbert").model
        #expect(model.maximumLength == 28)
        try model.validate(flatBatch([[Int32](repeating: 5, count: 28)]))
        #expect(throws: ModelError.self) {
            try model.validate(flatBatch([[Int32](repeating: 5, count: 29)]))
        }
        #expect(throws: ModelError.self) { try model.validate(flatBatch([[37]])) }
    }
}
