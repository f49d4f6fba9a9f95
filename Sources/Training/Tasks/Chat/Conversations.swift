// Rows that are conversations as examples of a language model: loss on every answer of the assistant, nowhere
// else.

package import Arguments
package import ChatTemplates
package import Datasets
internal import JSON
internal import Models
package import Tokenizers
internal import Training

/// Reads conversations and prompts with their answers, in the forms that `ConversationRow` knows.
///
/// The tokenizer's chat template renders a conversation with the row's tools and variables; what is learnt is
/// each turn of the assistant with the token that ends it, but for turns of weight 0. Without a template a
/// prompt and its answer are one text, and the answer with the end-of-sequence token is learnt.
package struct Conversations {
    let tokenizer: any Tokenizer
    let template: ChatTemplate?
    let rows: ConversationRow
    let arguments: DataArguments
    private let maximumLength: Int
    /// The folder of the tokenizer and its template.
    private let directory: String

    /// The most tokens of a conversation that a recipe does not limit, as far as the model has positions.
    package static let usualLength = 2_048

    /// - Parameters:
    ///   - template: the tokenizer's chat template; nil if it has none.
    ///   - modelLength: the most tokens that a row may have where the recipe does not say.
    package init(
        tokenizer: any Tokenizer, template: ChatTemplate?, arguments: DataArguments,
        modelLength: Int = Conversations.usualLength, directory: String = ""
    ) {
        self.directory = directory
        self.tokenizer = tokenizer
        self.template = template
        self.arguments = arguments
        rows = ConversationRow(arguments, template: template)
        maximumLength = arguments.maxSeqLength ?? min(modelLength, Self.usualLength)
    }

    /// A counter of rows that are over the limit of length.
    package var longRows: LongRows { LongRows(arguments.onLongRow, limit: maximumLength) }

    /// The examples of all files; `report` gets what became of rows that are too long. Throws, with file and
    /// line, when a row is no conversation or has no token to learn from.
    package func examples(
        _ reader: RowReader, from source: ExampleSource = ExampleSource(),
        report: (LongRows) -> Void = { _ in }
    ) throws -> TokenizedDataset {
        let columns = [arguments.messagesColumn, arguments.promptColumn, arguments.completionColumn]
        let settings: JSONObject = [
            "columns": .array(columns.map { .string($0) }), "max_seq_length": .integer(maximumLength),
            "on_long_row": .string(arguments.onLongRow.rawValue),
            "chat_template_kwargs": .array(
                arguments.chatTemplateArguments.map { .array([.string($0.name), .string($0.value)]) }),
        ]
        let store = try source.dataset(
            reader,
            EncodingSettings(
                settings, tokenizers: [directory], vocabularySize: tokenizer.vocabularySize),
            Encoder(conversations: self, longRows: longRows))
        let longRows = LongRows(arguments.onLongRow, limit: maximumLength, store.tallies)
        try longRows.requireRows(reader.files)
        report(longRows)
        return store
    }

    private struct Encoder: RowEncoder {
        let conversations: Conversations
        var longRows: LongRows
        var tallies: RowTallies { longRows.tallies }

        mutating func encode(_ row: Row, _ add: (Example) throws -> Void) throws {
            if let example = try conversations.example(row, &longRows) { try add(example) }
        }
    }

    /// The tokens of a row, and which of them are learnt. Throws also where nothing is left of a long row.
    package func example(_ row: Row) throws -> Example {
        var longRows = longRows
        guard let example = try example(row, &longRows) else {
            throw TrainingError.nothingToPredict("\(row.source)")
        }
        return example
    }

    /// The tokens of a row, and which of them are learnt; nil when `on_long_row` leaves it out.
    func example(_ row: Row, _ longRows: inout LongRows) throws -> Example? {
        let (tokens, spans) = try encoded(rows.parts(of: row), row)
        return try longRows.fit(tokens, row.source) { count in
            let learnt = spans.map { $0.clamped(to: 0..<count) }.filter {
                $0.upperBound > max(1, $0.lowerBound)
            }
            return learnt.isEmpty ? nil : .spans(learnt)
        }
    }

    /// The tokens of what a row holds, and the stretches of them that are learnt.
    func encoded(
        _ parts: ConversationRow.Parts, _ row: Row
    ) throws -> (tokens: [Int32], spans: [Range<Int>]) {
        switch parts {
        case .texts(let prompt, let completion): return plain(prompt, completion ?? "")
        case .messages(let prompt, let completion):
            // The answers of a prompt with a completion of its own are not learnt.
            return try rendered(prompt + completion, row, from: completion.isEmpty ? 0 : prompt.count)
        }
    }

    /// The tokens of prompt and answer as one text; what the prompt alone begins with is not learnt. Tokens
    /// over the border belong to the answer.
    private func plain(_ prompt: String, _ answer: String) -> (tokens: [Int32], spans: [Range<Int>]) {
        let first = tokenizer.encode(prompt).ids
        var tokens = tokenizer.encode(prompt + answer).ids
        let shared = zip(first, tokens).prefix { $0 == $1 }.count
        if let end = tokenizer.endOfSequenceID, tokens.last != end { tokens.append(end) }
        return (tokens, [shared..<tokens.count])
    }

    /// The template, which a row of messages needs.
    func requiredTemplate(_ row: Row) throws(TrainingError) -> ChatTemplate {
        if let template { return template }
        throw TrainingError(
            "\(row.source): the model's tokenizer has no chat template, so a conversation cannot be rendered: add "
                + "chat_template to tokenizer_config.json, or give rows with prompt and completion")
    }

    /// The tokens of a conversation, and the stretches of them that the assistant is to write: its messages
    /// from the one numbered `first`, from 0, unless they have weight 0.
    private func rendered(
        _ conversation: [TemplateValue], _ row: Row, from first: Int
    ) throws(TrainingError) -> (tokens: [Int32], spans: [Range<Int>]) {
        let template = try requiredTemplate(row)
        let answers = conversation.indices.filter {
            $0 >= first && conversation[$0]["role"]?.string == "assistant"
        }
        guard !answers.isEmpty else {
            throw TrainingError(
                "\(row.source): the conversation has no message of the assistant, so there is nothing to learn; add one, "
                    + "or remove the row")
        }
        guard answers.contains(where: { conversation[$0].isWanted }) else {
            throw TrainingError(
                "\(row.source): every message of the assistant has weight 0 or train false, so there is nothing to learn; "
                    + "remove the row")
        }
        let settings = try TemplateSettings(row, arguments.chatTemplateArguments)
        let chat: TokenizedChat
        do {
            chat = try template.tokenize(
                messages: conversation, with: tokenizer, tools: settings.tools,
                variables: settings.variables,
                learning: { $0 >= first && conversation[$0].isWanted })
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
