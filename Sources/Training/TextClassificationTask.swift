// Fine-tuning a classifier or regressor: the loss is the mean over rows.

public import DataParallel
public import Datasets
public import Layers
public import Models
internal import Tensors

/// Classification, multi-label classification and regression of texts or pairs of texts.
public final class TextClassificationTask: TrainingTask {
    public var model: any TrainableModel { classifier }
    public let training: ExampleStore
    private let classifier: any SequenceClassifier
    private let validation: ExampleStore?
    private let evaluator: ClassificationEvaluator

    /// `batchRows` are the rows that a rank evaluates at once.
    public init(
        model: any SequenceClassifier, training: ExampleStore, validation: ExampleStore?,
        group: any ProcessGroup, batchRows: Int
    ) {
        classifier = model
        self.training = training
        self.validation = validation
        evaluator = ClassificationEvaluator(model: model, group: group, batchRows: batchRows)
    }

    public var hasValidation: Bool { validation != nil }

    public var metricNames: [String] {
        ClassificationSums(head: classifier.head).evaluation.metrics.map(\.name)
    }

    public func lossCount(rows: [Int], epoch: Int) -> Int { rows.count }

    public func differentiate(_ batch: MicroBatch, makePass: (TokenBatch) -> Pass) -> Double {
        let examples = training.batch(rows: batch.rows)
        let pass = makePass(TokenBatch(examples))
        let logits = classifier.forward(pass)
        let targets = ClassificationTargets(
            examples.targets, labelCount: logits.columns, problemType: classifier.head.problemType)
        let losses = ClassificationLoss.rows(
            logits, targets, problemType: classifier.head.problemType, rowCount: batch.lossCount,
            gradient: logits)
        classifier.backward(gradient: logits, pass)
        return losses.reduce(0, +)
    }

    public func evaluate() throws(ParallelError) -> any TaskEvaluation {
        guard let validation else { preconditionFailure("there are no validation rows") }
        return try evaluator.evaluate(validation)
    }
}

extension ClassificationEvaluation: TaskEvaluation {}
