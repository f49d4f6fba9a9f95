// Short forms for JSON values.

internal import Datasets
public import JSON

extension Value {
    /// An object of these members.
    public static func members(_ members: [(String, Value)]) -> Value {
        var fields = Fields()
        for (name, value) in members { fields.set(name, to: value) }
        return .object(fields)
    }

    /// The member of an object; nil when this is no object or has no such member.
    public subscript(name: String) -> Value? {
        if case .object(let fields) = self { fields[name] } else { nil }
    }

    /// The text of a string.
    public var text: String? { if case .string(let text) = self { text } else { nil } }

    /// The value of a number that is written as an integer.
    public var wholeNumber: Int? { if case .number(let number) = self { number.integer } else { nil } }

    /// The elements of a list.
    public var elements: [Value]? { if case .list(let elements) = self { elements } else { nil } }
}
