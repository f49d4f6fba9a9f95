// The answers of `/v1/chat/completions` and `/v1/completions`, whole and as a stream.

internal import JSON

/// How many tokens a request read and wrote.
struct TokenUsage {
    var prompt: Int
    var completion = 0

    var json: JSONValue {
        [
            "prompt_tokens": .integer(prompt), "completion_tokens": .integer(completion),
            "total_tokens": .integer(prompt + completion),
        ]
    }
}

/// Objects as OpenAI's clients read them.
struct CompletionWriter {
    let isChat: Bool
    let id: String
    let model: String
    /// Seconds since 1970.
    let created: Int
    /// Whether each piece of a stream says that the numbers of tokens come at its end.
    let includesUsage: Bool

    /// The whole answer.
    func answer(_ text: String, reason: String, usage: TokenUsage) -> JSONValue {
        let choice: JSONObject =
            isChat
            ? ["index": 0, "message": ["role": "assistant", "content": .string(text)]]
            : ["index": 0, "text": .string(text)]
        let rest: JSONObject = ["logprobs": .null, "finish_reason": .string(reason)]
        return object(
            isChat ? "chat.completion" : "text_completion", [.object(choice.merging(rest))],
            ["usage": usage.json])
    }

    /// The first piece of a stream, which says who speaks; nil for a text.
    var first: String? { isChat ? piece(["role": "assistant", "content": ""], "", reason: nil) : nil }

    /// A piece of text.
    func piece(_ text: String) -> String { piece(["content": .string(text)], text, reason: nil) }

    /// The piece that says why it ends.
    func last(reason: String) -> String { piece([:], "", reason: reason) }

    /// The numbers of tokens, for who asked for them.
    func usage(_ usage: TokenUsage) -> String { event(object(kind, [], ["usage": usage.json])) }

    /// What a stream ends with.
    static let end = "data: [DONE]\n\n"

    private var kind: String { isChat ? "chat.completion.chunk" : "text_completion" }

    private func piece(_ delta: JSONObject, _ text: String, reason: String?) -> String {
        let content: JSONObject = isChat ? ["delta": .object(delta)] : ["text": .string(text)]
        let choice = (["index": 0] as JSONObject).merging(content).merging([
            "logprobs": .null, "finish_reason": reason.map { JSONValue.string($0) } ?? .null,
        ])
        return event(object(kind, [.object(choice)], includesUsage ? ["usage": .null] : [:]))
    }

    func event(_ value: JSONValue) -> String { "data: \(value.text(.compact))\n\n" }

    private func object(_ kind: String, _ choices: [JSONValue], _ rest: JSONObject) -> JSONValue {
        let members: JSONObject = [
            "id": .string(id), "object": .string(kind), "created": .integer(created),
            "model": .string(model), "choices": .array(choices),
        ]
        return .object(members.merging(rest))
    }
}
