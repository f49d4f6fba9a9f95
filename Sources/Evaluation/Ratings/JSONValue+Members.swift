// Short forms for JSON values.

package import JSON

extension JSONValue {
    /// An object of these members.
    package static func members(_ members: [(String, JSONValue)]) -> JSONValue {
        .object(JSONObject(members))
    }

    /// The value of a number that is written as an integer.
    package var wholeNumber: Int? { if case .number(let number) = self { number.integer } else { nil } }
}
