// Evaluates a classifier on rows that are spread over the ranks.

package import DataParallel
internal import Datasets
package import Evaluation
internal import JSON
internal import Layers
internal import Metrics
package import Models
internal import Tensors

/// Runs a model over labelled rows without padding duplicates. Batches are composed alike for every number of
/// ranks, so every figure is the same on any number of ranks, to the last bit.
package final class ClassificationEvaluator {
    private let model: any SequenceClassifier
    private let group: any ProcessGroup
    private let batchRows: Int
    private let weighting: LossWeighting?
    private let workspace = Workspace()
    private let labels: LabelMap
    /// What answers are scored as.
    let head: ClassificationHead

    /// `positive` is the label that figures of two are of. With `weighting` the loss is that of a run with
    /// it.
    package init(
        model: any SequenceClassifier, weighting: LossWeighting? = nil, positive: Int = 1,
        group: any ProcessGroup, batchRows: Int
    ) throws {
        var head = model.head
        head.positive = positive
        self.head = head
        self.model = model
        self.weighting = weighting
        labels = try LabelMap(model.head)
        self.group = group
        self.batchRows = batchRows
    }

    /// Metrics over all rows of `inputs`, on every rank. Collective.
    package func evaluate(_ inputs: any ModelInputs) throws -> RowEvaluationResult {
        let evaluation = RowEvaluation(.labels(head), group: group, seed: 0, detail: .figures)
        let examples = inputs.examples
        let batches = EvaluationSampler(examples, batchRows: batchRows)
        try batches.forEachBatch(of: group) { index in
            let rows = batches.rows(batch: index)
            try add(
                try inputs.tokenBatch(rows: rows, epoch: nil), rows, rows.map(examples.target(of:)),
                to: evaluation)
        }
        return try evaluation.finish()
    }

    private func add(
        _ batch: TokenBatch, _ rows: [Int], _ expected: [Target], to evaluation: RowEvaluation
    ) throws {
        workspace.reset()
        let logits = model.forward(
            Pass(parameters: model.parameters, workspace: workspace, batch: batch))
        let targets = ClassificationTargets(
            expected, labelCount: logits.columns, problemType: model.head.problemType)
        let losses = ClassificationLoss.rows(
            logits, targets, problemType: model.head.problemType, rowCount: 1, gradient: nil,
            weighting: weighting)
        for (place, row) in rows.enumerated() {
            let answer = ClassificationOutput(
                logits: logits.rows(place..<place + 1).values(), problemType: labels.problemType)
            var score: Double?
            if case .label(let best) = answer.predicted { score = answer.probabilities[best] }
            try evaluation.add(
                PredictedRow(
                    number: row, prediction: .null, score: score, references: [], target: expected[place],
                    predicted: answer.predicted, probabilities: answer.probabilities,
                    loss: RowLoss(
                        sum: losses[place], count: 1, correct: 0,
                        weight: weighting?.weight(of: expected[place]))))
        }
    }
}
