// Messages as data sets write them: roles and contents by several names, checked, in the form of templates.

internal import ChatTemplates
internal import Datasets
internal import JSON
internal import Training

/// Reads a list of messages in the form of OpenAI (`role`, `content`) or of ShareGPT (`from`, `value`).
struct MessageReader {
    let column: String
    let source: RowSource
    /// Whether contents may stay lists of parts, because the template reads them.
    let keepsParts: Bool

    /// What other programs call the roles of templates.
    private static let roles = [
        "human": "user", "user": "user", "gpt": "assistant", "chatgpt": "assistant", "bot": "assistant",
        "model": "assistant", "assistant": "assistant", "system": "system", "developer": "developer",
        "tool": "tool", "observation": "tool",
    ]
    private static let form =
        "expected a list of messages such as {\"role\": \"user\", \"content\": \"…\"}"

    private func fail(_ reason: String, _ advice: String = Self.form) -> TrainingError {
        TrainingError("\(source): column \"\(column)\": \(reason); \(advice)")
    }

    /// The messages, with whatever else they hold for the template. `value` is a list or a text of JSON that
    /// is one, as tables hold it.
    func messages(_ value: JSONValue) throws(TrainingError) -> [TemplateValue] {
        guard let values = value.list else { throw fail("it is no list") }
        guard !values.isEmpty else { throw fail("it is an empty list") }
        var messages: [TemplateValue] = []
        for (index, value) in values.enumerated() {
            messages.append(try message(value, "message \(index + 1)"))
        }
        return messages
    }

    private func message(_ value: JSONValue, _ name: String) throws(TrainingError) -> TemplateValue {
        guard case .object(let fields) = value else { throw fail("\(name) is no object") }
        guard let given = (fields["role"] ?? fields["from"])?.string else {
            throw fail("\(name) has no \"role\" that is a string")
        }
        let role = try role(given, name)
        try checkWeight(fields, role, name)
        var members: [TemplateValue.Member] = []
        for (key, value) in zip(fields.names, fields.values) {
            switch key {
            case "role": members.append(TemplateValue.Member("role", .string(role)))
            case "from" where fields["role"] == nil:
                members.append(TemplateValue.Member("role", .string(role)))
            case "content", "value":
                guard key == "content" || fields["content"] == nil else { continue }
                members.append(TemplateValue.Member("content", try content(value, name, fields)))
            default: members.append(TemplateValue.Member(key, value.templateValue))
            }
        }
        guard fields["content"] != nil || fields["value"] != nil || Self.callsTools(fields) else {
            throw fail("\(name) has no \"content\" that is a string")
        }
        return .mapping(members)
    }

    private func role(_ given: String, _ name: String) throws(TrainingError) -> String {
        guard !["function_call", "function"].contains(given) else {
            throw fail(
                "\(name) has the role \"\(given)\"",
                "write a call as tool_calls of a message of the assistant, and a result with the role \"tool\""
            )
        }
        // Other roles are the template's own matter.
        return Self.roles[given.lowercased()] ?? given
    }

    private static func callsTools(_ fields: JSONObject) -> Bool {
        fields["tool_calls"]?.array.map { !$0.isEmpty } ?? false
    }

    /// A text, or the texts of a list of parts with a line break between them.
    private func content(
        _ value: JSONValue, _ name: String, _ fields: JSONObject
    ) throws(TrainingError) -> TemplateValue {
        switch value {
        case .string(let text): return .string(text)
        case .null where Self.callsTools(fields): return .none
        case .array(let parts):
            var texts: [String] = []
            for (index, part) in parts.enumerated() {
                if let text = part.string ?? part["text"]?.string, (part["type"]?.string ?? "text") == "text"
                {
                    texts.append(text)
                    continue
                }
                let kind = part["type"]?.string.map { "of the type \"\($0)\"" } ?? "without a text"
                throw fail(
                    "part \(index + 1) of \(name) is one \(kind)",
                    "only texts can be learnt; take the others out of the row")
            }
            return keepsParts && parts.allSatisfy { $0.object != nil }
                ? value.templateValue : .string(texts.joined(separator: "\n"))
        default: throw fail("\(name) has no \"content\" that is a string")
        }
    }

    /// Checks OpenAI's `weight` and axolotl's `train` of a message.
    private func checkWeight(
        _ fields: JSONObject, _ role: String, _ name: String
    ) throws(TrainingError) {
        var wishes: [Bool] = []
        if let weight = fields["weight"], weight != .null {
            guard let number = weight.double, number == 0 || number == 1 else {
                throw fail(
                    "the weight of \(name) is \(weight.json)", "it may be 0 (not learnt) or 1 (learnt)")
            }
            wishes.append(number == 1)
        }
        for key in ["train", "training"] {
            guard let value = fields[key], value != .null else { continue }
            guard let flag = value.bool else {
                throw fail("\(key) of \(name) is \(value.json)", "it may be true or false")
            }
            wishes.append(flag)
        }
        guard Set(wishes).count < 2 else {
            throw fail("weight and train of \(name) contradict each other", "keep one of them")
        }
        guard wishes != [true] || role == "assistant" || fields["weight"] != nil else {
            throw fail(
                "\(name), of the role \"\(role)\", is to be learnt",
                "only messages of the assistant are; leave train out of the others")
        }
        guard fields["train_detail"] == nil, fields["training_detail"] == nil else {
            throw fail(
                "\(name) has details of what to learn", "only whole messages can be left out, by train")
        }
    }
}

extension TemplateValue {
    /// Whether a message is learnt, as far as its own `weight` or `train` says.
    var isWanted: Bool {
        if case .integer(0)? = self["weight"] { return false }
        if case .number(0)? = self["weight"] { return false }
        return self["train"] != .boolean(false) && self["training"] != .boolean(false)
    }

    /// The text of a message's content, that of a list of parts too.
    var contentText: String? {
        switch self["content"] {
        case .string(let text)?: text
        case .list(let parts)?: parts.compactMap { $0.string ?? $0["text"]?.string }.joined(separator: "\n")
        default: nil
        }
    }
}

extension JSONValue {
    /// The value as a template reads it.
    var templateValue: TemplateValue {
        switch self {
        case .null: .none
        case .bool(let flag): .boolean(flag)
        case .number(let number): number.integer.map { .integer($0) } ?? .number(number.double)
        case .string(let text): .string(text)
        case .array(let values): .list(values.map(\.templateValue))
        case .object(let fields):
            .mapping(
                zip(fields.names, fields.values).map { TemplateValue.Member($0, $1.templateValue) })
        }
    }

    /// A list, or the list that a text of JSON is.
    var list: [JSONValue]? { parsed.array }

    /// The value that a text of JSON is, if it is an object or a list; else the value itself.
    var parsed: JSONValue {
        guard case .string(let text) = self, let first = text.first(where: { !$0.isWhitespace }),
            first == "[" || first == "{", let value = try? JSONValue(parsing: Array(text.utf8))
        else { return self }
        return value
    }
}
