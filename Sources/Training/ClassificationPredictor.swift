// A classifier's answers to rows: labels or numbers with their probabilities.

public import Datasets
internal import Foundation
internal import Layers
public import Models
internal import Tensors

/// Predicts the labels or numbers of texts or images.
public final class ClassificationPredictor: RowPredictor {
    private let model: any SequenceClassifier
    private let reader: any ClassificationReader
    private let labels: LabelMap
    private let workspace = Workspace()

    public init(model: any SequenceClassifier, reader: any ClassificationReader) throws {
        self.model = model
        self.reader = reader
        labels = try LabelMap(model.head)
    }

    public func predict(_ rows: [Row], firstNumber: Int, findsLoss: Bool) throws -> [RowPrediction] {
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

    public func input(of row: Row) throws -> String { try reader.input(of: row) }

    public func references(of row: Row) throws -> [String] {
        switch try labels.target(for: row, column: reader.labelColumn) {
        case .label(let label): [labels.labels[label]]
        case .labels(let chosen): chosen.map { labels.labels[$0] }
        case .values(let values): values.map(\.description)
        case .none, .spans: preconditionFailure("a label became no label")
        }
    }

    private func losses(_ logits: Tensor, _ targets: [Target]) -> [Double] {
        let targets = ClassificationTargets(
            targets, labelCount: logits.columns, problemType: model.head.problemType)
        return ClassificationLoss.rows(
            logits, targets, problemType: model.head.problemType, rowCount: 1, gradient: nil)
    }

    /// A label and its probability, lists of those above one half, or numbers.
    private func answer(_ logits: [Float]) -> RowPrediction {
        let labels = model.head.labels
        switch model.head.problemType {
        case .singleLabel:
            let maximum = logits.max() ?? 0
            let exponentials = logits.map { exp(Double($0 - maximum)) }
            let best = ClassificationSums.argmax(logits)
            let score = exponentials[best] / exponentials.reduce(0, +)
            return RowPrediction(prediction: .string(labels[best]), score: .real(score), logits: logits)
        case .multiLabel:
            let chosen = logits.indices.filter { logits[$0] > 0 }
            return RowPrediction(
                prediction: .list(chosen.map { .string(labels[$0]) }),
                score: .list(chosen.map { .real(1 / (1 + exp(-Double(logits[$0])))) }), logits: logits)
        case .regression:
            let values = logits.map { Value.real(Double($0)) }
            return RowPrediction(prediction: values.count == 1 ? values[0] : .list(values), logits: logits)
        }
    }
}
