// Values in messages.

internal import JSON

extension JSONValue {
    /// What the value is, for a message: `a list`, `the number 3`.
    var phrase: String {
        switch self {
        case .string(let text): "the string \"\(excerpt(text))\""
        case .number(let number): "the number \(excerpt(number.text))"
        case .bool(let flag): flag ? "true" : "false"
        case .array: "a list"
        case .object: "an object"
        case .null: "null"
        }
    }
}
