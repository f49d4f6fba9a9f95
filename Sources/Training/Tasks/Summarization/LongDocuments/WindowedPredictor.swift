// Summaries of long documents: those of their windows, one after the other.

internal import Datasets
internal import Evaluation
internal import JSON

/// Writes a summary for each window of a document, and joins them, each on lines of its own.
///
/// The loss is that of the reference given the first window.
final class WindowedPredictor: Predictor {
    /// The name of the field that says of how many windows an answer is.
    static let windowsField = "windows"

    private let base: any Predictor
    private let windows: DocumentWindows

    init(_ base: any Predictor, _ windows: DocumentWindows) { (self.base, self.windows) = (base, windows) }

    func predict(_ rows: [Row], firstNumber: Int, findsLoss: Bool) throws -> [RowPrediction] {
        let column = windows.reading.columns.document
        let texts = try rows.map(windows.texts)
        let firsts = zip(rows, texts).map { row, texts in
            texts.count > 1 ? row.replacing(column, with: texts[0]) : row
        }
        var answers = try base.predict(firsts, firstNumber: firstNumber, findsLoss: findsLoss)
        let others = zip(rows.indices, texts).flatMap { place, texts in
            texts.dropFirst().map { (place, rows[place].replacing(column, with: $0)) }
        }
        // As many at once as there are rows.
        for start in stride(from: 0, to: others.count, by: rows.count) {
            let part = others[start..<min(start + rows.count, others.count)]
            let found = try base.predict(part.map(\.1), firstNumber: firstNumber, findsLoss: false)
            for ((place, _), answer) in zip(part, found) {
                let text = (answers[place].prediction.string ?? "") + "\n" + (answer.prediction.string ?? "")
                answers[place].prediction = .string(text)
                answers[place].score = nil
            }
        }
        for (place, texts) in texts.enumerated() where texts.count > 1 {
            answers[place].details.set(Self.windowsField, to: .integer(texts.count))
        }
        return answers
    }

    func input(of row: Row) throws -> String { try base.input(of: row) }
    func references(of row: Row) throws -> [String] { try base.references(of: row) }
}
