// What OpenAI's clients ask of `/v1/chat/completions` and `/v1/completions`.

internal import ChatTemplates
internal import Generation
internal import JSON
internal import Tokenizers

/// A request for one text.
struct CompletionRequest {
    /// What the model is given: messages, or a text as it is.
    enum Prompt {
        case messages([TemplateValue], variables: [TemplateValue.Member])
        case text(String)
    }

    let prompt: Prompt
    /// The text that is asked about: the prompt, or the last message.
    let inputText: String
    let options: GenerationOptions
    /// Texts that end the answer and are no part of it.
    let stops: [String]
    let streams: Bool
    /// Whether a stream ends with the numbers of tokens.
    let includesUsage: Bool

    private static let known: Set<String> = [
        "model", "max_tokens", "temperature", "top_p", "top_k", "seed", "stop", "stream", "stream_options",
        "repetition_penalty", "user",
    ]
    /// What may stand there with the value that changes nothing, which clients send.
    private static let neutral: [String: [JSONValue]] = [
        "n": [1], "best_of": [1], "presence_penalty": [0], "frequency_penalty": [0], "logprobs": [false],
        "echo": [false], "suffix": [""], "logit_bias": [[:]], "tools": [[]], "tool_choice": ["none", "auto"],
        "response_format": [["type": "text"]], "store": [false], "parallel_tool_calls": [true, false],
        "metadata": [[:]], "service_tier": ["auto", "default"],
    ]

    /// - Parameter isChat: whether it is for messages.
    init(_ body: [UInt8], isChat: Bool, _ model: ChatModel) throws(ServiceError) {
        let own: Set = isChat ? ["messages", "max_completion_tokens", "chat_template_kwargs"] : ["prompt"]
        let reader = try BodyReader(body, known: Self.known.union(own).union(Self.neutral.keys))
        for (name, values) in Self.neutral.sorted(by: { $0.key < $1.key }) {
            guard let value = reader.object[name], !value.isNull, !values.contains(value) else { continue }
            let expected = values.map(\.json).joined(separator: " or ")
            throw ServiceError(
                .badValue, "\(name): \(value.summary) is not supported; leave it out, or send \(expected)")
        }
        prompt = try isChat ? Self.messages(reader, model) : Self.text(reader)
        if case .text(let text) = prompt {
            inputText = text
        } else {
            inputText = Self.content(reader.object["messages"]?.array?.last?["content"]) ?? ""
        }
        streams = try reader.flag("stream")
        includesUsage = try Self.includesUsage(reader)
        stops = try Self.stops(reader)
        options = try Self.options(reader, model.options)
    }

    private static func options(
        _ reader: BodyReader, _ defaults: GenerationOptions
    ) throws(ServiceError) -> GenerationOptions {
        var options = defaults
        let newName = try reader.integer("max_completion_tokens", 1...1 << 20)
        let oldName = try reader.integer("max_tokens", 1...1 << 20)
        if let count = newName ?? oldName {
            (options.maximumNewTokens, options.maximumLength) = (count, nil)
        }
        if let temperature = try reader.number("temperature", 0...2) {
            options.isSampling = temperature > 0
            options.temperature = temperature > 0 ? temperature : 1
        }
        if let share = try reader.number("top_p", 0...1), share > 0 { options.topP = share }
        if let count = try reader.integer("top_k", 0...1 << 20) { options.topK = count }
        if let penalty = try reader.number("repetition_penalty", 0.01...100) {
            options.repetitionPenalty = penalty
        }
        if !options.isSampling { (options.topP, options.topK) = (1, 0) }
        // A request without a seed is another draw each time.
        options.seed =
            try reader.integer("seed", Int.min...Int.max).map { UInt64(bitPattern: Int64($0)) }
            ?? UInt64.random(in: 0...UInt64.max)
        return options
    }

    private static func includesUsage(_ reader: BodyReader) throws(ServiceError) -> Bool {
        guard let value = reader.object["stream_options"], !value.isNull else { return false }
        guard let members = value.object,
            members.names.allSatisfy({ ["include_usage", "include_obfuscation"].contains($0) }),
            members.values.allSatisfy({ $0.bool != nil || $0.isNull })
        else { throw reader.mismatch("stream_options", "{\"include_usage\": true or false}") }
        return members["include_usage"]?.bool ?? false
    }

    private static func stops(_ reader: BodyReader) throws(ServiceError) -> [String] {
        guard let value = reader.object["stop"], !value.isNull else { return [] }
        let texts = value.string.map { [$0] } ?? value.array?.compactMap(\.string) ?? []
        guard texts.count == value.array?.count ?? 1, texts.count <= 4, !texts.contains("") else {
            throw reader.mismatch("stop", "a text, or a list of up to 4 texts, none empty")
        }
        return texts
    }

    private static func text(_ reader: BodyReader) throws(ServiceError) -> Prompt {
        if let texts = reader.object["prompt"]?.array, texts.count == 1, let text = texts[0].string {
            return .text(text)
        }
        guard let text = try reader.text("prompt") else { throw reader.mismatch("prompt", "a text") }
        return .text(text)
    }

    // MARK: Messages

    private static func messages(_ reader: BodyReader, _ model: ChatModel) throws(ServiceError) -> Prompt {
        guard let list = reader.object["messages"]?.array else { throw reader.mismatch("messages", "a list") }
        guard !list.isEmpty else { throw ServiceError(.empty, "messages: there is none") }
        var messages: [TemplateValue] = []
        for (place, value) in list.enumerated() {
            guard let role = value["role"]?.string, let content = content(value["content"]) else {
                throw ServiceError(
                    .badValue,
                    "messages[\(place)]: expected an object with a text `role` and a `content`, a text or a list of "
                        + "parts {\"type\": \"text\", \"text\": …}")
            }
            messages.append(.message(role: role == "developer" ? "system" : role, content: content))
        }
        var variables = model.variables
        if let value = reader.object["chat_template_kwargs"], !value.isNull {
            guard let members = value.object else {
                throw reader.mismatch("chat_template_kwargs", "an object")
            }
            for (name, value) in members {
                variables.removeAll { $0.key == name }
                variables.append(TemplateValue.Member(name, try templateValue(value)))
            }
        }
        return .messages(messages, variables: variables)
    }

    /// A message's text, or that of all its parts; nil for what is neither.
    private static func content(_ value: JSONValue?) -> String? {
        if let text = value?.string { return text }
        guard let parts = value?.array else { return nil }
        let texts = parts.compactMap { $0["type"]?.string == "text" ? $0["text"]?.string : nil }
        return texts.count == parts.count ? texts.joined() : nil
    }

    private static func templateValue(_ value: JSONValue) throws(ServiceError) -> TemplateValue {
        do {
            return try TemplateValue(json: Array(value.json.utf8), path: "chat_template_kwargs")
        } catch { throw ServiceError(.badValue, "\(error)") }
    }

    // MARK: The model's input

    /// The tokens that the answer follows.
    func tokens(_ model: ChatModel, _ tokenizer: any Tokenizer) throws(ServiceError) -> [Int32] {
        switch prompt {
        case .text(let text):
            return tokenizer.encode(text, pair: nil, addingSpecialTokens: true, maximumLength: nil).ids
        case .messages(let messages, let variables):
            guard let template = model.template else {
                throw ServiceError(
                    .notFound, "this model has no chat template; continue a text by /v1/completions")
            }
            do {
                return try template.prompt(messages, with: tokenizer, variables: variables)
            } catch { throw ServiceError(.badValue, "messages: \(error)") }
        }
    }
}
