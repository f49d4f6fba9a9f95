// Training of classifiers of tokens: the loss is the mean over the labelled tokens of the global batch, by
// their weights where tags have some.

internal import DataParallel
internal import Datasets
internal import Evaluation
internal import JSON
internal import Layers
internal import Models
internal import Training

/// Token classification by cross-entropy.
final class TaggingTask: TrainingTask {
    var model: any TrainableModel { classifier }
    var training: TokenizedDataset { rows.examples }
    private let classifier: TokenClassifier
    private let rows: TaggedRows
    private let validation: TaggedRows?
    private let tags: TagSet
    private let group: any ProcessGroup
    private let batchRows: Int
    private let weighting: LossWeighting?
    private let scorer: TagScorer

    /// `batchRows` are the rows that a rank evaluates at once. `weighting` is that of training and of its
    /// evaluations.
    init(
        model: TokenClassifier, tags: TagSet, training: TaggedRows, validation: TaggedRows?,
        weighting: LossWeighting? = nil, group: any ProcessGroup, batchRows: Int
    ) {
        (classifier, self.tags, rows, self.validation) = (model, tags, training, validation)
        (self.group, self.batchRows) = (group, batchRows)
        self.weighting = weighting
        scorer = TagScorer(model: model, weighting: weighting)
    }

    var readsWholeBatches: Bool { weighting != nil }
    var hasValidation: Bool { validation != nil }
    var metrics: [MetricDescription] { RowEvaluation.descriptions(.entities(labels: tags.entityLabels)) }

    func lossCount(rows numbers: [Int], epoch: Int) -> Int { rows.targetCount(rows: numbers) }

    func lossWeight(rows numbers: [Int], epoch: Int) -> Double {
        guard let weighting else { return Double(lossCount(rows: numbers, epoch: epoch)) }
        return rows.targetWeight(rows: numbers, of: weighting.weight(of:))
    }

    func differentiate(_ batch: MicroBatch, makePass: (TokenBatch) -> Pass) -> Double {
        let (tokens, targets) = rows.batch(rows: batch.rows)
        let pass = makePass(tokens)
        let logits = classifier.forward(pass, rows: targets.places)
        let losses = ClassificationLoss.rows(
            logits, .labels(targets.tags), problemType: .singleLabel, rowCount: batch.lossCount,
            gradient: logits, weighting: weighting)
        classifier.backward(gradient: logits, pass)
        return losses.reduce(0, +)
    }

    /// Figures over all validation rows. Batches are composed alike for every number of ranks. Collective.
    func evaluate() throws -> any TaskEvaluation {
        guard let validation else { preconditionFailure("there are no validation rows") }
        let evaluation = RowEvaluation(
            .entities(labels: tags.entityLabels), group: group, seed: 0, detail: .figures)
        let batches = EvaluationSampler(validation.examples, batchRows: batchRows)
        try batches.forEachBatch(of: group) { index in
            let numbers = batches.rows(batch: index)
            for (number, answer) in zip(numbers, scorer.answers(to: numbers, of: validation)) {
                try evaluation.add(
                    PredictedRow(
                        number: number, prediction: entities(answer.tags),
                        references: [entities(answer.truths).json], loss: answer.loss))
            }
        }
        return try evaluation.finish()
    }

    private func entities(_ ids: [Int]) -> JSONValue {
        .array(ids.map { tags.tags[$0] }.entities.map { $0.value() })
    }
}
