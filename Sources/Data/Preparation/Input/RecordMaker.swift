// Makes records of rows by the form of their file.

internal import Datasets
internal import Files
internal import JSON

/// Reads rows of one file as records; rows of threads are joined elsewhere.
struct RecordMaker {
    let form: RecordForm
    let columns: RecordColumns
    let origin: Origin

    /// What a row holds.
    ///
    /// - Throws: `missingColumn` or `malformed`, with file and line.
    func content(of row: Row) throws(PreparationError) -> RawRecord.Content {
        switch form.format {
        case .messages: return try listed(row, columns.messages, key: "messages_column")
        case .sharegpt:
            let name = row["conversations"] == nil ? "conversation" : "conversations"
            return try listed(row, name, key: "raw_format")
        case .alpaca: return try instructed(row)
        case .prompt, .table: return try prompted(row)
        case .preference: return try preferred(row)
        case .images, .rows: return try plain(row)
        case .auto, .threads: preconditionFailure("rows of \(form.format) are no records of their own")
        }
    }

    private func value(_ row: Row, _ column: String, key: String) throws(PreparationError) -> JSONValue {
        if let value = row[column] { return value }
        throw .missingColumn(row.source, column: column, key: key, columns: row.fields.names)
    }

    private func text(_ row: Row, _ column: String, key: String) throws(PreparationError) -> String {
        switch try value(row, column, key: key) {
        case .string(let text): return text
        case .null: return ""
        case .number(let number): return number.text
        default:
            throw .malformed(
                row.source, problem: "column \"\(column)\" holds no text",
                advice: "name another column by \(key)")
        }
    }

    private func listed(_ row: Row, _ column: String, key: String) throws(PreparationError)
        -> RawRecord.Content
    {
        let turns = try MessageList(column: column, source: row.source).turns(
            value(row, column, key: key))
        return .conversation(system(row, beside: turns) + turns, tools: tools(row))
    }

    private func tools(_ row: Row) -> JSONValue? { row["tools"].flatMap { $0.isEmpty ? nil : $0 } }

    /// The message of the column `system`, unless the messages have one.
    private func system(_ row: Row, beside turns: [Turn]) -> [Turn] {
        guard let text = row["system"]?.string, !text.isEmpty, turns.first?.role != "system" else {
            return []
        }
        return [Turn("system", text)]
    }

    private func instructed(_ row: Row) throws(PreparationError) -> RawRecord.Content {
        let instruction = try text(row, "instruction", key: "raw_format")
        let input = row["input"] == nil ? "" : try text(row, "input", key: "raw_format")
        var turns = system(row, beside: [])
        for pair in row["history"]?.array ?? [] {
            guard let texts = pair.array, texts.count == 2, let question = texts[0].string,
                let answer = texts[1].string
            else {
                throw .malformed(
                    row.source, problem: "column \"history\" is no list of pairs of texts",
                    advice: "each pair is an instruction and its answer")
            }
            turns += [Turn("user", question), Turn("assistant", answer)]
        }
        turns.append(Turn("user", input.isEmpty ? instruction : instruction + "\n" + input))
        turns.append(Turn("assistant", try text(row, "output", key: "raw_format")))
        return .conversation(turns, tools: tools(row))
    }

    private func prompted(_ row: Row) throws(PreparationError) -> RawRecord.Content {
        let (prompt, completion) = (form.columns[0], form.columns[1])
        let turns =
            try spoken(row, prompt, "user", key: "prompt_column")
            + spoken(row, completion, "assistant", key: "completion_column")
        return .conversation(system(row, beside: turns) + turns, tools: tools(row))
    }

    /// A text as one message, or a list of messages.
    private func spoken(
        _ row: Row, _ column: String, _ role: String, key: String
    ) throws(PreparationError) -> [Turn] {
        if case .array = try value(row, column, key: key) {
            return try MessageList(column: column, source: row.source).turns(value(row, column, key: key))
        }
        return [Turn(role, try text(row, column, key: key))]
    }

    private func preferred(_ row: Row) throws(PreparationError) -> RawRecord.Content {
        let chosen = try value(row, "chosen", key: "raw_format")
        if case .string(let text) = chosen, row[columns.prompt] == nil {
            let turns = Transcript.turns(of: text)
            guard !turns.isEmpty else {
                throw .malformed(
                    row.source, problem: "column \"chosen\" has an answer but the row has no prompt",
                    advice: "name the prompt's column by prompt_column")
            }
            return .conversation(turns, tools: nil)
        }
        let answer = try spoken(row, "chosen", "assistant", key: "raw_format")
        if answer.count > 1 || row[columns.prompt] == nil {
            return .conversation(system(row, beside: answer) + answer, tools: tools(row))
        }
        let turns = try spoken(row, columns.prompt, "user", key: "prompt_column") + answer
        return .conversation(system(row, beside: turns) + turns, tools: tools(row))
    }

    private func plain(_ row: Row) throws(PreparationError) -> RawRecord.Content {
        guard form.format == .images else {
            for column in form.columns where row[column]?.string == nil && row[column]?.isNull != true {
                _ = try text(row, column, key: "text_columns")
            }
            return .row(row.fields, texts: form.columns)
        }
        let path = try text(row, form.columns[0], key: "image_column")
        let image = ImageRow(path, source: row.source).path
        let caption = try text(row, form.columns[1], key: "caption_column")
        return .row(["image": .string(image), "caption": .string(caption)], texts: ["caption"])
    }
}

/// Conversations in one text, `Human:` and `Assistant:` in turns, as sets of preferences have them.
enum Transcript {
    static func turns(of text: String) -> [Turn] {
        let marks = [("\n\nHuman:", "user"), ("\n\nAssistant:", "assistant")]
        var rest = Substring(text.hasPrefix("\n\n") ? text : "\n\n" + text)
        var turns: [Turn] = []
        while let mark = marks.first(where: { rest.hasPrefix($0.0) }) {
            rest = rest.dropFirst(mark.0.count)
            let ends = marks.compactMap { rest.firstRange(of: $0.0)?.lowerBound }
            let end = ends.min() ?? rest.endIndex
            let content = rest[..<end]
            turns.append(Turn(mark.1, String(content.drop { $0.isWhitespace })))
            rest = rest[end...]
        }
        return turns
    }
}
