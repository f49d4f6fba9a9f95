// Documents with their summaries as examples of a causal language model.

package import Arguments
package import ChatTemplates
package import Datasets
internal import Foundation
internal import JSON
package import Tokenizers
package import Training

/// Makes a prompt of each document, and an example of each document with its summary, of which the summary is
/// learnt and what ends it.
///
/// With a chat template the prompt is a message of the user and the summary the assistant's answer; without
/// one they are one text. Where they are longer than the run reads, the end of the document is cut: nothing
/// of what stands around it, and nothing of the summary.
package struct PromptedDocuments {
    /// What stands for the document in a prompt.
    package static let placeholder = "{document}"
    /// The prompts of a run that names none: the words of a chat, and those that GPT-2 was found to answer
    /// with a summary (Radford et al. 2019, section 3.6).
    package static let chatPrompt = "Summarize the following text.\n\n{document}"
    package static let textPrompt = "{document}\n\nTL;DR:"

    let tokenizer: any Tokenizer
    /// nil if the model's tokenizer has none.
    let template: ChatTemplate?
    package let columns: SummaryColumns
    /// What chooses sentences of documents that are too long; nil where their ends are cut.
    private let choice: SentenceChoice?
    /// Most tokens of a prompt, and of a prompt with its summary.
    package let maximumPromptLength: Int
    private let maximumLength: Int
    private let prompt: String
    private let sourcePrefix: String
    private let conversations: Conversations
    private let settings: JSONObject
    private let directory: String

    /// `positions` are the tokens that the model can read; `directory` holds the tokenizer.
    package init(
        tokenizer: any Tokenizer, template: ChatTemplate?, arguments: DataArguments, positions: Int,
        directory: String
    ) throws(TrainingError) {
        try self.init(
            tokenizer: tokenizer, template: template, arguments: arguments, positions: positions,
            directory: directory, choice: nil)
    }

    /// `choice` chooses sentences of documents that are too long; with nil their ends are cut.
    init(
        tokenizer: any Tokenizer, template: ChatTemplate?, arguments: DataArguments, positions: Int,
        directory: String, choice: SentenceChoice?
    ) throws(TrainingError) {
        (self.tokenizer, self.template, self.directory) = (tokenizer, template, directory)
        self.choice = choice
        columns = SummaryColumns(arguments)
        conversations = Conversations(
            tokenizer: tokenizer, template: template, arguments: arguments, directory: directory)
        sourcePrefix = arguments.sourcePrefix ?? ""
        prompt = arguments.summaryPrompt ?? (template == nil ? Self.textPrompt : Self.chatPrompt)
        guard prompt.contains(Self.placeholder) else {
            throw TrainingError(
                "summary_prompt: the prompt does not hold \(Self.placeholder), so the model would not see the text; write "
                    + "it where the document belongs")
        }
        let room = arguments.maxTargetLength
        maximumPromptLength = arguments.maxSourceLength ?? min(1_024, positions - room)
        maximumLength = maximumPromptLength + room
        guard maximumPromptLength > 0, maximumLength <= positions else {
            let source = arguments.maxSourceLength.map { "max_source_length \($0) and " } ?? ""
            throw TrainingError(
                "\(source)max_target_length \(room) are more than the \(positions) positions that the model has for prompt "
                    + "and summary together; lower them")
        }
        settings = [
            "document_column": .string(columns.document), "summary_column": .string(columns.summary),
            "prompt": .string(prompt), "source_prefix": .string(sourcePrefix),
            "max_source_length": .integer(maximumPromptLength), "max_length": .integer(maximumLength),
            "chat_template": .string(template?.source ?? ""),
            "extractor": .string(choice?.checksum ?? ""),
            "chat_template_kwargs": .array(
                arguments.chatTemplateArguments.map { .array([.string($0.name), .string($0.value)]) }),
        ]
    }

    // MARK: One row

    /// The prompt of a row's document, at most `maximumPromptLength` tokens. Throws, with file and line, when
    /// the row has no document or there is no room for it.
    package func prompt(of row: Row) throws -> [Int32] {
        try cut(row, of: document(of: row).text, to: maximumPromptLength) {
            try promptTokens($0, row)
        } count: {
            $0.count
        }.value
    }

    /// What is read of a row, and how many sentences were chosen for it; 0 where nothing was to choose.
    private func document(of row: Row) throws -> (text: String, chosenCount: Int) {
        if let chosen = try choice?.text(of: row, for: self) { return (chosen.text, chosen.count) }
        return (try columns.document(of: row), 0)
    }

    /// The tokens of a row, of which the summary is learnt, and how many the document has lost. Its
    /// attachment has the prompt where that is no beginning of the tokens, and the summary.
    package func example(_ row: Row) throws -> (example: Example, lost: Int, chosenCount: Int) {
        let summary = try columns.summary(of: row)
        let document = try document(of: row)
        let prompt = try cut(row, of: document.text, to: maximumPromptLength) {
            try promptTokens($0, row)
        } count: {
            $0.count
        }
        let whole = try cut(row, of: prompt.document, to: maximumLength) { document in
            try conversations.encoded(parts(document, summary), row)
        } count: {
            $0.tokens.count
        }
        let learnt = whole.value.spans.filter { $0.upperBound > max(1, $0.lowerBound) }
        guard let first = learnt.first else {
            throw TrainingError("\(row.source): the row has no token to learn from")
        }
        var example = Example(tokens: whole.value.tokens, target: .spans(learnt), source: row.source)
        let isBeginning =
            prompt.value.count == first.lowerBound && example.tokens.starts(with: prompt.value)
        var attachment = ByteComposer()
        attachment.add(isBeginning ? [] : prompt.value.map { Int($0) })
        attachment.add(summary)
        example.attachment = attachment.bytes
        return (example, prompt.lost + whole.lost, document.chosenCount)
    }

    private func promptTokens(_ document: String, _ row: Row) throws -> [Int32] {
        try conversations.prompt(of: parts(document, nil), row)
    }

    /// A prompt with its summary as a row of a conversation holds them.
    private func parts(_ document: String, _ summary: String?) -> ConversationRow.Parts {
        let text = prompt.replacing(Self.placeholder, with: sourcePrefix + document)
        guard template == nil else {
            return .messages(
                prompt: [.message(role: "user", content: text)],
                completion: summary.map { [.message(role: "assistant", content: $0)] } ?? [])
        }
        let separator = text.last?.isWhitespace == true ? "" : " "
        return .texts(prompt: text, completion: summary.map { separator + $0 })
    }

    /// What `make` gives of the longest beginning of the document of which it gives at most `limit` tokens:
    /// as many tokens as it is over are taken off the document's end until it fits.
    private func cut<Value>(
        _ row: Row, of document: String, to limit: Int, _ make: (String) throws -> Value,
        count: (Value) -> Int
    ) throws -> (value: Value, document: String, lost: Int) {
        let whole = try make(document)
        guard count(whole) > limit else { return (whole, document, 0) }
        let encoding = tokenizer.encode(
            document, pair: nil, addingSpecialTokens: false, maximumLength: nil)
        let scalars = Array(document.unicodeScalars)
        var (kept, found) = (encoding.count, count(whole))
        while kept > found - limit {
            kept -= found - limit
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars[..<encoding.offsets[kept - 1].upperBound])
            let value = try make(String(text))
            found = count(value)
            if found <= limit { return (value, String(text), count(whole) - found) }
        }
        throw TrainingError(
            "\(row.source): \(found - kept) tokens stand around the document, which leaves no room for it among \(limit); "
                + "raise max_source_length, or shorten summary_prompt or the summary")
    }

    // MARK: All rows

    /// The examples of all files.
    package func examples(
        _ reader: RowReader, from source: ExampleSource = ExampleSource()
    ) throws -> TokenizedDataset {
        try source.dataset(
            reader,
            EncodingSettings(
                settings, tokenizers: [directory], vocabularySize: tokenizer.vocabularySize),
            Encoder(documents: self))
    }

    private struct Encoder: RowEncoder {
        let documents: PromptedDocuments
        var tallies = RowTallies()

        mutating func encode(_ row: Row, _ add: (Example) throws -> Void) throws {
            let (example, lost, chosenCount) = try documents.example(row)
            if lost > 0 { tallies.noteCut(tokens: lost) }
            if chosenCount > 0 { tallies.add(LongDocuments.chosen) }
            try add(example)
        }
    }

    private func attachment(of row: Int, in store: TokenizedDataset) -> (prompt: [Int], summary: String) {
        var parser = ByteParser(store.attachment(of: row))
        guard let prompt = parser.numbers(), let summary = parser.text() else {
            preconditionFailure("row \(row) has no summary")
        }
        return (prompt, summary)
    }

    /// The prompt of a row of a data set.
    package func prompt(of row: Int, in store: TokenizedDataset) -> [Int32] {
        let own = attachment(of: row, in: store).prompt
        guard own.isEmpty, case .spans(let spans) = store.target(of: row), let first = spans.first else {
            return own.map { Int32($0) }
        }
        return Array(store.tokens(of: row).prefix(first.lowerBound))
    }

    /// The summary of a row of a data set.
    package func references(of row: Int, in store: TokenizedDataset) -> [String] {
        [attachment(of: row, in: store).summary]
    }

    /// What the model wrote.
    func text(of tokens: [Int32]) -> String {
        Self.trimmed(tokenizer.decode(tokens, skippingSpecialTokens: true))
    }

    /// Without white space at its ends, such as the space behind a prompt.
    static func trimmed(_ text: String) -> String { text.trimmingCharacters(in: .whitespacesAndNewlines) }
}

extension PromptedDocuments: DocumentReading {
    package var maximumSourceLength: Int { maximumPromptLength }

    package func length(of document: String, in row: Row) throws -> Int {
        try promptTokens(document, row).count
    }
}
