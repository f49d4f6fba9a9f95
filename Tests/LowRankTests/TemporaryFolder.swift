// A folder for one test, gone with its last reference, and what tests do with files.

import Checkpoints
import Foundation
import Models

final class TemporaryFolder {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("low-rank-tests-\(UUID().uuidString)")
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
}

func json(of path: String) throws -> JSONValue {
    try JSONValue(parsing: [UInt8](Data(contentsOf: URL(fileURLWithPath: path))))
}

/// What the error that `body` throws says; nil when it throws none.
func message(_ body: () throws(CheckpointError) -> Void) -> String? {
    do {
        try body()
        return nil
    } catch {
        return error.description
    }
}
