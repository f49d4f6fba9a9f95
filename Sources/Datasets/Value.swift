// A value of a row: what JSON can say, with the order of keys and the text of numbers kept.

/// One value of a row.
public enum Value: Sendable, Equatable {
    case string(String)
    case number(Number)
    case bool(Bool)
    case list([Value])
    case object(Fields)
    case null

    /// A number as it was written, so that nothing is lost when it is written again.
    public struct Number: Sendable, Hashable, CustomStringConvertible {
        /// The number as RFC 8259 section 6 writes it.
        public let text: String

        /// - Parameter text: a number by the grammar of RFC 8259.
        init(text: String) { self.text = text }

        public init(_ integer: Int) { text = String(integer) }

        public var description: String { text }

        /// True without a fraction and without an exponent.
        public var isInteger: Bool {
            !text.utf8.contains { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") }
        }

        /// The number if it is written as an integer and fits.
        public var integer: Int? { isInteger ? Int(text) : nil }

        /// The nearest double; infinite if the number is too large for one.
        public var double: Double {
            guard let value = Double(text) else { preconditionFailure("\(text) is not a JSON number") }
            return value
        }
    }

    public static func integer(_ value: Int) -> Value { .number(Number(value)) }

    /// The shortest text that reads back as the same double; null if it is infinite or not a number, for
    /// which JSON has no text.
    public static func real(_ value: Double) -> Value {
        value.isFinite ? .number(Number(text: value.description)) : .null
    }

    /// The shortest text that reads back as the same float; null if it is infinite or not a number.
    public static func real(_ value: Float) -> Value {
        value.isFinite ? .number(Number(text: value.description)) : .null
    }

    /// What the value is, for a message: `a list`, `the number 3`.
    var phrase: String {
        switch self {
        case .string(let text): "the string \"\(excerpt(text))\""
        case .number(let number): "the number \(excerpt(number.text))"
        case .bool(let flag): flag ? "true" : "false"
        case .list: "a list"
        case .object: "an object"
        case .null: "null"
        }
    }
}

/// Named values in their order, the names all different.
public struct Fields: Sendable, Equatable {
    public private(set) var names: [String]
    public private(set) var values: [Value]

    public init() { (names, values) = ([], []) }

    init(names: [String], values: [Value]) {
        precondition(names.count == values.count)
        (self.names, self.values) = (names, values)
    }

    /// The value of a name, nil if there is none. Takes time in proportion to the count.
    public subscript(name: String) -> Value? {
        names.firstIndex { $0 == name }.map { values[$0] }
    }

    /// Replaces the value of `name` in its place, or adds it at the end.
    public mutating func set(_ name: String, to value: Value) {
        if let index = names.firstIndex(where: { $0.hasSameBytes(as: name) }) {
            values[index] = value
        } else {
            names.append(name)
            values.append(value)
        }
    }
}

extension String {
    /// Equality of the UTF-8 bytes. `==` also equates different spellings of one character, which JSON,
    /// Python and the tokenizers keep apart.
    func hasSameBytes(as other: String) -> Bool {
        self == other && utf8.elementsEqual(other.utf8)
    }
}

/// A string that is compared, hashed and ordered by its UTF-8 bytes, which is also the order of code points.
struct ByteString: Hashable, Comparable, Sendable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (first: Self, second: Self) -> Bool { first.text.hasSameBytes(as: second.text) }

    static func < (first: Self, second: Self) -> Bool {
        first.text.utf8.lexicographicallyPrecedes(second.text.utf8)
    }

    func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
