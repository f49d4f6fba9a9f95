// Training of extractive summarizers: the loss is the mean over the sentences of the global batch.

package import DataParallel
package import Datasets
package import Evaluation
internal import Kernels
package import Layers
package import Models
package import Training

/// BERTSum's extractive summarization: whether the oracle chose a sentence, by binary cross-entropy.
package final class ExtractiveTask: TrainingTask {
    package var model: any TrainableModel { summarizer }
    package var training: TokenizedDataset { rows.windows }
    private let summarizer: ExtractiveSummarizer
    private let rows: ExtractiveRows
    private let validation: TokenizedDataset?
    private let evaluator: ExtractiveEvaluator

    /// `batchRows` are the windows that a rank evaluates at once.
    package init(
        model: ExtractiveSummarizer, training: ExtractiveRows, validation: TokenizedDataset?,
        selection: SentenceSelection, group: any ProcessGroup, batchRows: Int
    ) {
        summarizer = model
        rows = training
        self.validation = validation
        evaluator = ExtractiveEvaluator(
            model: model, selection: selection, group: group, batchRows: batchRows)
    }

    package var hasValidation: Bool { validation != nil }
    package var metrics: [MetricDescription] { ExtractiveEvaluator.metrics }

    package func lossCount(rows windows: [Int], epoch: Int) -> Int {
        windows.reduce(0) { $0 + rows.sentenceCount(ofWindow: $1) }
    }

    package func differentiate(_ batch: MicroBatch, makePass: (TokenBatch) -> Pass) -> Double {
        let (tokens, sentences, labels) = rows.batch(windows: batch.rows)
        let pass = makePass(tokens)
        let logits = summarizer.forward(pass, sentences: sentences)
        let losses = ClassificationLoss.rows(
            logits, .values(labels), problemType: .multiLabel, rowCount: batch.lossCount, gradient: logits)
        summarizer.backward(gradient: logits, pass)
        return losses.reduce(0, +)
    }

    package func evaluate() throws -> any TaskEvaluation {
        guard let validation else { preconditionFailure("there are no validation rows") }
        return try evaluator.evaluate(validation)
    }
}
