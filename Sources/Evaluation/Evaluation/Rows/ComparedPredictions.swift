// The predictions of another run, read row by row beside those of this one.

package import Datasets
package import JSON

/// A file of predictions as `evaluate` writes it.
package final class ComparedPredictions {
    /// Name of the file in the folder of an evaluation.
    package static let fileName = "eval_predictions.jsonl"

    package let path: String
    private let rows: RowIterator
    private let labels: LabelMap?
    private var next = 0

    /// `labels` are those of the classifier whose rows are compared. Throws when the file cannot be read.
    package init(path: String, labels: LabelMap?) throws {
        self.path = path
        self.labels = labels
        rows = try RowReader(patterns: [path]).makeIterator()
    }

    /// The other run's answer to a row of this one, whose number must be above those asked for before; nil
    /// when the file ends before it.
    func answer(like mine: PredictedRow) throws -> PredictedRow? {
        try row(mine.number)?.answer(like: mine, labels)
    }

    /// The other run's loss of a row of which this run has the loss alone; nil when the file ends before it.
    /// Numbers must rise.
    func loss(like mine: PredictedRow) throws -> PredictedRow? {
        guard let row = try row(mine.number) else { return nil }
        guard let loss = row.writtenLoss(isOfTokens: true) else {
            throw EvaluationError.missingField(
                "\"loss\" with \"targets\" and \"correct_targets\"", row.source,
                advice: "give the folder of an evaluation of the same task")
        }
        let targetCount = mine.loss?.count ?? 0
        guard loss.count == targetCount else {
            throw EvaluationError.otherTokenCount(
                row.source, theirs: loss.count, row: mine.number, ours: targetCount)
        }
        return PredictedRow(number: mine.number, loss: loss)
    }

    private func row(_ number: Int) throws -> Row? {
        precondition(number >= next, "row \(number) of \(path) was passed")
        while let row = try rows.next() {
            next += 1
            if next == number + 1 { return row }
        }
        return nil
    }

    /// Throws unless there are so many rows; reads to the end.
    func checkCount(_ rowCount: Int64) throws {
        while try rows.next() != nil { next += 1 }
        guard next == rowCount else {
            throw EvaluationError.otherRowCount(path, theirs: next, ours: rowCount)
        }
    }
}

extension Row {
    /// The row of a file of predictions as an answer to the row that this run answered.
    fileprivate func answer(like mine: PredictedRow, _ labels: LabelMap?) throws -> PredictedRow {
        if self["prediction"] == .null, self["reference"] == nil {
            throw EvaluationError.leftOut(source, row: mine.number)
        }
        let references: [String]
        switch self["reference"] {
        case .array(let values)?: references = values.map(\.plainText)
        case let value?: references = [value.plainText]
        case nil:
            throw EvaluationError.missingField(
                "\"reference\"", source,
                advice: "give the folder of an evaluation, or its eval_predictions.jsonl")
        }
        guard references == mine.references else {
            throw EvaluationError.otherReference(
                source, theirs: references, row: mine.number, ours: mine.references)
        }
        guard let prediction = self["prediction"] else {
            throw EvaluationError.missingField(
                "\"prediction\"", source, advice: "write the file with lockstep evaluate")
        }
        var other = mine
        other.prediction = prediction
        if let labels {
            other.predicted = try labels.target(
                for: self, column: "prediction", columnKey: "prediction_column")
        }
        other.score = number(in: "score")
        other.probabilities = []
        other.loss = writtenLoss(isOfTokens: labels == nil)
        return other
    }

    /// The number in a column; nil if there is none. In CSV and TSV files numbers are texts.
    func number(in column: String) -> Double? {
        if !hasTypes, case .string(let text)? = self[column] { return Double(text) }
        return self[column]?.real
    }

    /// The loss as `evaluate` writes it: the mean over the row's targets and, for texts, their number. Nil
    /// when the row has none.
    package func writtenLoss(isOfTokens: Bool) -> RowLoss? {
        guard let loss = number(in: "loss") else { return nil }
        guard isOfTokens else { return RowLoss(sum: loss, count: 1, correct: 0) }
        guard let count = number(in: "targets").flatMap({ Int(exactly: $0) }),
            let correct = number(in: "correct_targets").flatMap({ Int(exactly: $0) })
        else { return nil }
        return RowLoss(sum: loss * Double(count), count: count, correct: correct)
    }
}

extension JSONValue {
    /// A text as it is, anything else as JSON.
    package var plainText: String { if case .string(let text) = self { text } else { json } }
    var real: Double? { if case .number(let number) = self { number.double } else { nil } }
}
