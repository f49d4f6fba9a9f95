// Golden model directories of ModelsTests, and copies of them to be changed and broken.

import Checkpoints
import Foundation
import JSON
import Layers
import Models
import Safetensors
import Tensors
import TestSupport

/// The folder of a golden model.
func golden(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("ModelsTests/Goldens/\(name)").path
}

/// A tensor as a file stores it.
struct StoredTensor {
    var dtype: DType
    var shape: [Int]
    var bytes: [UInt8]

    static func floats(_ values: [Float], shape: [Int]) -> StoredTensor {
        StoredTensor(
            dtype: .float32, shape: shape,
            bytes: values.flatMap { value in
                (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
            })
    }
}

/// A copy of a golden model whose tensors and configuration can be changed.
struct ModelCopy {
    private let folder: TemporaryFolder
    var directory: String { folder.path }
    var weightsPath: String { directory + "/model.safetensors" }

    init(of name: String) throws {
        folder = try TemporaryFolder()
        for file in ["config.json", "model.safetensors"] {
            try Data(bytes(of: golden(name) + "/" + file)).write(
                to: URL(fileURLWithPath: directory + "/" + file))
        }
    }

    func changeTensors(_ change: (inout [String: StoredTensor]) throws -> Void) throws {
        var tensors = try storedTensors(of: weightsPath)
        try change(&tensors)
        var writer = SafetensorsWriter()
        for (name, tensor) in tensors {
            writer.add(name, shape: tensor.shape, bytes: tensor.bytes, as: tensor.dtype)
        }
        try writer.write(to: weightsPath, metadata: ["format": "pt"])
    }

    func changeConfiguration(_ change: (inout JSONObject) -> Void) throws {
        var members = try json(of: directory + "/config.json").object ?? [:]
        change(&members)
        try Data(JSONValue.object(members).serialized()).write(
            to: URL(fileURLWithPath: directory + "/config.json"))
    }

    func load(_ head: ClassificationHead? = nil) throws(CheckpointError) -> (
        model: any SequenceClassifier, report: LoadReport
    ) {
        try ModelLoader.load(.classifier(head), directory: directory, seed: 7)
    }

    /// What the error of loading says, with the folder as "DIR".
    func loadingMessage(_ head: ClassificationHead? = nil) -> String? {
        thrownMessage { () throws(CheckpointError) in _ = try load(head) }?
            .replacingOccurrences(of: directory, with: "DIR")
    }
}

func storedTensors(of path: String) throws -> [String: StoredTensor] {
    let file = try SafetensorsFile(path: path)
    var tensors: [String: StoredTensor] = [:]
    for name in file.tensorNames {
        tensors[name] = StoredTensor(
            dtype: try file.dtype(of: name), shape: try file.shape(of: name),
            bytes: try file.readBytes(name))
    }
    return tensors
}

/// The values of the tensor `name` in the model's arena.
func values(_ name: String, of model: any SequenceClassifier) throws -> [Float] {
    for slot in model.parameters.layout.slots {
        for tensor in slot.tensors where tensor.name == name {
            let start = slot.range.lowerBound + tensor.offset
            return model.parameters.values.elements(start..<start + tensor.count).values()
        }
    }
    throw NoSuchTensor(name: name)
}

struct NoSuchTensor: Error { let name: String }

func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }

extension [String: StoredTensor] {
    /// Gives a tensor another name.
    mutating func rename(_ name: String, to other: String) { self[other] = removeValue(forKey: name) }
}
