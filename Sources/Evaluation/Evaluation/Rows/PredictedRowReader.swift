// From what a predictor says of a row to what an evaluation needs of it.

package import Datasets
internal import JSON
internal import Models

/// Makes answered rows of rows and predictions.
package struct PredictedRowReader {
    private let predictor: any Predictor
    private let labels: LabelMap?
    private let labelColumn: (Row) -> String

    /// `labels` are those of a classifier, whose references stand in `labelColumn` of a row; nil for texts.
    package init(
        predictor: any Predictor, labels: LabelMap?, labelColumn: @escaping (Row) -> String
    ) {
        (self.predictor, self.labels, self.labelColumn) = (predictor, labels, labelColumn)
    }

    /// Throws when the row has no reference, or a label that the classifier does not know.
    package func row(number: Int, _ row: Row, _ answer: RowPrediction) throws -> PredictedRow {
        var answered = PredictedRow(
            number: number, input: try predictor.input(of: row), prediction: answer.prediction,
            score: answer.score?.real, references: try predictor.references(of: row),
            target: try labels?.target(for: row, column: labelColumn(row)) ?? Target.none, loss: answer.loss)
        answered.details = answer.details
        guard let labels else { return answered }
        if let classification = answer.classification {
            answered.predicted = classification.predicted
            answered.probabilities = classification.probabilities
        } else {
            try readPrediction(of: row, into: &answered, labels)
        }
        return answered
    }

    /// The label that a prediction names. Of two labels the confidence in one says that in the other.
    private func readPrediction(of row: Row, into answered: inout PredictedRow, _ labels: LabelMap) throws {
        var fields = JSONObject()
        fields.set("prediction", to: answered.prediction)
        let line = Row(fields: fields, source: row.source, hasTypes: row.hasTypes)
        answered.predicted = try labels.target(
            for: line, column: "prediction", columnKey: "prediction_column")
        guard labels.problemType == .singleLabel, labels.count == 2,
            let score = answered.score, case .label(let label) = answered.predicted
        else { return }
        answered.probabilities = label == 0 ? [score, 1 - score] : [1 - score, score]
    }
}
