// A folder for one test, gone with its last reference.

import Foundation
import Safetensors

final class TemporaryFolder {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("safetensors-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            print("\(path) could not be removed: \(error)")
        }
    }

    /// Writes `bytes` to a file of this folder and returns its path.
    func write(_ bytes: [UInt8], to name: String) throws -> String {
        let file = path + "/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return file
    }

    func write(_ text: String, to name: String) throws -> String { try write(Array(text.utf8), to: name) }
}

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
