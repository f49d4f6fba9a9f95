// Evaluates a classifier on rows that are spread over the ranks.

public import DataParallel
public import Datasets
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

    /// Metrics over all rows of `store`, on every rank. Collective.
    public func evaluate(_ store: ExampleStore) throws(ParallelError) -> ClassificationEvaluation {
        var sums = ClassificationSums(head: model.head)
        let batches = EvaluationBatches(rowCount: store.count, batchRows: batchRows, lengths: store.lengths)
        for index in batches.batches(rank: group.rank, of: group.size) {
            add(store.batch(rows: batches.rows(batch: index)), to: &sums)
        }
        try sums.reduce(over: group)
        return sums.evaluation
    }

    private func add(_ batch: Batch, to sums: inout ClassificationSums) {
        let logits = logits(batch)
        let targets = ClassificationTargets(
            batch.targets, labelCount: logits.columns, problemType: model.head.problemType)
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

    /// The logits `[S, K]` of a batch; valid until the next call.
    func logits(_ batch: Batch) -> Tensor {
        workspace.reset()
        return model.forward(
            Pass(parameters: model.parameters, workspace: workspace, batch: TokenBatch(batch)))
    }
}
