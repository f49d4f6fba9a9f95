// JSON text with fields in a fixed order and numbers that round-trip.

/// A number of a log record.
public enum JSONNumber: Equatable, Sendable {
    case integer(Int)
    case real(Double)

    /// The shortest decimal form that reads back as the same number. Not-a-number and infinities are
    /// written as Python's `json` writes and reads them: `NaN`, `Infinity`, `-Infinity`.
    public var text: String {
        switch self {
        case .integer(let value): return value.description
        case .real(let value):
            if value.isNaN { return "NaN" }
            if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
            return value.description
        }
    }
}

/// A JSON value whose objects keep the order of their fields.
public indirect enum JSONText: Sendable {
    case number(JSONNumber)
    case string(String)
    case list([JSONText])
    case object([(key: String, value: JSONText)])

    /// The value on one line.
    public var line: String {
        switch self {
        case .number(let number): number.text
        case .string(let text): Self.quoted(text)
        case .list(let values): "[" + values.map(\.line).joined(separator: ", ") + "]"
        case .object(let fields):
            "{" + fields.map { "\(Self.quoted($0.key)): \($0.value.line)" }.joined(separator: ", ") + "}"
        }
    }

    /// The value with a line for each field, indented by two spaces a level.
    public var indented: String { indented(depth: 0) }

    private func indented(depth: Int) -> String {
        let inner = String(repeating: "  ", count: depth + 1)
        let outer = String(repeating: "  ", count: depth)
        switch self {
        case .number, .string: return line
        case .list(let values):
            if values.isEmpty { return "[]" }
            let lines = values.map { inner + $0.indented(depth: depth + 1) }
            return "[\n" + lines.joined(separator: ",\n") + "\n\(outer)]"
        case .object(let fields):
            if fields.isEmpty { return "{}" }
            let lines = fields.map {
                inner + "\(Self.quoted($0.key)): \($0.value.indented(depth: depth + 1))"
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(outer)}"
        }
    }

    /// A JSON string (RFC 8259, section 7).
    public static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case "\u{0}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
