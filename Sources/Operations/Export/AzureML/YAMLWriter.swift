// Values as YAML in block style, for documents that people read and change.

package import JSON

/// Writes YAML whose texts are all quoted as JSON does, which every reader of YAML takes for texts.
package enum YAMLWriter {
    package static func text(_ value: JSONValue) -> String { lines(value).map { $0 + "\n" }.joined() }

    private static func lines(_ value: JSONValue) -> [String] {
        switch value {
        case .object(let members) where !members.isEmpty:
            members.flatMap { name, value in
                let key = plain(name) + ":"
                let lines = lines(value)
                return isBlock(value) ? [key] + lines.map { "  " + $0 } : [key + " " + lines[0]]
            }
        case .array(let values) where !values.isEmpty:
            values.flatMap { value in
                lines(value).enumerated().map { index, line in (index == 0 ? "- " : "  ") + line }
            }
        default: [value.text(.line)]
        }
    }

    private static func isBlock(_ value: JSONValue) -> Bool {
        switch value {
        case .object(let members): !members.isEmpty
        case .array(let values): !values.isEmpty
        default: false
        }
    }

    private static func plain(_ name: String) -> String {
        name.wholeMatch(of: /[A-Za-z$][A-Za-z0-9_$]*/) != nil ? name : JSONValue.quoted(name)
    }
}
