// What differs between tasks: the examples, what the loss is divided by, forward and backward, evaluation.

package import Datasets
package import Evaluation
package import Layers
package import Models

/// The rows of one micro-batch.
package struct MicroBatch: Sendable, Equatable {
    /// Global row numbers.
    package var rows: [Int]
    /// The epoch that they are visited in, from 0: tasks may draw random numbers by it.
    package var epoch: Int
    /// What the loss is divided by: the count of the whole global batch, over all ranks and micro-batches, or
    /// the sum of its terms' weights.
    package var lossCount: Double

    package init(rows: [Int], epoch: Int, lossCount: Double) {
        self.rows = rows
        self.epoch = epoch
        self.lossCount = lossCount
    }
}

/// A model with the rows that it learns from and the way to measure it.
package protocol TrainingTask: AnyObject {
    var model: any TrainableModel { get }
    /// The training rows; their lengths say how they are scattered to ranks.
    var training: TokenizedDataset { get }
    /// Whether the counts and weights of a batch take the tokens or targets of all its rows, not of this
    /// rank's alone.
    var readsWholeBatches: Bool { get }
    /// Reads what rows of the next step name, such as images, while this step runs; called from any thread.
    /// nil where rows have all that a step needs.
    var readAhead: (@Sendable (_ rows: [UpcomingRow]) -> Void)? { get }
    /// Whether there are rows to evaluate on.
    var hasValidation: Bool { get }
    /// The metrics of an evaluation; `loss` is one of them.
    var metrics: [MetricDescription] { get }
    /// How many terms the loss of these rows has: rows, or target tokens. Every rank computes the same number
    /// without messages.
    func lossCount(rows: [Int], epoch: Int) -> Int
    /// The sum of the weights of these terms, by which their loss is divided; their number unless the task
    /// weighs them.
    func lossWeight(rows: [Int], epoch: Int) -> Double
    /// Forward and backward of a micro-batch: adds the gradients of `Σ losses / lossCount` and returns Σ
    /// losses. `makePass` makes a training pass over the tokens that the model is to read; passes of one call
    /// share their memory. Throws when a row cannot be read any more.
    func differentiate(_ batch: MicroBatch, makePass: (TokenBatch) -> Pass) throws -> Double
    /// Figures over all validation rows, the same bits on any number of ranks. Collective.
    func evaluate() throws -> any TaskEvaluation
}

extension TrainingTask {
    package var readsWholeBatches: Bool { false }
    package var readAhead: (@Sendable (_ rows: [UpcomingRow]) -> Void)? { nil }

    package func lossWeight(rows: [Int], epoch: Int) -> Double { Double(lossCount(rows: rows, epoch: epoch)) }
}
