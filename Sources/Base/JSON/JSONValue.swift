// What JSON can say, with the order of keys and the text of numbers kept.

/// One JSON value. To equality neither the order of an object's members matters nor how a number is written.
package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    package static func integer(_ value: Int) -> JSONValue { .number(JSONNumber(value)) }

    /// The shortest text that reads back as the same double; null if it is infinite or not a number, for
    /// which JSON has no text.
    package static func real(_ value: Double) -> JSONValue {
        value.isFinite ? .number(JSONNumber(value)) : .null
    }

    /// The shortest text that reads back as the same float; null if it is infinite or not a number.
    package static func real(_ value: Float) -> JSONValue {
        value.isFinite ? .number(JSONNumber(text: value.description)) : .null
    }

    /// As `JSONNumber.init(shortest:)` writes it.
    package static func shortest(_ value: Double) -> JSONValue { .number(JSONNumber(shortest: value)) }

    /// A figure of a results file: as `shortest`, null if it is infinite or not a number.
    package static func figure(_ value: Double) -> JSONValue { value.isFinite ? .shortest(value) : .null }

    /// The member of an object; nil when this is no object or has no such name.
    package subscript(name: String) -> JSONValue? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    package var string: String? { if case .string(let text) = self { text } else { nil } }
    package var bool: Bool? { if case .bool(let flag) = self { flag } else { nil } }
    package var array: [JSONValue]? { if case .array(let values) = self { values } else { nil } }
    package var object: JSONObject? { if case .object(let members) = self { members } else { nil } }
    /// A number's value if it is whole, however it is written, and fits.
    package var integer: Int? { if case .number(let number) = self { number.whole } else { nil } }
    /// A number's nearest double.
    package var double: Double? { if case .number(let number) = self { number.double } else { nil } }

    package var isNull: Bool { if case .null = self { true } else { false } }
}

extension JSONValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByStringInterpolation, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
    package init(floatLiteral value: Double) { self = .number(JSONNumber(value)) }
    package init(stringLiteral value: String) { self = .string(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// Of equal names the last counts.
    package init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(JSONObject(elements)) }
}
