// Messages as data sets write them, in the forms of OpenAI and of ShareGPT.

internal import Datasets
internal import JSON

/// Reads a list of messages.
struct MessageList {
    let column: String
    let source: RowSource

    private static let roles: [String: String] = [
        "system": "system", "developer": "system", "user": "user", "human": "user", "prompter": "user",
        "customer": "user", "assistant": "assistant", "gpt": "assistant", "chatgpt": "assistant",
        "bot": "assistant", "model": "assistant", "agent": "assistant", "bing": "assistant",
        "bard": "assistant",
        "function_call": "assistant", "tool": "tool", "function": "tool", "observation": "tool",
        "function_response": "tool",
    ]

    /// - Parameter value: a list, or the text of one as CSV files have it.
    func turns(_ value: JSONValue) throws(PreparationError) -> [Turn] {
        guard let list = parsed(value).array, !list.isEmpty else {
            throw .malformed(
                source, problem: "column \"\(column)\" has no list of messages",
                advice: "each message is an object with role and content, or from and value")
        }
        var turns: [Turn] = []
        for (index, message) in list.enumerated() {
            turns.append(try turn(message, "message \(index + 1)"))
        }
        return turns
    }

    /// What a role is called in the rows that are written.
    func role(_ name: String, _ place: String) throws(PreparationError) -> String {
        if let role = Self.roles[name.lowercased()] { return role }
        throw .malformed(
            source, problem: "\(place) has the unknown role \"\(name)\"",
            advice: "roles are system, user, assistant and tool, or human and gpt")
    }

    private func turn(_ message: JSONValue, _ place: String) throws(PreparationError) -> Turn {
        guard let members = message.object, let name = (members["role"] ?? members["from"])?.string else {
            throw .malformed(
                source, problem: "\(place) of column \"\(column)\" has no role",
                advice: "a message is an object with role and content, or from and value")
        }
        let role = try role(name, place)
        var others = JSONObject()
        for (key, value) in members where !["role", "from", "content", "value"].contains(key) {
            if !value.isNull { others.set(key, to: value) }
        }
        let content = members["content"] ?? members["value"]
        switch content {
        case .string(let text)?: return Turn(role, text, others)
        case nil, .null?:
            guard others["tool_calls"] != nil else { break }
            return Turn(role, "", others)
        case .array(let parts)?:
            let texts = parts.compactMap { $0.string ?? $0["text"]?.string }
            guard texts.count == parts.count else { break }
            return Turn(role, texts.joined(separator: "\n"), others)
        default: break
        }
        throw .malformed(
            source, problem: "\(place) of column \"\(column)\" has no content that is a text",
            advice: "write its text under content, or value")
    }

    /// The value that a text of JSON is; else the value itself.
    private func parsed(_ value: JSONValue) -> JSONValue {
        guard case .string(let text) = value, text.utf8.first(where: { $0 > 0x20 }) == 0x5B else {
            return value
        }
        do throws(JSONSyntaxError) {
            return try JSONValue(parsing: Array(text.utf8))
        } catch { return value }
    }
}
