// What tests do with files, and what errors say.

import Checkpoints
import Foundation
import Models

func bytes(of path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

func text(of path: String) throws -> String { String(decoding: try bytes(of: path), as: UTF8.self) }

func json(of path: String) throws -> JSONValue { try JSONValue(parsing: bytes(of: path)) }

/// What the error that `body` throws says; nil when it throws none.
func message(_ body: () throws(CheckpointError) -> Void) -> String? {
    do {
        try body()
        return nil
    } catch {
        return error.description
    }
}
