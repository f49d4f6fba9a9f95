// A model directory with what transformers computed for it (see Goldens/generate.py).

import Checkpoints
import Foundation
import JSON
import Layers
import Models
import Safetensors
import Tensors

/// One folder of goldens with its model loaded.
struct GoldenAnswerer {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Goldens/"

    let path: String
    let json: JSONValue
    let model: QuestionAnswerer
    let report: LoadReport
    private let file: SafetensorsFile

    init(_ name: String) throws {
        path = Self.folder + name
        file = try SafetensorsFile(path: path + "/golden.safetensors")
        json = try Self.json(name + "/golden.json")
        (model, report) = try Self.load(path)
    }

    static func load(_ directory: String) throws -> (model: QuestionAnswerer, report: LoadReport) {
        try ModelLoader.load(.questionAnswering, directory: directory, seed: 1)
    }

    static func json(_ name: String) throws -> JSONValue {
        try JSONValue(parsing: [UInt8](Data(contentsOf: URL(fileURLWithPath: folder + name))))
    }

    var spans: [ClosedRange<Int>] {
        let (starts, ends) = (json["starts"]?.integers ?? [], json["ends"]?.integers ?? [])
        return zip(starts, ends).map { $0...$1 }
    }

    var tokens: TokenBatch {
        let rows = (json["input_ids"]?.array ?? []).map(\.integers)
        let types = (json["token_type_ids"]?.array ?? []).flatMap(\.integers)
        return TokenBatch(
            tokens: rows.joined().map { Int32($0) }, typeIDs: types.map { Int32($0) },
            positions: rows.flatMap { $0.indices.map { Int32($0) } },
            offsets: rows.reduce(into: [0]) { $0.append($0[$0.count - 1] + Int32($1.count)) },
            sampleIDs: rows.indices.map { UInt64($0) })
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

extension JSONValue {
    var integers: [Int] { (array ?? []).compactMap(\.integer) }
    var doubles: [Double] { (array ?? []).compactMap(\.double) }
    var strings: [String] { (array ?? []).compactMap(\.string) }
    /// Pairs of integers as ranges.
    var ranges: [Range<Int>] { (array ?? []).map(\.integers).map { $0[0]..<$0[1] } }
}
