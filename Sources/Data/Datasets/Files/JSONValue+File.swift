// Values from the JSON of files, with errors that name the place.

package import JSON

extension JSONValue {
    /// Parses one JSON value (RFC 8259; of equal keys the last wins; nesting to 512 levels).
    /// - Parameter name: what the text is called in the error's message.
    package init(json bytes: [UInt8], name: String = "JSON text") throws(DatasetsError) {
        do throws(JSONSyntaxError) {
            try self.init(parsing: bytes)
        } catch {
            throw DatasetsError(error, in: bytes, lineStart: 0, line: 1, file: name, fileOffset: 0)
        }
    }
}

extension DatasetsError {
    /// Says the place of a syntax error in a file.
    /// - Parameters:
    ///   - lineStart: where in `bytes` the line numbered `line` starts; the error may be on a later one.
    ///   - fileOffset: the position of `bytes[0]` in the file.
    init(
        _ error: JSONSyntaxError, in bytes: [UInt8], lineStart: Int, line: Int, file: String, fileOffset: Int
    ) {
        let place = error.place(in: bytes, from: lineStart)
        let source = RowSource(file: file, line: line + place.line - 1)
        if error.isInvalidUTF8 {
            self = .invalidUTF8(source, byteOffset: fileOffset + error.position)
        } else {
            self = .notJSON(source, column: place.column, error.problem)
        }
    }
}
