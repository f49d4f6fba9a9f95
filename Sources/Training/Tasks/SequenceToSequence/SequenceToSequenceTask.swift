// Training of encoder–decoders: the loss is the mean over the target tokens of the global batch.

package import DataParallel
package import Datasets
package import Evaluation
package import Layers
package import Models
package import Training

/// Summarization, captioning and whatever else writes a text for a source.
package final class SequenceToSequenceTask: TrainingTask {
    package var model: any TrainableModel { network }
    package var training: TokenizedDataset { rows.examples }
    private let network: any SequenceToSequenceModel
    private let rows: any SequenceToSequenceRows
    private let validation: (any SequenceToSequenceRows)?
    private let labelSmoothing: Double
    private let evaluator: SequenceToSequenceEvaluator

    /// `batchRows` are the rows that a rank evaluates at once. With `writing`, evaluations write texts and
    /// score them.
    package init(
        model: any SequenceToSequenceModel, training: any SequenceToSequenceRows,
        validation: (any SequenceToSequenceRows)?, labelSmoothing: Double = 0,
        writing: SequenceToSequenceWriting? = nil, group: any ProcessGroup, batchRows: Int
    ) {
        network = model
        rows = training
        self.validation = validation
        self.labelSmoothing = labelSmoothing
        evaluator = SequenceToSequenceEvaluator(
            model: model, writing: writing, group: group, batchRows: batchRows)
    }

    package var hasValidation: Bool { validation != nil }
    package var readAhead: (@Sendable (_ rows: [UpcomingRow]) -> Void)? { rows.readAhead }
    package var metrics: [MetricDescription] { evaluator.metrics }

    package func lossCount(rows: [Int], epoch: Int) -> Int {
        rows.reduce(0) { $0 + training.termCount(of: $1) }
    }

    package func differentiate(_ batch: MicroBatch, makePass: (TokenBatch) -> Pass) throws -> Double {
        let source = makePass(try rows.sources(of: batch.rows, epoch: batch.epoch))
        let (tokens, targets) = network.targetBatch(
            batch.rows.map(rows.target(of:)), sampleIDs: batch.rows.map { UInt64($0) })
        return network.lossSums(
            source: source, target: makePass(tokens), targets: targets, scale: 1 / batch.lossCount,
            labelSmoothing: labelSmoothing
        ).loss
    }

    package func evaluate() throws -> any TaskEvaluation {
        guard let validation else { preconditionFailure("there are no validation rows") }
        return try evaluator.evaluate(validation)
    }
}
