// Predictions that stand in a file, taken as the answers to the rows of another: evaluation without a model.

package import Datasets
internal import JSON
internal import Models

/// Reads the prediction of row n from row n of a file of predictions.
package final class FilePredictor: Predictor {
    private let paths: [String]
    private let column: String
    private let referencePaths: [String]
    private let referenceColumn: String
    private let labels: LabelMap?
    private let skipsEmpty: Bool
    /// The reference of a row that has a form of its own, such as a conversation's last answer.
    private let writtenReference: (Row) throws -> String?
    private let rows: RowIterator
    private let selection: RowSelection?
    /// Answers that were given, and rows that were read for them.
    private var next = 0
    private var number = 0

    /// - Parameters:
    ///   - predictions: files of predictions; `column` holds them, in a text file each line is one.
    ///   - references: files of references; `referenceColumn` holds them unless a row has `reference`.
    ///   - labels: what predictions may be; nil for texts.
    ///   - selection: the rows of the references that are asked for; nil for all.
    ///   - skipsEmpty: whether a row without a prediction is left out; else it is an error.
    ///   - writtenReference: the reference of a row in which `referenceColumn` holds no text; nil for that
    ///     column's value as it is.
    package init(
        predictions: [String], column: String, references: [String], referenceColumn: String,
        labels: LabelMap?, selection: RowSelection? = nil, skipsEmpty: Bool = true,
        writtenReference: @escaping (Row) throws -> String? = { _ in nil }
    ) throws {
        (self.selection, self.writtenReference) = (selection, writtenReference)
        (paths, self.column, self.labels, self.skipsEmpty) = (predictions, column, labels, skipsEmpty)
        (referencePaths, self.referenceColumn) = (references, referenceColumn)
        rows = try RowReader(patterns: predictions).makeIterator()
    }

    /// The answers to rows of the references; numbers must rise from call to call.
    package func predict(_ rows: [Row], firstNumber: Int, findsLoss: Bool) throws -> [RowPrediction] {
        while next < firstNumber { _ = try nextRow() }
        return try rows.map { _ in try answer(nextRow()) }
    }

    private func nextRow() throws -> Row {
        while let row = try rows.next() {
            defer { number += 1 }
            guard selection?.contains(number) ?? true else { continue }
            next += 1
            return row
        }
        var references = 0
        try RowReader(patterns: referencePaths).forEachRow { _ in references += 1 }
        throw unequal(predictions: number, references: references)
    }

    private func answer(_ row: Row) throws -> RowPrediction {
        let column = row.isLine ? "text" : column
        let prediction = try row.value(in: column, key: "prediction_column")
        // An empty text is an answer where texts are asked for, an empty label is none.
        let isNone =
            labels == nil
            ? prediction == .null : NeededColumn(column, takesEmptyList: true).isEmpty(in: row)
        if isNone {
            guard skipsEmpty else { throw EvaluationError.noPrediction(column, row.source) }
            return RowPrediction(
                skipped: "\(row.source): \(column) is empty, as predict leaves it where it has no answer")
        }
        if let labels { _ = try labels.target(for: row, column: column, columnKey: "prediction_column") }
        let score = row.number(in: "score")
        if let score, labels?.problemType == .singleLabel, !(0...1).contains(score) {
            throw EvaluationError.noProbability(row.source, score: score)
        }
        return RowPrediction(
            prediction: prediction, score: score.map { .real($0) } ?? row["score"],
            loss: row.writtenLoss(isOfTokens: labels == nil))
    }

    /// Throws unless there are as many predictions as references; reads the rest of the predictions.
    package func checkCount(references: Int) throws {
        while try rows.next() != nil { number += 1 }
        let references = selection?.total ?? references
        if number != references { throw unequal(predictions: number, references: references) }
    }

    private func unequal(predictions: Int, references: Int) -> EvaluationError {
        .unequalCounts(
            predictions: predictions, files: paths, references: references, referenceFiles: referencePaths)
    }

    /// The input that the row has by a usual name; empty when it has none.
    package func input(of row: Row) throws -> String {
        let names = ["input", "text", "document", "article", "prompt", "image"]
        guard !row.isLine, let name = names.first(where: { row[$0] != nil && $0 != column(of: row) }),
            case .string(let text)? = row[name]
        else { return "" }
        return text
    }

    package func references(of row: Row) throws -> [String] {
        let column = column(of: row)
        if let labels {
            return labels.texts(
                of: try labels.target(for: row, column: column, columnKey: "reference_column"))
        }
        if column == referenceColumn, !row.isLine, Self.isNoText(row[column]),
            let text = try writtenReference(row)
        {
            return [text]
        }
        let value = try row.value(in: column, key: "reference_column")
        guard case .array(let values) = value else { return [value == .null ? "" : value.plainText] }
        // An empty one among several says nothing, and would win where the least reference counts.
        let texts = values.filter { !$0.isEmpty }.map(\.plainText)
        return texts.isEmpty ? [""] : texts
    }

    /// Whether a value is none, or a list of other things than texts, such as messages.
    private static func isNoText(_ value: JSONValue?) -> Bool {
        switch value {
        case nil: true
        case .array(let values): values.contains { $0.object != nil }
        default: false
        }
    }

    /// The column of the row's references.
    package func column(of row: Row) -> String { Self.column(of: row, named: referenceColumn) }

    /// The column of a row's references where `name` is that of rows without `reference`.
    package static func column(of row: Row, named name: String) -> String {
        row.isLine ? "text" : row["reference"] != nil ? "reference" : name
    }
}
