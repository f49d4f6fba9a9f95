// Predictions as a CSV or TSV file: the columns of the input, then what was predicted.

import Datasets
import Files
import JSON

/// Where rows with their predictions go, by the name of the output.
enum PredictionSink {
    case lines(LineWriter)
    case table(PredictionTable)

    /// `columns` are those of all input rows.
    init(path: String, columns: [String], separator: UInt8) throws(FilesError) {
        let writer = try LineWriter(path: path)
        guard Self.isTable(path) else {
            self = .lines(writer)
            return
        }
        self = .table(
            PredictionTable(writer, columns: columns, text: DelimitedText(separator: separator)))
    }

    /// Whether the output is a CSV or TSV file.
    static func isTable(_ path: String) -> Bool { path.lowercased().hasSuffix(".csv") || isTabbed(path) }

    /// Whether it is a TSV file.
    static func isTabbed(_ path: String) -> Bool { path.lowercased().hasSuffix(".tsv") }

    /// A row as a line of JSON.
    func write(_ line: String) throws {
        switch self {
        case .lines(let writer): try writer.write(line)
        case .table(let table): try table.write(line)
        }
    }

    func finish() throws {
        switch self {
        case .lines(let writer): try writer.finish()
        case .table(let table): try table.finish()
        }
    }
}

/// Writes rows under a header.
final class PredictionTable {
    /// Of an object of these names each member is a column.
    private static let spreadColumn = PredictionJob.scoresColumn

    private let writer: LineWriter
    private let text: DelimitedText
    private var columns: [String]
    private var hasHeader = false
    /// Rows without a prediction, before the first that has one and says which columns there are.
    private var waiting: [JSONObject] = []

    init(_ writer: LineWriter, columns: [String], text: DelimitedText) {
        (self.writer, self.columns, self.text) = (writer, columns, text)
    }

    func write(_ line: String) throws {
        guard case .object(let object) = try JSONValue(parsing: Array(line.utf8)) else {
            preconditionFailure("a row is an object")
        }
        let fields = Self.spread(object)
        guard !hasHeader else { return try write(fields) }
        waiting.append(fields)
        if fields["prediction"] != .null { try begin(fields) }
    }

    func finish() throws {
        if !hasHeader { try begin(JSONObject(names: ["prediction"], values: [.null])) }
        try writer.finish()
    }

    private func begin(_ fields: JSONObject) throws {
        hasHeader = true
        columns += fields.names.filter { !columns.contains($0) }
        try writer.write(text.record(columns))
        for fields in waiting { try write(fields) }
        waiting = []
    }

    private func write(_ fields: JSONObject) throws {
        try writer.write(text.record(columns.map { DelimitedText.text(of: fields[$0] ?? .null) }))
    }

    /// The fields with a column for each label's score in place of the object of them.
    private static func spread(_ object: JSONObject) -> JSONObject {
        var fields = JSONObject()
        for (name, value) in zip(object.names, object.values) {
            if name == spreadColumn, case .object(let scores) = value {
                for (label, score) in zip(scores.names, scores.values) {
                    fields.set("score_" + label, to: score)
                }
            } else {
                fields.set(name, to: value)
            }
        }
        return fields
    }
}
