// What tokenizer files need beyond JSON.

package import JSON

/// A place in a tokenizer's JSON file; errors name file and key.
package typealias TokenizerReader = JSONReader<TokenizerError>

extension TokenizerError: JSONReadingError {
    package init(_ mismatch: JSONMismatch) {
        self = .invalidValue(
            path: mismatch.file, key: mismatch.path.isEmpty ? "the document" : mismatch.path,
            expected: mismatch.expected, found: mismatch.found?.kind ?? "nothing")
    }
}

extension JSONReader where Failure == TokenizerError {
    /// The root of the file at `path`; nil if there is no such file.
    package static func read(_ path: String) throws(TokenizerError) -> TokenizerReader? {
        guard let bytes = try TokenizerLoader.contents(path) else { return nil }
        return TokenizerReader(try JSONValue(parsing: bytes, path: path), file: path)
    }

    /// What stands under `name`, which must be there and not null.
    package func member(_ name: String) throws(TokenizerError) -> TokenizerReader {
        guard let member = self[name].ifPresent else {
            throw TokenizerReader(nil, file: file, path: self[name].path).mismatch("present")
        }
        return member
    }

    /// A whole number from 0 to `maximum`.
    func int32(maximum: Int32 = .max) throws(TokenizerError) -> Int32 {
        Int32(try integer(in: 0...Int(maximum), "a whole number from 0 to \(maximum)"))
    }
}

extension JSONValue {
    /// Parses the contents of the file at `path`, which is used in messages only. Nesting deeper than 64
    /// levels is refused.
    package init(parsing bytes: [UInt8], path: String) throws(TokenizerError) {
        do throws(JSONSyntaxError) {
            try self.init(parsing: bytes, maximumDepth: 64)
        } catch {
            let (line, column) = error.place(in: bytes)
            throw .malformedJSON(path: path, line: line, column: column, reason: error.problem)
        }
    }
}
