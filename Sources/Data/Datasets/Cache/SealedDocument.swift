// JSON documents that carry their own checksum, so that a torn or flipped one is noticed.

package import Files
package import JSON

/// Reads and writes objects whose member `checksum` is the XXH64 of the rest as it is written.
package enum SealedDocument {
    private static let seal = "checksum"

    /// Writes the document whole.
    package static func write(_ members: JSONObject, to path: String) throws(FilesError) {
        var members = members
        members.set(seal, to: .string(checksum(members)))
        try FileSystem.write(JSONValue.object(members).json + "\n", to: path)
    }

    /// XXH64 of an object as it is written.
    package static func checksum(_ members: JSONObject) -> String {
        XXHash64.text(of: Array(JSONValue.object(members).json.utf8))
    }

    /// The document at `path` without its checksum; nil if there is none.
    ///
    /// - Throws: when it is no object or has not its checksum.
    package static func read(_ path: String) throws(CacheFault) -> JSONObject? {
        let bytes = try CacheFault.rethrowing { () throws(FilesError) in
            try FileSystem.bytesIfPresent(of: path)
        }
        guard let bytes else { return nil }
        var parser = JSONParser(bytes, in: 0..<bytes.count)
        var members: JSONObject
        do throws(JSONSyntaxError) {
            guard case .object(let object) = try parser.value() else { throw parser.unexpected("an object") }
            try parser.finish()
            members = object
        } catch { throw .manifest(path: path, problem: error.problem) }
        guard let found = members.remove(seal)?.string, found == checksum(members) else {
            throw .manifest(path: path, problem: "it has not its checksum")
        }
        return members
    }
}
