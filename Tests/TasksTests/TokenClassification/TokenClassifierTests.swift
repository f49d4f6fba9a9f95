// The classifiers of tokens against transformers, and their folders.

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

@Suite struct TokenClassifierTests {
    private static let names = ["bert", "roberta", "distilbert"]

    private func pass(_ model: TokenClassifier, _ golden: GoldenTagger, isTraining: Bool) -> Pass {
        Pass(
            parameters: model.parameters, workspace: Workspace(), batch: golden.batch,
            trainingKey: isTraining ? RandomKey(seed: 1) : nil)
    }

    private func model(_ golden: GoldenTagger) throws -> TokenClassifier {
        try ModelLoader.load(.tokens(nil), directory: golden.path).model
    }

    @Test(
        "logits of all tokens, the loss over labelled ones and every gradient equal transformers'",
        arguments: names)
    func gradients(name: String) throws {
        let golden = try GoldenTagger(name)
        let model = try model(golden)
        try model.validate(golden.batch)
        let all = (0..<golden.batch.tokenCount).map { Int32($0) }
        let logits = model.forward(pass(model, golden, isTraining: false), rows: all)
        #expect(relativeError(logits.values(), try golden.values("logits")) < tolerance)

        let places = all.filter { golden.targets[Int($0)] != -100 }
        let training = pass(model, golden, isTraining: true)
        let wanted = model.forward(training, rows: places)
        let losses = ClassificationLoss.rows(
            wanted, .labels(places.map { golden.targets[Int($0)] }), problemType: .singleLabel,
            rowCount: places.count, gradient: wanted)
        let loss = Float(losses.reduce(0, +) / Double(places.count))
        #expect(relativeError([loss], try golden.values("loss")) < tolerance)
        model.backward(gradient: wanted, training)
        try expectGradients(model, golden)
    }

    @Test("few labelled tokens give the gradients of all tokens with the others ignored")
    func selectedTokens() throws {
        let golden = try GoldenTagger("bert")
        func gradients(_ places: [Int32], _ targets: [Int]) throws -> [Float] {
            let model = try model(golden)
            let pass = pass(model, golden, isTraining: true)
            let logits = model.forward(pass, rows: places)
            _ = ClassificationLoss.rows(
                logits, .labels(targets), problemType: .singleLabel, rowCount: 2, gradient: logits)
            model.backward(gradient: logits, pass)
            return model.parameters.gradients.values()
        }
        let count = golden.batch.tokenCount
        var targets = [Int](repeating: -100, count: count)
        (targets[3], targets[9]) = (1, 4)
        let all = try gradients((0..<count).map { Int32($0) }, targets)
        #expect(relativeError(try gradients([3, 9], [1, 4]), all) < tolerance)
    }

    private func expectGradients(_ model: TokenClassifier, _ golden: GoldenTagger) throws {
        var found: [String: [Float]] = [:]
        for slot in model.parameters.layout.slots {
            for tensor in slot.tensors {
                let start = slot.range.lowerBound + tensor.offset
                found[tensor.name] = model.parameters.gradients.elements(start..<start + tensor.count)
                    .values()
            }
        }
        #expect(Set(golden.gradients) == Set(found.keys))
        let largest = try golden.gradients.map { try golden.values("gradient." + $0).map(abs).max() ?? 0 }
            .max()
        let least = 1e-6 * (largest ?? 0)
        for name in golden.gradients {
            let expected = try golden.values("gradient." + name)
            let values = try #require(found[name])
            if expected.allSatisfy({ abs($0) < least }) {
                // Zero by mathematics, such as that of a key's bias.
                #expect(values.allSatisfy { abs($0) < least }, "\(name)")
            } else {
                #expect(relativeError(values, expected) < tolerance, "\(name)")
            }
        }
    }

    @Test(
        "config.json names the class of transformers and the tags, as transformers writes it",
        arguments: names)
    func configuration(name: String) throws {
        let golden = try GoldenTagger(name)
        let json = try model(golden).configurationJSON
        let written = try JSONValue(parsing: ModelFiles.bytes(golden.path + "/config.json"))
        for key in ["architectures", "id2label", "label2id", "dtype", "model_type", "problem_type"] {
            #expect(json[key] == written[key], "\(key)")
        }
    }

    @Test(
        "a written folder has the tensors of transformers' own, bit by bit, and is read back whole",
        arguments: names)
    func writing(name: String) throws {
        let golden = try GoldenTagger(name)
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("tagger-\(UUID().uuidString)").path
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: folder) } }
        try ModelDirectory.write(model: model(golden), to: folder, tokenizerFilesFrom: golden.path)
        let files = try [golden.path, folder].map { try SafetensorsFile(path: $0 + "/model.safetensors") }
        #expect(files[0].tensorNames.sorted() == files[1].tensorNames.sorted())
        for tensor in files[0].tensorNames {
            let shapes = try files.map { try $0.shape(of: tensor) }
            #expect(shapes[0] == shapes[1], "\(tensor)")
            let values = try files.map { file in
                let values = Tensor(rows: 1, columns: shapes[0].reduce(1, *))
                try file.read(tensor, into: values)
                return values.values()
            }
            #expect(values[0] == values[1], "\(tensor)")
        }
        let written = try JSONValue(parsing: ModelFiles.bytes(folder + "/config.json"))
        let own = try JSONValue(parsing: ModelFiles.bytes(golden.path + "/config.json"))
        for (key, value) in try #require(own.object) where key != "transformers_version" {
            #expect(written[key] == value, "\(key)")
        }
        let again = try ModelLoader.load(.tokens(nil), directory: folder)
        #expect(again.report.newHeadReason == nil)
        #expect(again.model.parameters.values.values() == (try model(golden)).parameters.values.values())
    }

    @Test("the same tags in another order keep the head, reordered; other tags get a new head")
    func heads() throws {
        let golden = try GoldenTagger("bert")
        let own = try model(golden)
        func load(_ labels: [String]) throws -> (model: TokenClassifier, report: LoadReport) {
            try ModelLoader.load(
                .tokens(ClassificationHead(labels: labels, problemType: .singleLabel)),
                directory: golden.path, seed: 4)
        }
        let same = try load(own.head.labels.reversed())
        #expect(same.model.head.labels == own.head.labels.reversed() && same.report.newHeadReason == nil)
        let places: [Int32] = [0, 1, 2]
        func logits(_ model: TokenClassifier) -> [Float] {
            model.forward(pass(model, golden, isTraining: false), rows: places).rows(0..<1).values()
        }
        #expect(relativeError(logits(same.model), logits(own).reversed()) < tolerance)
        let other = try load(["O", "B-X", "I-X"])
        #expect(other.model.head.labels == ["O", "B-X", "I-X"])
        #expect(other.report.newHead == ["classifier.weight", "classifier.bias"])
    }
}
