// One label as it stands in the data.

internal import JSON

/// A scalar label: its name, its type, and its number if it is one.
struct LabelValue {
    enum Kind: String {
        case string = "a string"
        case integer = "an integer"
        case real = "a fractional number"
        case bool = "true or false"
        case list = "a list"
    }

    let name: String
    /// In data without types, what the text looks like.
    let kind: Kind
    let number: Double?
    /// The name of the number, the same for all its spellings: `1` for `01`.
    var numericName: String? { number.map { Self.integerName(name) ?? Self.name($0) } }

    /// - Throws: if the value is null, empty, a list or an object.
    init(_ value: JSONValue, _ row: Row, _ column: String) throws(DatasetsError) {
        switch value {
        case .string(let text) where !text.isEmpty:
            name = text
            number = row.hasTypes ? nil : Self.number(text)
            kind = number == nil ? .string : Self.integerName(text) == nil ? .real : .integer
        case .number(let written):
            let value = written.double
            (kind, number) = (written.isInteger ? .integer : .real, value)
            name = Self.integerName(written.text) ?? Self.name(value)
        case .bool(let flag): (name, kind, number) = (flag ? "True" : "False", .bool, nil)
        default:
            let found = value == .string("") ? "an empty string" : value.phrase
            throw .wrongType(
                row.source, column: column, expected: "a label (string, number or bool)", found: found)
        }
    }

    /// The digits of an integer of any length, without a plus sign and leading zeros; nil for other texts.
    static func integerName(_ text: String) -> String? {
        let digits = text.first == "-" || text.first == "+" ? text.dropFirst() : text[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
        let significant = digits.drop { $0 == "0" }
        return significant.isEmpty ? "0" : (text.first == "-" ? "-" : "") + significant
    }

    /// The name of a number: whole numbers without a fraction.
    static func name(_ number: Double) -> String {
        Int(exactly: number).map { String($0) } ?? number.description
    }

    /// The numbers of a regression's row: one, or a list of them.
    static func numbers(_ value: JSONValue, _ row: Row, _ column: String) throws(DatasetsError) -> [Float] {
        guard case .array(let values) = value else { return [try float(value, row, column)] }
        var numbers: [Float] = []
        for value in values { numbers.append(try float(value, row, column)) }
        return numbers
    }

    private static func float(_ value: JSONValue, _ row: Row, _ column: String) throws(DatasetsError) -> Float
    {
        let number: Double? =
            switch value {
            case .number(let number): number.double
            case .string(let text) where !row.hasTypes: Self.number(text)
            default: nil
            }
        if let number, Float(number).isFinite { return Float(number) }
        throw .wrongType(
            row.source, column: column, expected: "a number that a 32-bit float can hold", found: value.phrase
        )
    }

    /// The finite decimal number that all of `text` writes; no hexadecimal, no `inf` or `nan`.
    private static func number(_ text: String) -> Double? {
        let allowed = text.utf8.allSatisfy { $0 &- 0x30 < 10 || "+-.eE".utf8.contains($0) }
        return allowed ? Double(text).flatMap { $0.isFinite ? $0 : nil } : nil
    }
}
