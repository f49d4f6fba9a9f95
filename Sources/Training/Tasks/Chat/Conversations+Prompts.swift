// A conversation as the prompt of its last answer.

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
        switch try parts(of: row, needsCompletion: false) {
        case .texts(let prompt, _): return tokenizer.encode(prompt).ids
        case .messages(let prompt, let completion):
            let before = Self.open(prompt, completion).before
            guard !before.isEmpty else {
                throw TrainingError(
                    "\(row.source): the only message is the assistant's, so there is nothing to answer; begin with a message "
                        + "of the user")
            }
            do {
                return try requiredTemplate(row).prompt(before, with: tokenizer)
            } catch let error as TrainingError {
                throw error
            } catch {
                throw TrainingError("\(row.source): \(error)")
            }
        }
    }

    /// What a person answered last. Throws when the row ends with somebody else's message.
    func reference(of row: Row) throws -> String {
        switch try parts(of: row, needsCompletion: false) {
        case .texts(_, let completion?): return completion
        case .messages(let prompt, let completion):
            if let content = Self.open(prompt, completion).answer?["content"]?.string { return content }
        case .texts(_, nil): break
        }
        throw TrainingError(
            "\(row.source): the conversation does not end with a message of the assistant, so there is no answer to compare "
                + "with")
    }

    /// The last messages before the answer, for people: at most three, a line each with its role.
    func lastTurns(of row: Row) throws -> String {
        switch try parts(of: row, needsCompletion: false) {
        case .texts(let prompt, _): return prompt
        case .messages(let prompt, let completion):
            return Self.open(prompt, completion).before.suffix(3).map { message in
                "\(message["role"]?.string ?? ""): \(message["content"]?.string ?? "")"
            }.joined(separator: "\n")
        }
    }

    /// The messages before the last answer, and that answer if the row has it.
    private static func open(
        _ prompt: [TemplateValue], _ completion: [TemplateValue]
    ) -> (before: [TemplateValue], answer: TemplateValue?) {
        var messages = prompt + completion
        guard let last = messages.last, last["role"]?.string == "assistant" else { return (messages, nil) }
        messages.removeLast()
        return (messages, last)
    }
}
