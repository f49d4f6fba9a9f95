// Rows of files that tests write, and the errors that reading them throws.

import Datasets
import Foundation
import JSON
import TestSupport

extension TemporaryFolder {
    /// A grey PNG of 1 × 1 pixel.
    static let onePixelPNG = [UInt8](
        Data(
            base64Encoded:
                "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mNomLAAAANEAbFEKuW4AAAAAElFTkSuQmCC"
        ) ?? Data())

    /// A grey PNG of 1 × 2 pixels.
    static let twoPixelPNG = [UInt8](
        Data(
            base64Encoded:
                "iVBORw0KGgoAAAANSUhEUgAAAAEAAAACCAAAAAC86un7AAAADElEQVR4nGNgYPgPAAEDAQAIicLsAAAAAElFTkSuQmCC"
        ) ?? Data())

    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> String { try write(bytes, to: name) }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String { try write(text, to: name) }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path + "/" + name) }

    /// Writes a file and reads all its rows.
    func rows(_ name: String, _ text: String) throws -> [Row] {
        try readRows([try write(name, text)])
    }

    /// The message of the error that reading `name` with this content gives, its folder cut off.
    func message(_ name: String, _ bytes: [UInt8]) throws -> String {
        let path = try write(name, bytes)
        do {
            let rows = try readRows([path])
            return "no error but \(rows.count) rows"
        } catch let error as DatasetsError {
            return error.description.replacingOccurrences(of: self.path + "/", with: "")
        }
    }

    func message(_ name: String, _ text: String) throws -> String { try message(name, Array(text.utf8)) }
}

func readRows(_ patterns: [String]) throws -> [Row] {
    var rows: [Row] = []
    try RowReader(patterns: patterns).forEachRow { (row) throws(DatasetsError) in rows.append(row) }
    return rows
}

/// The message of the `DatasetsError` that `body` throws.
func message(_ body: () throws -> Void) throws -> String {
    do {
        try body()
        return "no error"
    } catch let error as DatasetsError {
        return error.description
    }
}

/// A row with typed values from a JSON object.
func row(_ json: String, line: Int = 1) throws -> Row {
    guard case .object(let fields) = try JSONValue(json: Array(json.utf8)) else {
        throw NotAnObject(json: json)
    }
    return Row(fields: fields, source: RowSource(file: "t.jsonl", line: line))
}

struct NotAnObject: Error { let json: String }
