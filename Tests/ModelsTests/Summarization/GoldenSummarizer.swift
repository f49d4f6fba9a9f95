// A model directory with what PyTorch computed for it (see Goldens/generate.py).

import Checkpoints
import Foundation
import JSON
import Layers
import Models
import Safetensors
import Tensors

/// One folder of goldens with its model loaded.
struct GoldenSummarizer {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Goldens/"

    let path: String
    let json: JSONValue
    let model: ExtractiveSummarizer
    let report: LoadReport
    private let file: SafetensorsFile

    init(_ name: String) throws {
        path = Self.folder + name
        file = try SafetensorsFile(path: path + "/golden.safetensors")
        json = try Self.json(name + "/golden.json")
        (model, report) = try ModelLoader.load(.extractive, directory: path, seed: 1)
    }

    static func json(_ name: String) throws -> JSONValue {
        try JSONValue(parsing: [UInt8](Data(contentsOf: URL(fileURLWithPath: folder + name))))
    }

    /// The rows of numbers under a key.
    func rows(_ key: String) -> [[Double]] {
        (json[key]?.array ?? []).map { ($0.array ?? []).map { $0.double ?? .nan } }
    }

    private func flat(_ key: String) -> [Int32] { rows(key).flatMap { $0.map { Int32($0) } } }

    var labels: [Float] { rows("labels").flatMap { $0.map { Float($0) } } }

    var tokens: TokenBatch {
        let lengths = rows("input_ids").map(\.count)
        return TokenBatch(
            tokens: flat("input_ids"), typeIDs: flat("token_type_ids"),
            positions: lengths.flatMap { (0..<Int32($0)).map { $0 } },
            offsets: lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + Int32($1)) },
            sampleIDs: lengths.indices.map { UInt64($0) })
    }

    var sentences: SentenceBatch {
        let places = rows("places")
        let starts = tokens.offsets
        let first = (json["first_sentences"]?.array ?? []).compactMap(\.integer)
        return SentenceBatch(
            places: places.indices.flatMap { window in places[window].map { starts[window] + Int32($0) } },
            positions: places.indices.flatMap { window in
                places[window].indices.map { Int32(first[window] + $0) }
            },
            offsets: places.reduce(into: [0]) { $0.append($0[$0.count - 1] + Int32($1.count)) })
    }

    /// A tensor of the golden file as floats.
    func values(_ name: String) throws -> [Float] {
        let tensor = Tensor(rows: 1, columns: try file.shape(of: name).reduce(1, *))
        try file.read(name, into: tensor)
        return tensor.values()
    }

    /// Names of the golden's gradients.
    var gradientNames: [String] {
        file.tensorNames.filter { $0.hasPrefix("gradient.") }.map { String($0.dropFirst("gradient.".count)) }
    }
}
