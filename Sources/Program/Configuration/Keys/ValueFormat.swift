// How one value of a recipe is written and read: the types that keys may have.
import Foundation

/// A value that does not fit its key.
enum ValueProblem: Error, Equatable {
    /// The value is none of what is expected.
    case mismatch
    /// A value that other programs know and this one has no use for; the sentence says why.
    case refused(String)
}

/// Reads and writes values of one type within its allowed range.
struct ValueFormat<Value: Sendable>: Sendable {
    /// Name of the type, for tables of keys.
    let typeName: String
    /// What is allowed, so that it completes "must be …".
    let expected: String
    var allowedValues: [String] = []
    let parse: @Sendable (String) throws(ValueProblem) -> Value
    let render: @Sendable (Value) -> YAMLValue
}

extension ValueFormat where Value: BinaryInteger & LosslessStringConvertible {
    /// Whole numbers in decimal digits; underscores may group them.
    static func integer(_ expected: String, where isAllowed: @escaping @Sendable (Value) -> Bool) -> Self {
        Self(
            typeName: "integer", expected: expected,
            parse: { (text) throws(ValueProblem) in
                guard let value = digits(text).flatMap({ Value($0) }), isAllowed(value) else {
                    throw .mismatch
                }
                return value
            },
            render: { .scalar($0.description) })
    }
}

extension ValueFormat<UInt64> {
    /// Whole numbers of at least `minimum`: seeds, which are no counts.
    static func integer(atLeast minimum: UInt64) -> Self {
        .integer("an integer of at least \(minimum)") { $0 >= minimum }
    }
}

extension ValueFormat<Int> {
    /// The largest count: a product of two cannot overflow.
    static let largestCount = Int(Int32.max)

    /// Counts of at least `minimum`.
    static func integer(atLeast minimum: Int, upTo limit: Int = largestCount) -> Self {
        .integer("an integer of at least \(minimum)", upTo: limit) { $0 >= minimum }
    }

    /// Whole numbers of which those above `limit`, which are allowed otherwise, are refused in words of their
    /// own.
    static func integer(
        _ expected: String, upTo limit: Int, where isAllowed: @escaping @Sendable (Int) -> Bool
    ) -> Self {
        let format = Self.integer(expected, where: isAllowed)
        return Self(
            typeName: format.typeName, expected: format.expected,
            parse: { (text) throws(ValueProblem) in
                let count = try format.parse(text)
                guard count <= limit else {
                    throw .refused("\(count) is too large; counts go to \(limit).")
                }
                return count
            }, render: format.render)
    }

    /// Cores, threads and hosts: no job has more.
    static let coreCount = integer(atLeast: 1, upTo: 65_536)
}

extension ValueFormat<Double> {
    /// Finite decimal numbers, with or without exponent; underscores may group their digits.
    static func number(_ expected: String, where isAllowed: @escaping @Sendable (Double) -> Bool) -> Self {
        Self(
            typeName: "number", expected: expected,
            parse: { (text) throws(ValueProblem) in
                guard let value = digits(text).flatMap({ Double($0) }), value.isFinite, isAllowed(value)
                else {
                    throw .mismatch
                }
                return value
            },
            render: { .scalar($0.description) })
    }

    /// Numbers above 0 of which those above `limit` are refused in words of their own.
    static func positive(upTo limit: Double) -> Self {
        let format = Self.number("a number above 0") { $0 > 0 }
        return Self(
            typeName: format.typeName, expected: format.expected,
            parse: { (text) throws(ValueProblem) in
                let number = try format.parse(text)
                guard number <= limit else {
                    throw .refused("\(number) is too large; it goes to \(limit).")
                }
                return number
            }, render: format.render)
    }
}

extension ValueFormat<Bool> {
    static let boolean = Self(
        typeName: "boolean", expected: "true or false", allowedValues: ["true", "false"],
        parse: { (text) throws(ValueProblem) in
            switch text {
            case "true", "True", "TRUE": return true
            case "false", "False", "FALSE": return false
            default: throw .mismatch
            }
        },
        render: { .scalar($0 ? "true" : "false") })
}

extension ValueFormat<String> {
    static let text = Self(
        typeName: "text", expected: "a text that is not empty",
        parse: { (text) throws(ValueProblem) in
            if text.isEmpty { throw .mismatch }
            return text
        },
        render: { .scalar($0) })

    /// Paths; a leading `~` becomes the home directory, and nothing else is expanded.
    static let path = Self(
        typeName: "path", expected: "a path",
        parse: { (text) throws(ValueProblem) in
            if text.isEmpty { throw .mismatch }
            return expandingHome(text)
        },
        render: { .scalar($0) })
}

extension ValueFormat where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
    /// One of the words of an enumeration. `refusals` explains words that other programs would take.
    static func choice(refusals: [String: String] = [:]) -> Self {
        let words = Value.allCases.map(\.rawValue)
        return Self(
            typeName: "choice",
            expected: words.count == 1 ? words[0] : "one of \(words.joined(separator: ", "))",
            allowedValues: words,
            parse: { (text) throws(ValueProblem) in
                if let sentence = refusals[text] { throw .refused(sentence) }
                guard let value = Value(rawValue: text) else { throw .mismatch }
                return value
            },
            render: { .scalar($0.rawValue) })
    }
}

/// `path` with a leading `~` replaced by the home directory.
func expandingHome(_ path: String) -> String {
    guard path == "~" || path.hasPrefix("~/") else { return path }
    return NSHomeDirectory() + path.dropFirst()
}

/// A decimal number without the underscores between its digits; nil if other characters occur in it.
private func digits(_ text: String) -> String? {
    let characters = Array(text.utf8)
    for (index, character) in characters.enumerated() {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            continue
        case UInt8(ascii: "_"):
            let neighbours = [index - 1, index + 1].filter(characters.indices.contains).map { characters[$0] }
            let between = neighbours.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard between, neighbours.count == 2 else { return nil }
        default:
            return nil
        }
    }
    return text.replacing("_", with: "")
}
