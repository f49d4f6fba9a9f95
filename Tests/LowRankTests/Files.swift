// What tests do with files.

import Foundation
import JSON
import Models

func json(of path: String) throws -> JSONValue {
    try JSONValue(parsing: [UInt8](Data(contentsOf: URL(fileURLWithPath: path))))
}
