// Evaluates a classifier on rows that are spread over the ranks.

public import DataParallel
internal import Datasets
public import Evaluation
internal import Layers
internal import Metrics
public import Models
internal import Tensors

/// Runs a model over labelled rows without padding duplicates. Batches are composed alike for every number of ranks,
/// so every figure is the same on any number of ranks, to the last bit.
public final class ClassificationEvaluator {
    private let model: any SequenceClassifier
    private let group: any ProcessGroup
    private let batchRows: Int
    private let workspace = Workspace()

    public init(model: any SequenceClassifier, group: any ProcessGroup, batchRows: Int) {
        self.model = model
        self.group = group
        self.batchRows = batchRows
    }

    /// Metrics over all rows of `inputs`, on every rank. Collective.
    public func evaluate(_ inputs: any ModelInputs) throws -> ClassificationEvaluation {
        var sums = ClassificationSums(head: model.head)
        let examples = inputs.examples
        let batches = EvaluationBatches(
            rowCount: examples.count, batchRows: batchRows, lengths: examples.lengths)
        for index in batches.batches(rank: group.rank, of: group.size) {
            let rows = batches.rows(batch: index)
            add(
                try inputs.tokenBatch(rows: rows, epoch: nil), rows.map(examples.target(of:)), to: &sums)
        }
        try sums.reduce(over: group)
        return sums.evaluation
    }

    private func add(_ batch: TokenBatch, _ expected: [Target], to sums: inout ClassificationSums) {
        workspace.reset()
        let logits = model.forward(
            Pass(parameters: model.parameters, workspace: workspace, batch: batch))
        let targets = ClassificationTargets(
            expected, labelCount: logits.columns, problemType: model.head.problemType)
        let losses = ClassificationLoss.rows(
            logits, targets, problemType: model.head.problemType, rowCount: 1, gradient: nil)
        for row in 0..<logits.rows {
            let values = logits.rows(row..<row + 1).values()
            switch targets {
            case .labels(let labels): sums.add(loss: losses[row], logits: values, label: labels[row])
            case .values(let expected): sums.add(loss: losses[row], logits: values, values: expected[row])
            }
        }
    }
}
