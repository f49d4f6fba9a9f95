// A model directory with what transformers computed for it (see Goldens/generate.py).

import Foundation
import JSON
import Layers
import Models
import Safetensors
import Tensors

/// One folder of goldens.
struct GoldenTagger {
    let path: String
    let json: JSONValue
    private let file: SafetensorsFile

    init(_ name: String) throws {
        path =
            URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Goldens/" + name).path
        file = try SafetensorsFile(path: path + "/golden.safetensors")
        json = try JSONValue(parsing: [UInt8](Data(contentsOf: URL(fileURLWithPath: path + "/golden.json"))))
    }

    static func integers(_ value: JSONValue?) -> [Int32] {
        (value?.array ?? []).map { Int32($0.integer ?? 0) }
    }

    private func rows(_ key: String) -> [[Int32]] { (json[key]?.array ?? []).map(Self.integers) }

    /// The targets of all tokens.
    var targets: [Int] { rows("targets").flatMap { $0.map { Int($0) } } }

    /// Sequences one behind the other.
    var batch: TokenBatch {
        let sequences = rows("input_ids")
        var offsets: [Int32] = [0]
        for sequence in sequences { offsets.append(offsets[offsets.count - 1] + Int32(sequence.count)) }
        let tokens = sequences.flatMap { $0 }
        return TokenBatch(
            tokens: tokens, typeIDs: tokens.map { _ in 0 },
            positions: sequences.flatMap { $0.indices.map { Int32($0) } }, offsets: offsets,
            sampleIDs: sequences.indices.map { UInt64($0) })
    }

    /// A tensor of the golden file as floats.
    func values(_ name: String) throws -> [Float] {
        let tensor = Tensor(rows: 1, columns: try file.shape(of: name).reduce(1, *))
        try file.read(name, into: tensor)
        return tensor.values()
    }

    /// Names of the parameters whose gradients the file holds.
    var gradients: [String] {
        file.tensorNames.filter { $0.hasPrefix("gradient.") }.map { String($0.dropFirst("gradient.".count)) }
    }
}
