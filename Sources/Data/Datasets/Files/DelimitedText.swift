// Rows as lines of CSV and TSV files, after RFC 4180: a field is quoted where it has to be, and as pandas
// writes them otherwise.

package import JSON

/// Writes records of fields.
package struct DelimitedText: Sendable {
    /// An ASCII character between fields.
    package let separator: UInt8

    package init(separator: UInt8) { self.separator = separator }

    /// The fields as a record, without the line's end.
    package func record(_ fields: [String]) -> String {
        // A line with nothing on it would be no record.
        if fields == [""] { return "\"\"" }
        return fields.map(field).joined(separator: String(UnicodeScalar(separator)))
    }

    private func field(_ text: String) -> String {
        let needsQuotes = text.utf8.contains { $0 == separator || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }
        return needsQuotes ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
    }

    /// A value as the text of a field: nothing for null, `True` and `False` as pandas writes them, lists and
    /// objects as JSON.
    package static func text(of value: JSONValue) -> String {
        switch value {
        case .null: ""
        case .string(let text): text
        case .bool(let flag): flag ? "True" : "False"
        case .number(let number): number.text
        case .array, .object: value.json
        }
    }
}
