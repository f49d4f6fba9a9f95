// Where words and tags, or a text and its spans, stand in a row.

internal import Arguments
internal import Datasets
internal import Evaluation
internal import JSON

/// Reads words, tags and spans. The columns that recipes name by `text_column` and `label_column` come first;
/// where these have their defaults, columns by the names that data sets usually have are found.
struct TagColumns: Equatable {
    private let textColumn: String
    private let labelColumn: String

    private static let wordColumns = ["tokens", "words"]
    private static let tagColumns = ["ner_tags", "labels", "tags"]
    private static let spanColumns = ["spans", "entities"]

    init(_ arguments: DataArguments) {
        (textColumn, labelColumn) = (arguments.textColumn, arguments.labelColumn)
    }

    private func first(_ row: Row, _ names: [String]) -> String? { names.first { row[$0] != nil } }

    private func hasDefault(_ column: KeyPath<DataArguments, String>, _ name: String) -> Bool {
        DataArguments()[keyPath: column] == name
    }

    /// The column of a row's words or text; the recipe's own when the row has none.
    func textColumn(of row: Row) -> String {
        guard hasDefault(\.textColumn, textColumn) else { return textColumn }
        let listsTags = row[labelColumn] == nil && first(row, Self.tagColumns) != nil
        let names = listsTags ? Self.wordColumns + [textColumn] : [textColumn] + Self.wordColumns
        return first(row, names) ?? textColumn
    }

    /// The columns of a row that may hold its tags or spans.
    func presentLabelColumns(of row: Row) -> [String] {
        guard hasDefault(\.labelColumn, labelColumn), row[labelColumn] == nil else { return [labelColumn] }
        return first(row, Self.tagColumns + Self.spanColumns).map { [$0] } ?? []
    }

    /// The words of a row. Throws when it has neither words nor a text.
    func text(of row: Row) throws -> TaggedText {
        let column = textColumn(of: row)
        switch try row.value(in: column, key: "text_column") {
        case .string(let text): return TaggedText(text)
        case .array(let values):
            return TaggedText(
                listed: try values.map { value in
                    guard case .string(let word) = value else {
                        throw TaggingError.wrongType(
                            row.source, column: column, expected: "a list of words", found: value.json)
                    }
                    return word
                })
        case let value:
            throw TaggingError.wrongType(
                row.source, column: column, expected: "a text or a list of words", found: value.json)
        }
    }

    /// The column of a row's tags or spans; the recipe's own when the row has none.
    func labelColumn(of row: Row, _ text: TaggedText) -> String {
        guard hasDefault(\.labelColumn, labelColumn), row[labelColumn] == nil else { return labelColumn }
        return first(row, text.unit == .words ? Self.tagColumns : Self.spanColumns + Self.tagColumns)
            ?? labelColumn
    }

    /// What a row says of its words: a name or a number each.
    func tags(of row: Row, _ text: TaggedText) throws -> (column: String, values: [JSONValue]) {
        let column = labelColumn(of: row, text)
        let value = try row.value(in: column, key: "label_column")
        guard case .array(let values) = value else {
            throw TaggingError.wrongType(
                row.source, column: column, expected: "a list of tags", found: value.json)
        }
        guard values.count == text.words.count else {
            throw TaggingError.tagCount(
                row.source, column: column, tags: values.count, words: text.words.count)
        }
        return (column, values)
    }

    /// The spans of a row with a text. Throws when one is outside the text, or two overlap.
    func spans(of row: Row, _ text: TaggedText) throws -> (column: String, spans: [Entity]) {
        let column = labelColumn(of: row, text)
        let value = try row.value(in: column, key: "label_column")
        guard case .array(let values) = value else {
            throw TaggingError.wrongType(
                row.source, column: column, expected: "a list of spans", found: value.json)
        }
        var spans = try values.map { try span($0, row, column, length: text.scalars.count) }
        spans.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
        for (first, second) in zip(spans, spans.dropFirst()) where first.range.overlaps(second.range) {
            throw TaggingError.overlappingSpans(row.source, first: first.range, second: second.range)
        }
        return (column, spans)
    }

    /// An object with `start`, `end` and `label`, or a list of these three.
    private func span(_ value: JSONValue, _ row: Row, _ column: String, length: Int) throws -> Entity {
        let parts: [JSONValue?]
        switch value {
        case .object(let fields): parts = ["start", "end", "label"].map { fields[$0] }
        case .array(let values) where values.count == 3: parts = values
        default: parts = []
        }
        guard parts.count == 3, case .number(let first)? = parts[0], case .number(let last)? = parts[1],
            case .string(let label)? = parts[2], let start = first.integer, let end = last.integer,
            !label.isEmpty
        else {
            throw TaggingError.wrongType(
                row.source, column: column,
                expected: "spans such as {\"start\": 0, \"end\": 4, \"label\": \"PER\"}", found: value.json)
        }
        guard start >= 0, start < end, end <= length else {
            throw TaggingError.spanOutside(row.source, start: start, end: end, length: length)
        }
        return Entity(label: label, range: start..<end)
    }
}
