// Tells from a file's first row in which form its records are.

internal import Datasets
internal import JSON

/// The form of a file's records, with the columns that it needs.
struct RecordForm: Equatable, Sendable {
    /// Never `auto`.
    let format: RecordFormat
    /// Prompt and completion, or image and caption, or the texts of rows.
    let columns: [String]

    /// Columns that hold what is asked and answered, in the names that people use.
    private static let pairs = [
        ("prompt", "completion"), ("prompt", "response"), ("question", "answer"), ("input", "output"),
        ("instruction", "response"), ("user", "assistant"), ("human", "assistant"), ("query", "response"),
    ]
    private static let imageNames = ["image", "file_name", "image_path", "filename", "file"]
    private static let captionNames = ["caption", "text", "description", "title"]
    /// Columns whose texts are cleaned unless the recipe names others.
    private static let textNames = [
        "text", "text_pair", "sentence", "sentence1", "sentence2", "premise", "hypothesis", "question",
        "context",
        "answer", "title", "body", "content", "document", "article", "highlights", "summary", "review",
        "review_body", "comment", "headline", "message", "description", "caption", "source", "target",
    ]

    /// - Parameter isTable: whether the file is a CSV or TSV file.
    init(_ row: Row, _ settings: PreparationSettings, isTable: Bool) throws(PreparationError) {
        let format = settings.format == .auto ? try Self.format(row, settings, isTable) : settings.format
        self.format = format
        let names = row.fields.names
        let columns = settings.columns
        switch format {
        case .auto, .messages, .sharegpt, .alpaca, .preference, .threads: self.columns = []
        case .prompt, .table:
            if names.contains(columns.prompt), names.contains(columns.completion) {
                self.columns = [columns.prompt, columns.completion]
            } else if let pair = Self.pairs.first(where: { names.contains($0.0) && names.contains($0.1) }) {
                self.columns = [pair.0, pair.1]
            } else if format == .table, names.count >= 2 {
                self.columns = Array(names.prefix(2))
            } else {
                throw .missingColumn(row.source, column: columns.prompt, key: "prompt_column", columns: names)
            }
        case .images:
            self.columns = [
                try Self.found(columns.image, "image_column", Self.imageNames, row),
                try Self.found(columns.caption, "caption_column", Self.captionNames, row),
            ]
        case .rows: self.columns = try Self.texts(row, settings)
        }
    }

    private static func found(
        _ name: String, _ key: String, _ known: [String], _ row: Row
    ) throws(PreparationError) -> String {
        let names = row.fields.names
        if let name = ([name] + known).first(where: names.contains) { return name }
        throw .missingColumn(row.source, column: name, key: key, columns: names)
    }

    private static func texts(_ row: Row, _ settings: PreparationSettings) throws(PreparationError)
        -> [String]
    {
        let names = row.fields.names
        if !settings.columns.texts.isEmpty {
            for name in settings.columns.texts where !names.contains(name) {
                throw .missingColumn(row.source, column: name, key: "text_columns", columns: names)
            }
            return settings.columns.texts
        }
        let texts = names.filter {
            textNames.contains($0) && row[$0]?.string != nil && $0 != settings.columns.label
        }
        guard !texts.isEmpty else { throw .noText(row.source, columns: names) }
        if row["answers"]?["answer_start"] != nil, texts.contains("context") {
            throw .malformed(
                row.source,
                problem: "its answers have places in the column \"context\", which cleaning would move",
                advice: "set text_columns: [question], so that the context stays as it is")
        }
        return texts
    }

    private static func format(
        _ row: Row, _ settings: PreparationSettings, _ isTable: Bool
    ) throws(PreparationError) -> RecordFormat {
        let names = Set(row.fields.names)
        let columns = settings.columns
        if names.contains(columns.messages) { return .messages }
        if names.contains("conversations") || names.contains("conversation") { return .sharegpt }
        if names.contains("chosen") { return .preference }
        if names.isSuperset(of: [columns.conversation, columns.role, columns.content]) { return .threads }
        if names.isSuperset(of: ["instruction", "output"]) { return .alpaca }
        if names.isSuperset(of: [columns.prompt, columns.completion]) { return .prompt }
        if names.contains(columns.label) || !columns.texts.isEmpty { return .rows }
        if !names.isDisjoint(with: imageNames.prefix(4)), !names.isDisjoint(with: captionNames) {
            return .images
        }
        if names.isSuperset(of: ["prompt", "response"]) { return .prompt }
        let isPair = pairs.contains { names == [$0.0, $0.1] }
        if isPair || isTable && names.count == 2 && row.fields.values.allSatisfy({ $0.string != nil }) {
            return .table
        }
        return .rows
    }
}
