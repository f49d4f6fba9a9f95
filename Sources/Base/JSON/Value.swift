// What JSON can say, with the order of keys and the text of numbers kept.

/// One JSON value.
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
        package init(text: String) { self.text = text }

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
}
