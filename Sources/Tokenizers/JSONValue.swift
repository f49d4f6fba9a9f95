// A JSON document in memory. Objects keep their pairs in order and keys apart that differ only in normal form:
// Swift dictionaries would merge the precomposed and the decomposed 'é' of a vocabulary.

/// One JSON value.
indirect enum JSONValue {
    case object([(key: String, value: JSONValue)])
    case array([JSONValue])
    case string(String)
    /// A number that is no `integer`.
    case number(Double)
    /// A number that is written without fraction and exponent.
    case integer(Int)
    case boolean(Bool)
    case null

    /// The value of `key` if this is an object that has it; JSON null counts as absent.
    subscript(key: String) -> JSONValue? {
        guard case .object(let pairs) = self,
            let value = pairs.last(where: { $0.key.utf8.elementsEqual(key.utf8) })?.value
        else { return nil }
        if case .null = value { return nil }
        return value
    }

    /// Whether this is an object with `key`, be it null.
    func has(_ key: String) -> Bool {
        guard case .object(let pairs) = self else { return false }
        return pairs.contains { $0.key == key }
    }

    /// What this is, in words for an error message.
    var kind: String {
        switch self {
        case .object: "an object"
        case .array: "an array"
        case .string(let text): "the string '\(text)'"
        case .number(let number): "the number \(number)"
        case .integer(let number): "the number \(number)"
        case .boolean(let flag): "\(flag)"
        case .null: "null"
        }
    }

    /// The string, if this is one.
    var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The truth value, if this is one.
    var boolean: Bool? {
        if case .boolean(let flag) = self { flag } else { nil }
    }

    /// The whole number, if this is one that an `Int32` can hold.
    var integer: Int32? {
        switch self {
        case .integer(let number): Int32(exactly: number)
        case .number(let number): Int32(exactly: number)
        default: nil
        }
    }

    /// The number, if this is one.
    var double: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }
}
