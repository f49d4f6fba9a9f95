// Values from JSON text and back.

/// Where the white space of a written value stands. Members keep their order unless they are to be sorted.
package enum JSONLayout: Sendable {
    /// On one line with `, ` and `: `, as Python's `json.dumps` does.
    case line
    /// On one line without white space.
    case compact
    /// A line for each element and member, indented by two spaces a level, as `json.dumps(…, indent=2)` does.
    case indented
    /// As `indented`, but with ` : ` between name and value and an empty line in what has no members: the
    /// form of the model's and the checkpoint's own files.
    case spaced
}

extension JSONValue {
    /// Parses one JSON value (RFC 8259) with white space around it.
    package init(
        parsing bytes: [UInt8], maximumDepth: Int = 512,
        duplicates: JSONParser.DuplicateNames = .lastWins, allowsNonFinite: Bool = false
    ) throws(JSONSyntaxError) {
        var parser = JSONParser(
            bytes, in: 0..<bytes.count, maximumDepth: maximumDepth, duplicates: duplicates,
            allowsNonFinite: allowsNonFinite)
        self = try parser.value()
        try parser.finish()
    }

    /// The value as JSON on one line, UTF-8 not escaped.
    package var json: String { text() }

    /// The value as JSON, UTF-8 not escaped.
    /// - Parameter sortingNames: orders members by the bytes of their names.
    package func text(_ layout: JSONLayout = .line, sortingNames: Bool = false) -> String {
        var writer = JSONWriter(layout: layout, sortsNames: sortingNames)
        writer.write(self)
        return String(decoding: writer.output, as: UTF8.self)
    }

    /// The value as the content of a file: UTF-8 with a final line feed.
    package func serialized(_ layout: JSONLayout = .spaced, sortingNames: Bool = true) -> [UInt8] {
        var writer = JSONWriter(layout: layout, sortsNames: sortingNames)
        writer.write(self)
        return writer.output + [UInt8(ascii: "\n")]
    }

    package func write(to output: inout [UInt8]) {
        var writer = JSONWriter()
        swap(&writer.output, &output)
        writer.write(self)
        swap(&writer.output, &output)
    }

    /// `text` as a JSON string; escapes only what JSON demands, as serde_json and Python's json with
    /// ensure_ascii off do.
    package static func quoted(_ text: String) -> String { JSONValue.string(text).json }
}

extension JSONObject {
    package func write(to output: inout [UInt8]) { JSONValue.object(self).write(to: &output) }
}
