// A conversation as the prompt of its last answer.

internal import Arguments
internal import ChatTemplates
internal import Datasets
internal import Models
internal import Tokenizers
internal import Training

extension Conversations {
    /// The tokens before the last answer: everything up to a last message of the assistant, or the whole row
    /// when it ends with somebody else's. Throws, with file and line, when nothing is left to answer or the
    /// template refuses it.
    func prompt(of row: Row) throws -> [Int32] {
        try prompt(of: rows.parts(of: row, needsCompletion: false), row)
    }

    /// The same of what a row holds.
    func prompt(of parts: ConversationRow.Parts, _ row: Row) throws -> [Int32] {
        if case .texts(let prompt, _) = parts { return tokenizer.encode(prompt).ids }
        guard let before = parts.open?.before, !before.isEmpty else {
            throw TrainingError(
                "\(row.source): the only message is the assistant's, so there is nothing to answer; begin with a message "
                    + "of the user")
        }
        let template = try requiredTemplate(row)
        let settings = try TemplateSettings(row, arguments.chatTemplateArguments)
        do {
            return try template.prompt(
                before, with: tokenizer, tools: settings.tools, variables: settings.variables)
        } catch {
            throw TrainingError("\(row.source): \(error)")
        }
    }

    /// What a person answered last. Throws when the row ends with somebody else's message.
    func reference(of row: Row) throws -> String {
        if let reference = try rows.parts(of: row, needsCompletion: false).reference { return reference }
        throw TrainingError(
            "\(row.source): the conversation does not end with a message of the assistant, so there is no answer to compare "
                + "with")
    }

    /// The last messages before the answer, for people: at most three, a line each with its role.
    func lastTurns(of row: Row) throws -> String {
        let parts = try rows.parts(of: row, needsCompletion: false)
        if case .texts(let prompt, _) = parts { return prompt }
        return (parts.open?.before ?? []).suffix(3).map { message in
            "\(message["role"]?.string ?? ""): \(message.contentText ?? "")"
        }.joined(separator: "\n")
    }
}
