// A JSON value together with where it stands, so that an error names file and key.

package import JSON

/// A place in a JSON file.
package struct JSONNode {
    package let value: Value
    package let path: String
    /// From the root, such as `model.unk_token`; empty at the root.
    let key: String

    /// The root of the file at `path`; nil if there is no such file.
    package static func read(_ path: String) throws(TokenizerError) -> JSONNode? {
        guard let bytes = try TokenizerLoader.contents(path) else { return nil }
        return JSONNode(value: try Value(parsing: bytes, path: path), path: path, key: "")
    }

    /// What stands under `name`, or nil if it is absent or null.
    package func optional(_ name: String) -> JSONNode? {
        value[name].map { JSONNode(value: $0, path: path, key: key.isEmpty ? name : "\(key).\(name)") }
    }

    /// What stands under `name`.
    package func member(_ name: String) throws(TokenizerError) -> JSONNode {
        guard let member = optional(name) else {
            throw .invalidValue(
                path: path, key: key.isEmpty ? name : "\(key).\(name)", expected: "present", found: "nothing")
        }
        return member
    }

    package func string() throws(TokenizerError) -> String {
        guard let string = value.string else { throw mismatch("a string") }
        return string
    }

    func boolean() throws(TokenizerError) -> Bool {
        guard let boolean = value.boolean else { throw mismatch("true or false") }
        return boolean
    }

    /// A whole number from 0 to `maximum`.
    func integer(maximum: Int32 = .max) throws(TokenizerError) -> Int32 {
        guard let integer = value.integer, 0...maximum ~= integer else {
            throw mismatch("a whole number from 0 to \(maximum)")
        }
        return integer
    }

    package func elements() throws(TokenizerError) -> [JSONNode] {
        guard case .list(let values) = value else { throw mismatch("an array") }
        return values.enumerated().map { JSONNode(value: $1, path: path, key: "\(key)[\($0)]") }
    }

    func members() throws(TokenizerError) -> [(name: String, node: JSONNode)] {
        guard case .object(let fields) = value else { throw mismatch("an object") }
        return fields.members.map { ($0, JSONNode(value: $1, path: path, key: "\(key).\($0)")) }
    }

    /// The error that this is not `expected`.
    func mismatch(_ expected: String) -> TokenizerError {
        .invalidValue(
            path: path, key: key.isEmpty ? "the document" : key, expected: expected, found: value.kind)
    }
}
