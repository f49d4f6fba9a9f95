// A model directory with what transformers computed for it (see Goldens/generate.py).

import Foundation
import JSON
import Layers
import Models
import Safetensors
import Tensors
import TestSupport
import Testing

/// One folder of goldens.
struct GoldenDirectory {
    let path: String
    let json: JSONValue
    private let file: SafetensorsFile

    /// The folder `name` of a topic of these tests.
    init(_ name: String, of topic: String = "Families") throws {
        path =
            URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent(topic + "/Goldens/" + name).path
        file = try SafetensorsFile(path: path + "/golden.safetensors")
        json = try JSONValue(parsing: [UInt8](Data(contentsOf: URL(fileURLWithPath: path + "/golden.json"))))
    }

    /// The rows of token ids under a key.
    func rows(_ key: String) -> [[Int32]] {
        (json[key]?.array ?? []).map { ($0.array ?? []).map { Int32($0.integer ?? 0) } }
    }

    var batch: TokenBatch { flatBatch(rows("input_ids")) }
    var targets: [Int32] { rows("targets").flatMap { $0 } }

    /// A tensor of the golden file as floats.
    func values(_ name: String) throws -> [Float] {
        let tensor = Tensor(rows: 1, columns: try file.shape(of: name).reduce(1, *))
        try file.read(name, into: tensor)
        return tensor.values()
    }

    /// Names of the golden's tensors behind a prefix.
    func names(_ prefix: String) -> [String] {
        file.tensorNames.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }
}

/// Sequences one behind the other, each from position 0.
func flatBatch(_ sequences: [[Int32]]) -> TokenBatch {
    var offsets: [Int32] = [0]
    for sequence in sequences { offsets.append(offsets[offsets.count - 1] + Int32(sequence.count)) }
    let tokens = sequences.flatMap { $0 }
    return TokenBatch(
        tokens: tokens, typeIDs: tokens.map { _ in 0 },
        positions: sequences.flatMap { $0.indices.map { Int32($0) } }, offsets: offsets,
        sampleIDs: sequences.indices.map { UInt64($0) })
}

/// A model's gradients under the names and in the layout of its files.
struct NamedGradients {
    private(set) var values: [String: [Float]] = [:]

    init(_ model: any TrainableModel) {
        let arena = model.parameters.gradients
        let layout = model.parameters.layout
        for slot in layout.slots where slot.isTrainable {
            for tensor in slot.tensors {
                let start = slot.range.lowerBound - layout.frozenElementCount + tensor.offset
                let found = arena.elements(start..<start + tensor.count).values()
                values[tensor.name] = tensor.isTransposed ? Self.transposed(found, tensor.shape) : found
            }
        }
    }

    private static func transposed(_ values: [Float], _ shape: [Int]) -> [Float] {
        (0..<shape[0]).flatMap { row in (0..<shape[1]).map { values[$0 * shape[0] + row] } }
    }

    /// Compares with the goldens behind `prefix`. A gradient that is zero by mathematics is compared by size.
    func expectEqual(_ golden: GoldenDirectory, _ prefix: String, tolerance: Double = 1e-5) throws {
        let largest =
            try golden.names(prefix).map { try golden.values(prefix + $0).map(abs).max() ?? 0 }.max() ?? 0
        for name in golden.names(prefix) {
            let expected = try golden.values(prefix + name)
            let found = try #require(values[name], "\(name)")
            if expected.allSatisfy({ abs($0) < 1e-6 * largest }) {
                #expect(found.allSatisfy { abs($0) < 1e-6 * largest }, "\(name)")
            } else {
                #expect(relativeError(found, expected) < tolerance, "\(name)")
            }
        }
    }
}
