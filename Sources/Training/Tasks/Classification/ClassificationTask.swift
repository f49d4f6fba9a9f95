// Fine-tuning a classifier or regressor: the loss is the mean over rows, by their weights where labels have
// some.

package import DataParallel
package import Datasets
package import Evaluation
package import Layers
package import Models
internal import Tensors
package import Training

/// Classification, multi-label classification and regression of texts, pairs of texts or images.
package final class ClassificationTask: TrainingTask {
    package var model: any TrainableModel { classifier }
    package var training: TokenizedDataset { inputs.examples }
    private let classifier: any SequenceClassifier
    private let inputs: any ModelInputs
    private let validation: (any ModelInputs)?
    private let evaluator: ClassificationEvaluator
    private let weighting: LossWeighting?

    /// `batchRows` are the rows that a rank evaluates at once. `weighting` is that of training and of its
    /// evaluations; `positive` the label that figures of two are of.
    package init(
        model: any SequenceClassifier, training: any ModelInputs, validation: (any ModelInputs)?,
        weighting: LossWeighting? = nil, positive: Int = 1, group: any ProcessGroup, batchRows: Int
    ) throws {
        classifier = model
        inputs = training
        self.validation = validation
        self.weighting = weighting
        evaluator = try ClassificationEvaluator(
            model: model, weighting: weighting, positive: positive, group: group, batchRows: batchRows)
    }

    package var readsWholeBatches: Bool { weighting != nil }
    package var readAhead: (@Sendable (_ rows: [UpcomingRow]) -> Void)? { inputs.readAhead }
    package var hasValidation: Bool { validation != nil }

    package var metrics: [MetricDescription] { RowEvaluation.descriptions(.labels(evaluator.head)) }

    package func lossCount(rows: [Int], epoch: Int) -> Int { rows.count }

    package func lossWeight(rows: [Int], epoch: Int) -> Double {
        guard let weighting else { return Double(rows.count) }
        return rows.reduce(0) { $0 + weighting.weight(of: training.target(of: $1)) }
    }

    package func differentiate(_ batch: MicroBatch, makePass: (TokenBatch) -> Pass) throws -> Double {
        let pass = makePass(try inputs.tokenBatch(rows: batch.rows, epoch: batch.epoch))
        let logits = classifier.forward(pass)
        let targets = ClassificationTargets(
            batch.rows.map(training.target(of:)), labelCount: logits.columns,
            problemType: classifier.head.problemType)
        let losses = ClassificationLoss.rows(
            logits, targets, problemType: classifier.head.problemType, rowCount: batch.lossCount,
            gradient: logits, weighting: weighting)
        classifier.backward(gradient: logits, pass)
        return losses.reduce(0, +)
    }

    package func evaluate() throws -> any TaskEvaluation {
        guard let validation else { preconditionFailure("there are no validation rows") }
        return try evaluator.evaluate(validation)
    }
}
