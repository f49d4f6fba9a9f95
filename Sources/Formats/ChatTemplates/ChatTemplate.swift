// Chat templates: how a model family writes a conversation as one text. The language is the part of Jinja 3.1
// that real templates use, set up as transformers sets it up.

package import Foundation
internal import JSON
internal import Tokenizers

/// A conversation as one text.
package struct RenderedChat: Sendable, Equatable {
    package var text: String
    /// Stretches of `text`, in Unicode scalars, that the template marks as the assistant's by
    /// `{% generation %}`; empty if it marks nothing.
    package var assistantRanges: [Range<Int>]

    package init(text: String, assistantRanges: [Range<Int>]) {
        self.text = text
        self.assistantRanges = assistantRanges
    }
}

/// A parsed chat template. Values are immutable and may be shared between threads.
package struct ChatTemplate: Sendable {
    /// The template itself.
    package let source: String
    /// Variables that every rendering has, such as `bos_token` and `eos_token`.
    package var variables: [TemplateValue.Member]
    /// What the template is called in messages.
    let path: String
    private let statements: [TemplateStatement]
    /// Bytes of a template. Those of large models have 20,000.
    private static let longestSource = 1 << 20

    /// Parses a template.
    ///
    /// - Parameters:
    ///   - source: the text of the template.
    ///   - path: what it is called in messages.
    ///   - variables: variables that every rendering has, such as `bos_token`.
    /// - Throws: `ChatTemplateError` with line and column if it is malformed or uses what is not implemented.
    package init(
        _ source: String, path: String = "chat_template", variables: [TemplateValue.Member] = []
    ) throws(ChatTemplateError) {
        self.source = source
        self.path = path
        self.variables = variables
        guard source.utf8.count <= Self.longestSource else {
            throw .malformed(
                path: path, line: 1, column: 1,
                reason: "it has \(source.utf8.count) bytes, more than \(Self.longestSource)")
        }
        statements = try TemplateParser.parse(source, path: path)
    }

    /// Whether the template marks the assistant's text by `{% generation %}`.
    package var marksAssistant: Bool { Self.marks(statements) }

    private static func marks(_ statements: [TemplateStatement]) -> Bool {
        statements.contains { statement in
            switch statement {
            case .generation: true
            case .branches(let branches, let otherwise):
                branches.contains { marks($0.body) } || marks(otherwise)
            case .loop(let loop, _): marks(loop.body) || marks(loop.otherwise)
            case .setBlock(_, _, let body, _), .filterBlock(_, let body, _), .with(_, let body, _):
                marks(body)
            case .macro(let macro), .call(let macro, _, _, _): marks(macro.body)
            default: false
            }
        }
    }

    /// The text of a conversation, that of transformers' `apply_chat_template(tokenize=False)`.
    ///
    /// - Parameters:
    ///   - messages: mappings with `role` and `content`, and what else the template reads, such as
    ///     `tool_calls`. Keys whose value is none are left out.
    ///   - addGenerationPrompt: whether the text ends with what the assistant's next message begins with.
    ///   - tools: JSON schemas of functions, or nil.
    ///   - variables: further variables; they win over those of the template.
    ///   - now: the date for `strftime_now`.
    /// - Throws: `ChatTemplateError` if there is no message, the template refuses the conversation or fails
    ///   on it.
    package func render(
        messages: [TemplateValue], addGenerationPrompt: Bool = false, tools: [TemplateValue]? = nil,
        variables: [TemplateValue.Member] = [], now: Date = Date()
    ) throws(ChatTemplateError) -> RenderedChat {
        guard !messages.isEmpty else { throw .emptyConversation }
        var all: [(name: String, value: RuntimeValue)] = [
            ("messages", .list(messages.map { RuntimeValue(Self.prepared($0)) })),
            ("tools", tools.map { .list($0.map { RuntimeValue($0) }) } ?? .none), ("documents", .none),
            ("add_generation_prompt", .boolean(addGenerationPrompt)),
        ]
        for member in self.variables + variables { all.append((member.key, RuntimeValue(member.value))) }
        var renderer = TemplateRenderer(path: path, variables: all, now: now)
        let text = try renderer.render(statements)
        return RenderedChat(text: text, assistantRanges: renderer.generated)
    }

    /// The message without empty keys, and its reasoning under each of the names that templates know.
    private static func prepared(_ message: TemplateValue) -> TemplateValue {
        guard case .mapping(let members) = message else { return message }
        var kept = members.filter { $0.value != .none }
        let names = ["reasoning_content", "thinking", "reasoning"]
        let reasoning = names.lazy.compactMap { name in kept.first { $0.key == name }?.value }.first
        guard let reasoning else { return .mapping(kept) }
        if !kept.contains(where: { $0.key == "thinking" }) {
            kept.insert(TemplateValue.Member("thinking", reasoning), at: 0)
        }
        if let index = kept.firstIndex(where: { $0.key == "reasoning_content" }) {
            kept[index].value = reasoning
        } else {
            kept.append(TemplateValue.Member("reasoning_content", reasoning))
        }
        return .mapping(kept)
    }
}

extension ChatTemplate {
    /// Reads the template of a model directory: `chat_template.jinja`, or `chat_template` of
    /// tokenizer_config.json (a string, or a list of named ones of which `default` is taken). The special
    /// tokens of the directory become variables.
    ///
    /// - Throws: `ChatTemplateError.missingTemplate` if there is none, `ChatTemplateError` if it cannot be
    ///   parsed, `TokenizerError` if a file is malformed.
    package static func load(directory: String) throws -> ChatTemplate {
        let folder = directory.hasSuffix("/") ? String(directory.dropLast()) : directory
        let variables = try TokenizerLoader.namedTokens(directory: folder).map {
            TemplateValue.Member($0.key, .string($0.token))
        }
        if let bytes = try TokenizerLoader.contents("\(folder)/chat_template.jinja") {
            return try ChatTemplate(
                String(decoding: bytes, as: UTF8.self), path: "\(folder)/chat_template.jinja",
                variables: variables)
        }
        let path = "\(folder)/tokenizer_config.json"
        guard let node = try TokenizerReader.read(path)?["chat_template"].ifPresent else {
            throw ChatTemplateError.missingTemplate(directory: folder)
        }
        guard case .array? = node.value else {
            return try ChatTemplate(node.string(), path: path, variables: variables)
        }
        for element in try node.array() where try element.member("name").string() == "default" {
            return try ChatTemplate(element.member("template").string(), path: path, variables: variables)
        }
        throw ChatTemplateError.missingTemplate(directory: folder)
    }

    /// As `load`; nil if the directory has no template.
    package static func loadIfPresent(directory: String) throws -> ChatTemplate? {
        do {
            return try load(directory: directory)
        } catch ChatTemplateError.missingTemplate {
            return nil
        }
    }
}
