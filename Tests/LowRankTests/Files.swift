// What tests do with files, and what errors say.

import Checkpoints
import Foundation
import Models

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
