// What a row of a conversation holds, in whichever of the usual forms it is written.

internal import Arguments
internal import ChatTemplates
internal import Datasets
internal import JSON
internal import Training

/// Reads rows with `messages`, rows of ShareGPT (`conversations`), rows with `prompt` and `completion`, and
/// rows of Alpaca (`instruction`, `input`, `output`).
struct ConversationRow {
    /// A row as it is given.
    enum Parts {
        /// A prompt and what follows it, where there is no template.
        case texts(prompt: String, completion: String?)
        /// Messages, and those of a completion that the row has besides.
        case messages(prompt: [TemplateValue], completion: [TemplateValue])
    }

    private let messagesColumn, promptColumn, completionColumn: String
    /// Whether texts become messages, for a template.
    private let hasTemplate: Bool
    private let keepsParts: Bool

    /// `template` is that of the model; nil if it has none.
    init(_ arguments: DataArguments, template: ChatTemplate?) {
        // Templates that look into parts name their texts so.
        let names = ["['text']", "[\"text\"]", ".text"]
        self.init(
            arguments, hasTemplate: template != nil,
            keepsParts: names.contains { template?.source.contains($0) == true })
    }

    init(_ arguments: DataArguments, hasTemplate: Bool, keepsParts: Bool = false) {
        (messagesColumn, promptColumn) = (arguments.messagesColumn, arguments.promptColumn)
        completionColumn = arguments.completionColumn
        (self.hasTemplate, self.keepsParts) = (hasTemplate, keepsParts)
    }

    /// What a row holds. `needsCompletion` is whether a prompt must have its completion.
    func parts(of row: Row, needsCompletion: Bool = true) throws -> Parts {
        if let value = row.given(messagesColumn) {
            return .messages(prompt: try messages(value, messagesColumn, row), completion: [])
        }
        let isDefault = messagesColumn == DataArguments().messagesColumn
        for column in ["conversations", "conversation"] where isDefault {
            guard let value = row.given(column) else { continue }
            return .messages(
                prompt: try system(row) + messages(value, column, row), completion: [])
        }
        if row[promptColumn] != nil { return try prompted(row, needsCompletion) }
        if isDefault, row["instruction"] != nil, !needsCompletion || row["output"] != nil {
            return try instructed(row, needsCompletion)
        }
        let value = try row.value(in: messagesColumn, key: "messages_column")
        return .messages(prompt: try messages(value, messagesColumn, row), completion: [])
    }

    private func messages(
        _ value: JSONValue, _ column: String, _ row: Row
    ) throws(TrainingError) -> [TemplateValue] {
        try MessageReader(column: column, source: row.source, keepsParts: keepsParts).messages(value)
    }

    /// The message that the column `system` holds beside a list of messages or an instruction.
    private func system(_ row: Row) -> [TemplateValue] {
        row.given("system")?.string.map { [.message(role: "system", content: $0)] } ?? []
    }

    private func prompted(_ row: Row, _ needsCompletion: Bool) throws -> Parts {
        let prompt = try row.value(in: promptColumn, key: "prompt_column")
        let isThere = needsCompletion || (row[completionColumn] ?? .null) != .null
        let completion = isThere ? try row.value(in: completionColumn, key: "completion_column") : nil
        if case .string(let question) = prompt, completion == nil || completion?.string != nil {
            let answer = completion?.string
            guard hasTemplate else { return .texts(prompt: question, completion: answer) }
            return .messages(
                prompt: [.message(role: "user", content: question)],
                completion: answer.map { [.message(role: "assistant", content: $0)] } ?? [])
        }
        return .messages(
            prompt: try messages(prompt, promptColumn, row),
            completion: try completion.map { try messages($0, completionColumn, row) } ?? [])
    }

    /// A row of Alpaca. With a template the instruction and its input are the user's message; without one
    /// they stand in the text that Stanford's Alpaca was trained with.
    private func instructed(_ row: Row, _ needsCompletion: Bool) throws -> Parts {
        let instruction = try row.text(in: "instruction", key: "messages_column")
        let input = row.given("input") == nil ? "" : try row.text(in: "input", key: "messages_column")
        let hasOutput = needsCompletion || (row["output"] ?? .null) != .null
        let output = hasOutput ? try row.text(in: "output", key: "messages_column") : nil
        let earlier = try system(row) + history(row)
        guard !hasTemplate else {
            let question = input.isEmpty ? instruction : instruction + "\n" + input
            return .messages(
                prompt: earlier + [.message(role: "user", content: question)]
                    + (output.map { [.message(role: "assistant", content: $0)] } ?? []), completion: [])
        }
        guard earlier.isEmpty else {
            throw TrainingError(
                "\(row.source): \"system\" and \"history\" need a chat template, and the model's tokenizer has none: add "
                    + "chat_template to tokenizer_config.json, or take the columns out")
        }
        let context = input.isEmpty ? "" : ", paired with an input that provides further context"
        let task =
            "Below is an instruction that describes a task\(context). Write a response that appropriately "
            + "completes the request.\n\n### Instruction:\n\(instruction)\n\n"
        let rest = input.isEmpty ? "" : "### Input:\n\(input)\n\n"
        return .texts(prompt: task + rest + "### Response:", completion: output)
    }

    /// Earlier exchanges: pairs of an instruction and its answer.
    private func history(_ row: Row) throws(TrainingError) -> [TemplateValue] {
        guard let value = row.given("history") else { return [] }
        var messages: [TemplateValue] = []
        for pair in value.list ?? [.null] {
            guard let texts = pair.array, texts.count == 2, let question = texts[0].string,
                let answer = texts[1].string
            else {
                throw TrainingError(
                    "\(row.source): column \"history\": expected a list of pairs of texts, an instruction and its answer"
                )
            }
            messages += [
                .message(role: "user", content: question), .message(role: "assistant", content: answer),
            ]
        }
        return messages
    }
}

extension Row {
    /// The value of a column unless it is null or an empty text, as columns are that other rows fill.
    func given(_ column: String) -> JSONValue? {
        guard let value = self[column], value != .null, value.string != "" else { return nil }
        return value
    }
}

extension ConversationRow.Parts {
    /// The messages before the last answer, and that answer if the row has it; nil for texts.
    var open: (before: [TemplateValue], answer: TemplateValue?)? {
        guard case .messages(let prompt, let completion) = self else { return nil }
        var messages = prompt + completion
        guard let last = messages.last, last["role"]?.string == "assistant" else { return (messages, nil) }
        messages.removeLast()
        return (messages, last)
    }

    /// What a person answered last; nil when the row ends with somebody else's message.
    var reference: String? {
        switch self {
        case .texts(_, let completion): completion
        case .messages: open?.answer?.contentText
        }
    }
}
