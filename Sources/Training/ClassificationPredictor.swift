// A classifier's answers to rows: labels or numbers with their probabilities.

public import Datasets
internal import Foundation
internal import Layers
public import Models
internal import Tensors

/// Predicts the labels or numbers of texts.
public final class ClassificationPredictor: RowPredictor {
    private let model: any SequenceClassifier
    private let reader: TextClassificationReader
    private let labels: LabelMap
    private let workspace = Workspace()

    public init(model: any SequenceClassifier, reader: TextClassificationReader) throws {
        self.model = model
        self.reader = reader
        labels = try LabelMap(model.head)
    }

    public func predict(_ rows: [Row], firstNumber: Int, findsLoss: Bool) throws -> [RowPrediction] {
        var store = ExampleStore()
        for row in rows {
            var example = try reader.example(row)
            if findsLoss { example.target = try labels.target(for: row, column: reader.columns.label) }
            store.append(example)
        }
        try store.validate(for: model)
        let batch = store.batch(rows: Array(rows.indices))
        workspace.reset()
        let logits = model.forward(
            Pass(parameters: model.parameters, workspace: workspace, batch: TokenBatch(batch)))
        let losses = findsLoss ? losses(logits, batch) : nil
        return rows.indices.map { row in
            let values = logits.rows(row..<row + 1).values()
            var answer = answer(values)
            answer.loss = losses.map { losses in
                let isRight = batch.targets[row] == .label(ClassificationSums.argmax(values))
                return RowLoss(sum: losses[row], count: 1, correct: isRight ? 1 : 0)
            }
            return answer
        }
    }

    public func input(of row: Row) throws -> String {
        let text = try row.text(in: reader.columns.text, key: "text_column")
        guard let column = reader.columns.textPair else { return text }
        return try text + "\n" + row.text(in: column, key: "text_pair_column")
    }

    public func references(of row: Row) throws -> [String] {
        switch try labels.target(for: row, column: reader.columns.label) {
        case .label(let label): [labels.labels[label]]
        case .labels(let chosen): chosen.map { labels.labels[$0] }
        case .values(let values): values.map(\.description)
        case .none, .spans: preconditionFailure("a label became no label")
        }
    }

    private func losses(_ logits: Tensor, _ batch: Batch) -> [Double] {
        let targets = ClassificationTargets(
            batch.targets, labelCount: logits.columns, problemType: model.head.problemType)
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
