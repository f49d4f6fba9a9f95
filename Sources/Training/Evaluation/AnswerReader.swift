// From what a predictor says of a row to what an evaluation needs of it.

public import Datasets
internal import Foundation

/// Makes answered rows of rows and predictions.
public struct AnswerReader {
    private let predictor: any RowPredictor
    private let labels: LabelMap?
    private let labelColumn: (Row) -> String

    /// `labels` are those of a classifier, whose references stand in `labelColumn` of a row; nil for texts.
    public init(
        predictor: any RowPredictor, labels: LabelMap?, labelColumn: @escaping (Row) -> String
    ) {
        (self.predictor, self.labels, self.labelColumn) = (predictor, labels, labelColumn)
    }

    /// Throws when the row has no reference, or a label that the classifier does not know.
    public func row(number: Int, _ row: Row, _ answer: RowPrediction) throws -> AnsweredRow {
        var answered = AnsweredRow(
            number: number, input: try predictor.input(of: row), prediction: answer.prediction,
            score: answer.score?.real, references: try predictor.references(of: row),
            target: try labels?.target(for: row, column: labelColumn(row)) ?? Target.none, loss: answer.loss)
        guard let labels else { return answered }
        if answer.logits.isEmpty {
            try readPrediction(of: row, into: &answered, labels)
        } else {
            Self.readLogits(answer.logits, into: &answered, labels.problemType)
        }
        return answered
    }

    private static func readLogits(
        _ logits: [Float], into row: inout AnsweredRow, _ problemType: ProblemType
    ) {
        switch problemType {
        case .singleLabelClassification:
            let maximum = Double(logits.max() ?? 0)
            let exponentials = logits.map { exp(Double($0) - maximum) }
            let total = exponentials.reduce(0, +)
            row.probabilities = exponentials.map { $0 / total }
            let best = ClassificationSums.argmax(logits)
            row.predicted = .label(best)
            row.score = row.probabilities[best]
        case .multiLabelClassification:
            row.probabilities = logits.map { 1 / (1 + exp(-Double($0))) }
            row.predicted = .labels(logits.indices.filter { logits[$0] > 0 })
        case .regression: row.predicted = .values(logits)
        }
    }

    /// The label that a prediction names. Of two labels the confidence in one says that in the other.
    private func readPrediction(of row: Row, into answered: inout AnsweredRow, _ labels: LabelMap) throws {
        var fields = Fields()
        fields.set("prediction", to: answered.prediction)
        let line = Row(fields: fields, source: row.source, hasTypes: row.hasTypes)
        answered.predicted = try labels.target(
            for: line, column: "prediction", columnKey: "prediction_column")
        guard labels.problemType == .singleLabelClassification, labels.count == 2,
            let score = answered.score, case .label(let label) = answered.predicted
        else { return }
        answered.probabilities = label == 0 ? [score, 1 - score] : [1 - score, score]
    }
}
