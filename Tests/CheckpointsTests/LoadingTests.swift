// Golden directories of every form, loaded and compared with their files and with transformers.

import Checkpoints
import Foundation
import JSON
import Layers
import Models
import Safetensors
import Tensors
import Testing

struct LoadingTests {
    static let fineTuned = [
        "single-label", "multi-label", "regression", "regression-3", "sharded-bf16", "activations/relu",
    ]

    @Test("a fine-tuned directory gives its tensors, its head and transformers' logits", arguments: fineTuned)
    func fineTunedDirectory(name: String) throws {
        let directory = golden(name)
        let (model, report) = try ModelLoader.load(.classifier(nil), directory: directory)
        let files = try SafetensorsCollection.open(directory: directory)
        for tensorName in files.tensorNames {
            let expected = Tensor(rows: 1, columns: try files.shape(of: tensorName).reduce(1, *))
            try files.read(tensorName, into: expected)
            #expect(
                try bits(values(tensorName, of: model)) == bits(expected.values()), "\(tensorName)")
        }
        #expect(report.tensorCount == files.tensorNames.count)
        #expect(report.newHead.isEmpty && report.ignored.isEmpty && report.newPooler.isEmpty)
        #expect(report.headChange == nil && report.newHeadReason == nil)
        try expectGoldenLogits(of: model, directory: directory)
    }

    private func expectGoldenLogits(of model: any SequenceClassifier, directory: String) throws {
        let goldenFile = try SafetensorsFile(path: directory + "/golden.safetensors")
        guard goldenFile.contains("logits") else {
            Issue.record("\(directory) has no golden logits")
            return
        }
        let expected = Tensor(rows: 1, columns: try goldenFile.shape(of: "logits").reduce(1, *))
        try goldenFile.read("logits", into: expected)
        let pass = Pass(
            parameters: model.parameters, workspace: Workspace(), batch: try goldenBatch(directory))
        let found = model.forward(pass).values()
        let largest = expected.values().map(abs).max() ?? 0
        #expect(found.count == expected.count)
        for (value, wanted) in zip(found, expected.values()) {
            #expect(abs(value - wanted) <= 1e-5 * largest)
        }
    }

    private func goldenBatch(_ directory: String) throws -> TokenBatch {
        let description = try json(of: directory + "/golden.json")
        func rows(_ key: String) -> [[Int32]] {
            (description[key]?.array ?? []).map { ($0.array ?? []).compactMap { $0.integer.map(Int32.init) } }
        }
        let sequences = rows("input_ids")
        let offsets = sequences.reduce(into: [Int32(0)]) { $0.append($0[$0.count - 1] + Int32($1.count)) }
        return TokenBatch(
            tokens: sequences.flatMap { $0 }, typeIDs: rows("token_type_ids").flatMap { $0 },
            positions: sequences.flatMap { Array(0..<Int32($0.count)) }, offsets: offsets,
            sampleIDs: sequences.indices.map { UInt64($0) })
    }

    @Test("a bare fp16 encoder without prefix gets a new head, and the report says so")
    func bareEncoder() throws {
        let head = ClassificationHead(labels: ["no", "maybe", "yes"], problemType: .singleLabel)
        let directory = golden("base-fp16")
        let (model, report) = try ModelLoader.load(.classifier(head), directory: directory, seed: 7)
        let file = try SafetensorsFile(path: directory + "/model.safetensors")
        for name in file.tensorNames where name != "embeddings.position_ids" {
            let expected = Tensor(rows: 1, columns: try file.shape(of: name).reduce(1, *))
            try file.read(name, into: expected)
            #expect(try bits(values("bert." + name, of: model)) == bits(expected.values()))
        }
        #expect(model.head == head)
        #expect(report.newHead == ["classifier.weight", "classifier.bias"])
        #expect(report.ignored == ["embeddings.position_ids"])
        #expect(
            report.lines == [
                "\(directory): bert, \(model.parameters.layout.parameterCount) parameters, "
                    + "\(report.tensorCount) tensors read",
                "new head: classifier.weight, classifier.bias (the directory holds an encoder without a "
                    + "classification head)",
                "not needed: embeddings.position_ids",
            ])
    }

    @Test("a new head depends on the seed alone, with the configured spread")
    func newHeadValues() throws {
        let head = ClassificationHead(
            labels: (0..<40).map { "label \($0)" }, problemType: .singleLabel)
        func weights(_ seed: UInt64) throws -> [Float] {
            let model = try ModelLoader.load(
                .classifier(head), directory: golden("base-fp16"), seed: seed
            ).model
            #expect(try values("classifier.bias", of: model).allSatisfy { $0 == 0 })
            return try values("classifier.weight", of: model)
        }
        let first = try weights(1)
        #expect(try weights(1) == first)
        #expect(try weights(2) != first)
        let deviation = (first.reduce(0) { $0 + $1 * $1 } / Float(first.count)).squareRoot()
        #expect(abs(deviation - 0.02) < 0.002)
    }

    @Test("an encoder saved without its pooler gets a new one, as a masked language model's does")
    func newPooler() throws {
        let copy = try ModelCopy(of: "base-fp16")
        try copy.changeTensors { tensors in
            tensors["pooler.dense.weight"] = nil
            tensors["pooler.dense.bias"] = nil
            tensors["cls.predictions.bias"] = .floats([1, 2], shape: [2])
        }
        let head = ClassificationHead(labels: ["a", "b"], problemType: .singleLabel)
        let (model, report) = try copy.load(head)
        #expect(report.newPooler == ["bert.pooler.dense.weight", "bert.pooler.dense.bias"])
        #expect(report.ignored.sorted() == ["cls.predictions.bias", "embeddings.position_ids"])
        #expect(
            report.lines.contains(
                "new pooler: bert.pooler.dense.weight, bert.pooler.dense.bias (the directory has none)"))
        #expect(try values("bert.pooler.dense.weight", of: model).contains { $0 != 0 })
    }

    @Test("LayerNorm parameters may have their old names gamma and beta")
    func oldNames() throws {
        let copy = try ModelCopy(of: "single-label")
        let name = "bert.encoder.layer.1.output.LayerNorm."
        try copy.changeTensors { tensors in
            tensors.rename(name + "weight", to: name + "gamma")
            tensors.rename(name + "bias", to: name + "beta")
        }
        let model = try copy.load().model
        let original = try ModelLoader.load(
            .classifier(nil), directory: golden("single-label")
        ).model
        #expect(try bits(values(name + "weight", of: model)) == bits(values(name + "weight", of: original)))
        #expect(try bits(values(name + "bias", of: model)) == bits(values(name + "bias", of: original)))
    }
}
