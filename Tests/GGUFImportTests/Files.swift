// Golden files, and what tests do with files.

import Foundation
import JSON
import Models

/// The path of a golden file.
func goldenPath(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Goldens/\(name)").path
}

func bytes(of path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

func text(of path: String) throws -> String { String(decoding: try bytes(of: path), as: UTF8.self) }

func json(of path: String) throws -> JSONValue { try JSONValue(parsing: bytes(of: path)) }
