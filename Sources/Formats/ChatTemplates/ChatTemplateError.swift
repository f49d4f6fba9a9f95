// Everything that can be wrong with a chat template or a conversation, each in one sentence.

/// Why a conversation could not be rendered.
package enum ChatTemplateError: Error, CustomStringConvertible, Sendable, Equatable {
    /// The template breaks the rules of the language.
    case malformed(path: String, line: Int, column: Int, reason: String)
    /// The template uses a part of the language that is not implemented.
    case unsupported(path: String, line: Int, column: Int, construct: String)
    /// A value cannot be used as the template does.
    case evaluation(path: String, line: Int, column: Int, reason: String)
    /// The template itself refuses the conversation, by `raise_exception`.
    case refused(path: String, message: String)
    /// There is no message.
    case emptyConversation
    /// A message has no role.
    case missingRole(message: Int)
    /// The place of an assistant's message cannot be found in the rendered text.
    case turnNotFound(path: String, message: Int)
    /// There is no template.
    case missingTemplate(directory: String)

    package var description: String {
        switch self {
        case .malformed(let path, let line, let column, let reason):
            "'\(path)' is no valid chat template at line \(line), column \(column): \(reason). Correct the template."
        case .unsupported(let path, let line, let column, let construct):
            "'\(path)': \(construct) at line \(line), column \(column) of the chat template is not supported. "
                + "Rewrite the template without it."
        case .evaluation(let path, let line, let column, let reason):
            "'\(path)': the chat template fails at line \(line), column \(column): \(reason). "
                + "Check the messages or the template."
        case .refused(let path, let message):
            "'\(path)': the chat template refuses the conversation: \(message)"
        case .emptyConversation: "The conversation has no message. Give it at least one."
        case .missingRole(let message):
            "Message \(message) of the conversation has no \"role\". Give it one, such as user or assistant."
        case .turnNotFound(let path, let message):
            "'\(path)': message \(message) of the conversation, the assistant's, cannot be found in the rendered text. "
                + "Mark it in the chat template by {% generation %} and {% endgeneration %}."
        case .missingTemplate(let directory):
            "'\(directory)' has no chat template. Put one into chat_template.jinja or as chat_template into "
                + "tokenizer_config.json."
        }
    }
}
