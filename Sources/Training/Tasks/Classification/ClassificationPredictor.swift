// A classifier's answers to rows: labels or numbers with their probabilities.

package import Datasets
package import Evaluation
internal import JSON
internal import Layers
package import Models
internal import Tensors

/// Predicts the labels or numbers of texts or images.
package final class ClassificationPredictor: Predictor {
    private let model: any SequenceClassifier
    private let reader: any ClassificationReader
    private let labels: LabelMap
    private let workspace = Workspace()

    package init(model: any SequenceClassifier, reader: any ClassificationReader) throws {
        self.model = model
        self.reader = reader
        labels = try LabelMap(model.head)
    }

    package func predict(_ rows: [Row], firstNumber: Int, findsLoss: Bool) throws -> [RowPrediction] {
        var rest = rows[...]
        let inputs = try reader.inputs(labels: findsLoss ? labels : nil) { rest.popFirst() }
        try inputs.validate(for: model, rank: 0, of: 1)
        let batch = try inputs.tokenBatch(rows: Array(rows.indices), epoch: nil)
        workspace.reset()
        let logits = model.forward(
            Pass(parameters: model.parameters, workspace: workspace, batch: batch))
        let targets = rows.indices.map(inputs.examples.target(of:))
        let losses = findsLoss ? losses(logits, targets) : nil
        return rows.indices.map { row in
            let values = logits.rows(row..<row + 1).values()
            var answer = answer(values)
            answer.loss = losses.map { losses in
                let isRight = targets[row] == .label(ClassificationSums.argmax(values))
                return RowLoss(sum: losses[row], count: 1, correct: isRight ? 1 : 0)
            }
            return answer
        }
    }

    package func input(of row: Row) throws -> String { try reader.input(of: row) }

    package func references(of row: Row) throws -> [String] {
        labels.texts(of: try labels.target(for: row, column: reader.labelColumn))
    }

    private func losses(_ logits: Tensor, _ targets: [Target]) -> [Double] {
        let targets = ClassificationTargets(
            targets, labelCount: logits.columns, problemType: model.head.problemType)
        return ClassificationLoss.rows(
            logits, targets, problemType: model.head.problemType, rowCount: 1, gradient: nil)
    }

    /// A label and its probability, lists of those above one half, or numbers.
    private func answer(_ logits: [Float]) -> RowPrediction {
        let answer = ClassificationOutput(logits: logits, problemType: labels.problemType)
        var prediction: RowPrediction
        switch answer.predicted {
        case .label(let best):
            prediction = RowPrediction(
                prediction: .string(labels.labels[best]), score: .real(answer.probabilities[best]))
        case .labels(let chosen):
            prediction = RowPrediction(
                prediction: .array(chosen.map { .string(labels.labels[$0]) }),
                score: .array(chosen.map { .real(answer.probabilities[$0]) }))
        case .values(let values):
            let numbers = values.map { JSONValue.real(Double($0)) }
            prediction = RowPrediction(prediction: numbers.count == 1 ? numbers[0] : .array(numbers))
        case .none, .spans: preconditionFailure("logits gave no answer")
        }
        prediction.classification = answer
        return prediction
    }
}
