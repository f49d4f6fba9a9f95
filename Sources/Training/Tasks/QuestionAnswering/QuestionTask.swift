// Training of models that answer questions: the loss is the mean over the windows of the global batch.

internal import Datasets
internal import Evaluation
internal import Layers
internal import Models
internal import Training

/// Learns to point at the first and the last token of the answer; at [CLS] in windows that do not hold it.
final class QuestionTask: TrainingTask {
    var model: any TrainableModel { answerer }
    var training: TokenizedDataset { rows.windows }
    private let answerer: QuestionAnswerer
    private let rows: QuestionRows
    private let validation: TokenizedDataset?
    private let evaluator: QuestionEvaluator

    init(
        model: QuestionAnswerer, training: QuestionRows, validation: TokenizedDataset?,
        evaluator: QuestionEvaluator
    ) {
        (answerer, rows, self.validation, self.evaluator) = (model, training, validation, evaluator)
    }

    var hasValidation: Bool { validation != nil }
    var metrics: [MetricDescription] { evaluator.metrics }
    func lossCount(rows windows: [Int], epoch: Int) -> Int { windows.count }

    func differentiate(_ batch: MicroBatch, makePass: (TokenBatch) -> Pass) -> Double {
        let (tokens, spans) = rows.batch(windows: batch.rows)
        let pass = makePass(tokens)
        let logits = answerer.forward(pass)
        let losses = SpanLoss.sequences(
            logits, offsets: tokens.offsets, spans: spans, lossCount: batch.lossCount, gradient: logits)
        answerer.backward(gradient: logits, pass)
        return losses.reduce(0) { $0 + $1.loss }
    }

    func evaluate() throws -> any TaskEvaluation {
        guard let validation else { preconditionFailure("there are no validation rows") }
        return try evaluator.evaluate(validation)
    }
}
