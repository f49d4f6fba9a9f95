// Goldens, files built byte by byte, and the errors that reading them throws.

import Foundation
import GGUF

/// The path of a golden file.
func golden(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Goldens/\(name)").path
}

func bytes(ofFile path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

/// The error that `body` throws, or nil.
func thrownError(_ body: () throws(GGUFError) -> Void) -> GGUFError? {
    do {
        try body()
        return nil
    } catch {
        return error
    }
}

/// The parts of a file, little-endian.
enum Bytes {
    static func integer(_ value: some FixedWidthInteger) -> [UInt8] {
        (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    /// A length of 64 bits and the text.
    static func string(_ text: String) -> [UInt8] { string(Array(text.utf8)) }

    static func string(_ text: [UInt8]) -> [UInt8] { integer(UInt64(text.count)) + text }

    /// A key, the number of its value's type, and the value.
    static func pair(_ key: String, _ type: UInt32, _ value: [UInt8]) -> [UInt8] {
        string(key) + integer(type) + value
    }

    /// An array's value: type of the elements, count, elements.
    static func array(_ type: UInt32, _ count: UInt64, _ elements: [UInt8]) -> [UInt8] {
        integer(type) + integer(count) + elements
    }

    /// A tensor's entry; dimensions in the file's order, the row length first.
    static func tensor(
        _ name: String, _ dimensions: [UInt64], type: UInt32 = 0, offset: UInt64 = 0
    ) -> [UInt8] {
        string(name) + integer(UInt32(dimensions.count)) + dimensions.flatMap { integer($0) } + integer(type)
            + integer(offset)
    }

    /// A whole file; zeros up to the next multiple of 32 stand before the data.
    static func file(
        version: UInt32 = 3, pairs: [[UInt8]] = [], tensors: [[UInt8]] = [], tensorCount: UInt64? = nil,
        pairCount: UInt64? = nil, dataByteCount: Int = 0
    ) -> [UInt8] {
        let header =
            Array("GGUF".utf8) + integer(version) + integer(tensorCount ?? UInt64(tensors.count))
            + integer(pairCount ?? UInt64(pairs.count)) + pairs.flatMap(\.self) + tensors.flatMap(\.self)
        let padding = [UInt8](repeating: 0, count: (32 - header.count % 32) % 32)
        return header + padding + [UInt8](repeating: 0, count: dataByteCount)
    }
}
