// A strict JSON value and its text form: objects keep their order, numbers keep their text.

/// One JSON value (RFC 8259).
package indirect enum JSON {
    case object([(name: String, value: JSON)])
    case array([JSON])
    case string(String)
    case number(String)
    case bool(Bool)
    case null

    /// A whole number without sign, fraction or exponent that fits into an `Int`.
    var nonNegativeInteger: Int? {
        guard case .number(let text) = self, !text.hasPrefix("-") else { return nil }
        return Int(text)
    }

    /// The value as text for a message, cut to 80 characters.
    var excerpt: String {
        let full = text
        return full.count <= 80 ? full : full.prefix(77) + "…"
    }

    private var text: String {
        switch self {
        case .object(let members):
            "{" + members.prefix(8).map { JSON.quoted($0.name) + ":" + $0.value.text }.joined(separator: ",")
                + "}"
        case .array(let items): "[" + items.prefix(40).map(\.text).joined(separator: ",") + "]"
        case .string(let text): JSON.quoted(String(text.prefix(80)))
        case .number(let text): text
        case .bool(let value): value ? "true" : "false"
        case .null: "null"
        }
    }

    /// `text` in quotes; escapes only what JSON demands, as the reference implementation does.
    package static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\u{8}": result += "\\b"
            case "\t": result += "\\t"
            case "\n": result += "\\n"
            case "\u{C}": result += "\\f"
            case "\r": result += "\\r"
            case "\0"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
