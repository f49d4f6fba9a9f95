// Summaries of the sentences that an extractive summarizer chose of long documents.

internal import Datasets
internal import Evaluation
internal import JSON

/// Writes for the chosen sentences of documents that are too long, and for others as they are.
final class ChosenPredictor: Predictor {
    /// The name of the field that says how many sentences were read.
    static let sentencesField = "extracted_sentences"

    private let base: any Predictor
    private let choice: SentenceChoice
    private let reading: any DocumentReading

    init(_ base: any Predictor, _ choice: SentenceChoice, _ reading: any DocumentReading) {
        (self.base, self.choice, self.reading) = (base, choice, reading)
    }

    func predict(_ rows: [Row], firstNumber: Int, findsLoss: Bool) throws -> [RowPrediction] {
        let chosen = try rows.map { try choice.text(of: $0, for: reading) }
        let read = zip(rows, chosen).map { row, chosen in
            chosen.map { row.replacing(reading.columns.document, with: $0.text) } ?? row
        }
        var answers = try base.predict(read, firstNumber: firstNumber, findsLoss: findsLoss)
        for (place, chosen) in chosen.enumerated() {
            guard let chosen else { continue }
            answers[place].details.set(Self.sentencesField, to: .integer(chosen.count))
        }
        return answers
    }

    func input(of row: Row) throws -> String { try base.input(of: row) }
    func references(of row: Row) throws -> [String] { try base.references(of: row) }
}
