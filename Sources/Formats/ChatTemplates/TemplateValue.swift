// What a chat template is given: JSON-like values whose objects keep their order.

internal import JSON
package import Tokenizers

/// A value that a template can read.
package indirect enum TemplateValue: Sendable, Equatable {
    case none
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case list([TemplateValue])
    /// Keys in order, none twice.
    case mapping([Member])

    /// A key of a mapping with its value.
    package struct Member: Sendable, Equatable {
        package var key: String
        package var value: TemplateValue

        package init(_ key: String, _ value: TemplateValue) {
            self.key = key
            self.value = value
        }
    }

    /// The value of `key` if this is a mapping that has it.
    package subscript(key: String) -> TemplateValue? {
        guard case .mapping(let members) = self else { return nil }
        return members.last { $0.key == key }?.value
    }

    /// The string, if this is one.
    package var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// Reads a JSON document, such as a list of tools; `path` names it in messages.
    ///
    /// - Throws: `TokenizerError.malformedJSON` with line and column.
    package init(json: [UInt8], path: String) throws(TokenizerError) {
        self.init(try JSONValue(parsing: json, path: path))
    }

    /// One message of a conversation.
    package static func message(role: String, content: String) -> TemplateValue {
        .mapping([Member("role", .string(role)), Member("content", .string(content))])
    }

    init(_ json: JSONValue) {
        switch json {
        case .null: self = .none
        case .bool(let flag): self = .boolean(flag)
        case .number(let number): self = number.integer.map { .integer($0) } ?? .number(number.double)
        case .string(let text): self = .string(text)
        case .array(let elements): self = .list(elements.map { TemplateValue($0) })
        case .object(let fields): self = .mapping(fields.map { Member($0, TemplateValue($1)) })
        }
    }
}

extension TemplateValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
    package init(arrayLiteral elements: TemplateValue...) { self = .list(elements) }
    package init(dictionaryLiteral elements: (String, TemplateValue)...) {
        self = .mapping(elements.map { Member($0, $1) })
    }
}
