// Numbers of JSON as they are written.

/// A number as it was written, so that nothing is lost when it is written again. Equal are numbers of one
/// value, such as `2` and `2.0`.
package struct JSONNumber: Sendable, CustomStringConvertible {
    /// The number as RFC 8259 section 6 writes it, or as Python's `json` does: `NaN`, `Infinity`,
    /// `-Infinity`.
    package let text: String

    /// - Parameter text: a number by the grammar of RFC 8259, or one of Python's three names.
    package init(text: String) { self.text = text }

    package init(_ integer: Int) { text = String(integer) }

    /// The shortest text that reads back as the same double, such as `2.0` and `1e-05`; Python's names for
    /// what is infinite or not a number.
    package init(_ value: Double) {
        if value.isFinite {
            text = value.description
        } else {
            text = value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity"
        }
    }

    /// As `init(_:)`, but whole numbers without `.0`, as config.json and trainer_state.json of Lockstep have
    /// them.
    package init(shortest value: Double) {
        let number = JSONNumber(value)
        text = number.text.hasSuffix(".0") ? String(number.text.dropLast(2)) : number.text
    }

    package static func integer(_ value: Int) -> JSONNumber { JSONNumber(value) }

    package static func real(_ value: Double) -> JSONNumber { JSONNumber(value) }

    package var description: String { text }

    /// True without a fraction and without an exponent.
    package var isInteger: Bool {
        text.utf8.allSatisfy { $0 &- UInt8(ascii: "0") < 10 || $0 == UInt8(ascii: "-") }
    }

    /// The number if it is written as an integer and fits.
    package var integer: Int? { isInteger ? Int(text) : nil }

    /// The value if it is whole, however it is written, and fits. Of a number with a fraction or an exponent,
    /// such as `2.0`, up to 2^53, the last for which a double is exact.
    package var whole: Int? {
        if isInteger { return Int(text) }
        let value = double
        return value.magnitude <= 0x1p53 ? Int(exactly: value) : nil
    }

    /// The nearest double; infinite if the number is too large for one.
    package var double: Double {
        guard let value = Double(text) else { preconditionFailure("\(text) is not a JSON number") }
        return value
    }
}

extension JSONNumber: Hashable {
    /// What equal numbers share: the value where `Int` or `Double` has it, else the text.
    private enum Key: Hashable {
        case whole(Int)
        case real(Double)
        case text(String)
    }

    private var key: Key {
        if let whole { return .whole(whole) }
        return isInteger || !double.isFinite ? .text(text) : .real(double)
    }

    package static func == (first: Self, second: Self) -> Bool {
        first.text == second.text || first.key == second.key
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(key) }
}
