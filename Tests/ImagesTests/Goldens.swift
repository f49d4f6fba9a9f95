// What Pillow and transformers made of the golden images (see Goldens/generate.py).

import Foundation
import Images
import Tensors

/// expected.json with the values of expected.bin.
struct Goldens {
    struct File: Decodable, CustomStringConvertible, Sendable {
        let file: String
        let width, height, offset: Int
        var description: String { file }
        var path: String { Goldens.root + "/images/" + file }
    }

    struct Resize: Decodable, CustomStringConvertible, Sendable {
        let source, filter, fnv: String
        let width, height: Int
        var description: String { "\(source) to \(width) × \(height), \(filter)" }
    }

    struct Processor: Decodable, CustomStringConvertible, Sendable {
        let sourceWidth, sourceHeight, width, height, offset: Int
        let configuration: Configuration
        var description: String { "\(sourceWidth) × \(sourceHeight) to \(width) × \(height)" }
    }

    /// An object that stays JSON.
    struct Configuration: Decodable, Sendable {
        let json: [UInt8]

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer().decode(Value.self)
            json = [UInt8](try JSONEncoder().encode(value))
        }
    }

    private indirect enum Value: Codable {
        case flag(Bool)
        case number(Double)
        case text(String)
        case list([Value])
        case object([String: Value])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let value = try? container.decode(Bool.self) {
                self = .flag(value)
            } else if let value = try? container.decode(Double.self) {
                self = .number(value)
            } else if let value = try? container.decode(String.self) {
                self = .text(value)
            } else if let value = try? container.decode([Value].self) {
                self = .list(value)
            } else {
                self = .object(try container.decode([String: Value].self))
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .flag(let value): try container.encode(value)
            case .number(let value): try container.encode(value)
            case .text(let value): try container.encode(value)
            case .list(let value): try container.encode(value)
            case .object(let value): try container.encode(value)
            }
        }
    }

    private struct Index: Decodable {
        let images: [File]
        let resized: [Resize]
        let processors: [Processor]
    }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Goldens").path

    let images: [File]
    let resized: [Resize]
    let processors: [Processor]
    private let values: [UInt8]

    static let all = Result { try Goldens() }

    private init() throws {
        let index = try JSONDecoder().decode(
            Index.self, from: Data(contentsOf: URL(fileURLWithPath: Self.root + "/expected.json")))
        (images, resized, processors) = (index.images, index.resized, index.processors)
        values = [UInt8](try Data(contentsOf: URL(fileURLWithPath: Self.root + "/expected.bin")))
    }

    /// RGB bytes of an image.
    func bytes(at offset: Int, width: Int, height: Int) -> [UInt8] {
        Array(values[offset..<offset + 3 * width * height])
    }

    /// Little-endian floats.
    func floats(at offset: Int, count: Int) -> [Float] {
        (0..<count).map { index in
            let place = offset + 4 * index
            return Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(values[place + $1]) << (8 * $1) })
        }
    }
}

/// The FNV-1a hash (Fowler, Noll, Vo) as 16 hexadecimal digits.
func fnv(_ bytes: [UInt8]) -> String {
    let hash = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}

/// The image that generate.py makes by the same formula.
func formulaImage(width: Int, height: Int) -> PixelImage {
    var pixels: [UInt8] = []
    for y in 0..<height {
        for x in 0..<width {
            for c in 0..<3 { pixels.append(UInt8((x * 7 + y * 13 + c * 31 + x * y / 5) % 256)) }
        }
    }
    return PixelImage(width: width, height: height, pixels: pixels)
}
