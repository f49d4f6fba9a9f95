// Rows that are conversations as examples of a language model: loss on every answer of the assistant, nowhere
// else.

package import Arguments
package import ChatTemplates
package import Datasets
internal import JSON
internal import Models
package import Tokenizers
internal import Training

/// Reads conversations (`messages`) and prompts with their answers (`prompt`, `completion`).
///
/// The tokenizer's chat template renders a conversation; what is learnt is each turn of the assistant with
/// the token that ends it. Without a template a prompt and its answer simply follow each other, and the
/// answer with the end-of-sequence token is learnt. Sequences over `max_seq_length` are cut at their end.
package struct Conversations {
    let tokenizer: any Tokenizer
    let template: ChatTemplate?
    private let messagesColumn: String
    private let promptColumn: String
    private let completionColumn: String
    private let maximumLength: Int

    /// `template` is the tokenizer's chat template; nil if it has none.
    package init(tokenizer: any Tokenizer, template: ChatTemplate?, arguments: DataArguments) {
        self.tokenizer = tokenizer
        self.template = template
        messagesColumn = arguments.messagesColumn
        promptColumn = arguments.promptColumn
        completionColumn = arguments.completionColumn
        maximumLength = arguments.maxSeqLength
    }

    /// The examples of all files. Throws, with file and line, when a row is no conversation, starts with the
    /// assistant, or has no token to learn from.
    package func examples(_ reader: RowReader) throws -> TokenizedDataset {
        var store = TokenizedDataset()
        let rows = reader.makeIterator()
        while let row = try rows.next() { store.append(try example(row)) }
        return store
    }

    /// The tokens of a row, and which of them are learnt.
    package func example(_ row: Row) throws -> Example {
        let (tokens, spans) = try encoded(row)
        let kept = Array(tokens.prefix(maximumLength))
        let learnt = spans.map { $0.clamped(to: 0..<kept.count) }.filter {
            $0.upperBound > max(1, $0.lowerBound)
        }
        guard !learnt.isEmpty else { throw TrainingError.nothingToPredict("\(row.source)") }
        return Example(tokens: kept, target: .spans(learnt), source: row.source)
    }

    private func encoded(_ row: Row) throws -> (tokens: [Int32], spans: [Range<Int>]) {
        let parts = try parts(of: row)
        switch parts {
        case .texts(let prompt, let completion): return plain(prompt, completion ?? "")
        case .messages(let prompt, let completion):
            let (tokens, spans) = try rendered(prompt + completion, row)
            // The answers of a prompt with a completion of its own are not learnt.
            let given = completion.isEmpty ? 0 : prompt.count { $0["role"]?.string == "assistant" }
            return (tokens, Array(spans.dropFirst(given)))
        }
    }

    /// A row as it is given.
    enum Parts {
        /// A prompt and what follows it, where there is no template.
        case texts(prompt: String, completion: String?)
        /// Messages, and those of a completion that the row has besides.
        case messages(prompt: [TemplateValue], completion: [TemplateValue])
    }

    /// What a row holds. `needsCompletion` is whether a prompt must have its completion.
    func parts(of row: Row, needsCompletion: Bool = true) throws -> Parts {
        guard row[messagesColumn] == nil, row[promptColumn] != nil else {
            let value = try row.value(in: messagesColumn, key: "messages_column")
            return .messages(prompt: try messages(value, messagesColumn, row), completion: [])
        }
        let prompt = try row.value(in: promptColumn, key: "prompt_column")
        let isThere = needsCompletion || (row[completionColumn] ?? .null) != .null
        let completion = isThere ? try row.value(in: completionColumn, key: "completion_column") : nil
        if case .string(let question) = prompt, completion == nil || completion?.string != nil {
            let answer = completion?.string
            guard template != nil else { return .texts(prompt: question, completion: answer) }
            return .messages(
                prompt: [.message(role: "user", content: question)],
                completion: answer.map { [.message(role: "assistant", content: $0)] } ?? [])
        }
        return .messages(
            prompt: try messages(prompt, promptColumn, row),
            completion: try completion.map { try messages($0, completionColumn, row) } ?? [])
    }

    private func plain(_ prompt: String, _ answer: String) -> (tokens: [Int32], spans: [Range<Int>]) {
        let first = tokenizer.encode(prompt).ids
        var tokens =
            first + tokenizer.encode(answer, pair: nil, addingSpecialTokens: false, maximumLength: nil).ids
        if let end = tokenizer.endOfSequenceID, tokens.last != end { tokens.append(end) }
        return (tokens, [first.count..<tokens.count])
    }

    /// The messages of a list, with whatever else they hold for the template.
    private func messages(
        _ value: JSONValue, _ column: String, _ row: Row
    ) throws(TrainingError) -> [TemplateValue] {
        func fail(_ reason: String) -> TrainingError {
            TrainingError(
                "\(row.source): column \"\(column)\": \(reason); expected a list of messages such as "
                    + "{\"role\": \"user\", \"content\": \"…\"}")
        }
        guard case .array(let values) = value else { throw fail("it is no list") }
        guard !values.isEmpty else { throw fail("it is an empty list") }
        var messages: [TemplateValue] = []
        for (index, value) in values.enumerated() {
            let message = value.templateValue
            guard case .mapping = message else { throw fail("message \(index + 1) is no object") }
            guard message["role"]?.string != nil else {
                throw fail("message \(index + 1) has no \"role\" that is a string")
            }
            guard message["content"]?.string != nil || message["tool_calls"] != nil else {
                throw fail("message \(index + 1) has no \"content\" that is a string")
            }
            messages.append(message)
        }
        return messages
    }

    /// The template, which a row of messages needs.
    func requiredTemplate(_ row: Row) throws(TrainingError) -> ChatTemplate {
        if let template { return template }
        throw TrainingError(
            "\(row.source): the model's tokenizer has no chat template, so a conversation cannot be rendered: add "
                + "chat_template to tokenizer_config.json, or give rows with prompt and completion")
    }

    /// The tokens of a conversation, and the stretches of them that the assistant is to write.
    private func rendered(
        _ conversation: [TemplateValue], _ row: Row
    ) throws(TrainingError) -> (tokens: [Int32], spans: [Range<Int>]) {
        let template = try requiredTemplate(row)
        let chat: TokenizedChat
        do {
            chat = try template.tokenize(messages: conversation, with: tokenizer)
        } catch {
            throw TrainingError("\(row.source): \(error)")
        }
        var spans: [Range<Int>] = []
        for (place, isWanted) in chat.isAssistant.enumerated() where isWanted {
            if let last = spans.last, last.upperBound == place {
                spans[spans.count - 1] = last.lowerBound..<place + 1
            } else {
                spans.append(place..<place + 1)
            }
        }
        return (chat.ids, spans)
    }
}

extension JSONValue {
    /// The value as a template reads it.
    fileprivate var templateValue: TemplateValue {
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
}
