// A model directory with what transformers computed for it (see Goldens/generate.py).

import Foundation
import JSON
import Layers
import Models
import Safetensors
import Tensors

/// One folder of goldens: the model, the batch and the expected tensors.
struct GoldenCase {
    let name: String
    let directory: String
    let batch: TokenBatch
    let json: JSONValue
    let expected: SafetensorsFile

    static var root: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Goldens").path
    }

    init(_ name: String) throws {
        self.name = name
        directory = Self.root + "/" + name
        expected = try SafetensorsFile(path: directory + "/golden.safetensors")
        json = try JSONValue(
            parsing: [UInt8](Data(contentsOf: URL(fileURLWithPath: directory + "/golden.json"))))
        let sequences = Self.integers(json["input_ids"])
        let types = Self.integers(json["token_type_ids"])
        var offsets: [Int32] = [0]
        for sequence in sequences { offsets.append(offsets[offsets.count - 1] + Int32(sequence.count)) }
        batch = TokenBatch(
            tokens: sequences.flatMap { $0 }, typeIDs: types.flatMap { $0 },
            positions: sequences.flatMap { (0..<Int32($0.count)).map { $0 } }, offsets: offsets,
            sampleIDs: sequences.indices.map { UInt64($0) })
    }

    private static func integers(_ value: JSONValue?) -> [[Int32]] {
        (value?.array ?? []).map { ($0.array ?? []).map { Int32($0.integer ?? 0) } }
    }

    /// The model with the weights of the directory.
    func model() throws -> EncoderClassifier {
        let path = directory + "/config.json"
        let config = try JSONValue(parsing: [UInt8](Data(contentsOf: URL(fileURLWithPath: path))))
        let head =
            ClassificationHead(config) ?? ClassificationHead(labels: ["none"], problemType: .regression)
        let model = try EncoderClassifier(config, head: head, file: path)
        let file = try SafetensorsCollection.open(directory: directory)
        for slot in model.parameters.layout.slots {
            for tensor in slot.tensors {
                let bare = String(tensor.name.dropFirst(model.encoderPrefix.count))
                guard let name = [tensor.name, bare].first(where: { file.contains($0) }) else {
                    if model.isHead(slot) { continue }
                    throw MissingTensor(name: tensor.name)
                }
                try file.read(
                    name,
                    into: model.parameters.values.elements(
                        slot.range.lowerBound + tensor.offset..<slot.range.lowerBound + tensor.offset
                            + tensor.count))
            }
        }
        return model
    }

    var targets: ClassificationTargets {
        let labels = json["labels"]?.array ?? []
        if labels.first?.integer != nil { return .labels(labels.map { $0.integer ?? -1 }) }
        return .values(
            labels.map { row in row.array?.map { Float($0.double ?? 0) } ?? [Float(row.double ?? 0)] })
    }

    /// A tensor of the golden file as floats.
    func values(_ name: String) throws -> [Float] {
        let count = try expected.shape(of: name).reduce(1, *)
        let tensor = Tensor(rows: 1, columns: count)
        try expected.read(name, into: tensor)
        return tensor.values()
    }

    struct MissingTensor: Error { let name: String }
}
