// Goldens, files built byte by byte, and the errors that reading them throws.

import Foundation
import Safetensors

/// The path of a golden file.
func golden(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Goldens/\(name)").path
}

func bytes(ofFile path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

/// A safetensors file of a header as it stands and `dataByteCount` zero bytes.
func fileBytes(header: [UInt8], dataByteCount: Int = 0) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header
        + [UInt8](repeating: 0, count: dataByteCount)
}

func fileBytes(header: String, dataByteCount: Int = 0) -> [UInt8] {
    fileBytes(header: Array(header.utf8), dataByteCount: dataByteCount)
}

/// The error that `body` throws, or nil.
func thrownError(_ body: () throws(SafetensorsError) -> Void) -> SafetensorsError? {
    do {
        try body()
        return nil
    } catch {
        return error
    }
}
