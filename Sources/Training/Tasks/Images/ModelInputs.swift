// What a task reads of its rows: texts that were tokenised once, or images that are prepared when they are
// needed.

package import Datasets
package import Layers
package import Models
package import Training

/// Rows of a data set as a model reads them.
package protocol ModelInputs {
    /// Targets, lengths and places of the rows.
    var examples: TokenizedDataset { get }
    /// The rows as one batch, valid until the next call: as that epoch of training sees them, or, with nil,
    /// as evaluations do. Throws when a row cannot be read any more.
    func tokenBatch(rows: [Int], epoch: Int?) throws -> TokenBatch
    /// Reads what rows name while a step runs, from any thread; nil where they have all that a step needs.
    var readAhead: (@Sendable (_ rows: [UpcomingRow]) -> Void)? { get }
    /// Throws, with the place, when a row does not fit the model or its image is broken. What takes long is
    /// shared: this rank looks at every `rankCount`-th row from `rank` on.
    func validate(for model: any TrainableModel, rank: Int, of rankCount: Int) throws
}

extension TokenizedDataset: ModelInputs {
    package var examples: TokenizedDataset { self }
    package var readAhead: (@Sendable (_ rows: [UpcomingRow]) -> Void)? { nil }

    /// Texts are the same in every epoch.
    package func tokenBatch(rows: [Int], epoch: Int?) -> TokenBatch { TokenBatch(batch(rows: rows)) }

    package func validate(
        for model: any TrainableModel, rank: Int, of rankCount: Int
    ) throws(TrainingError) {
        try validate(for: model)
    }
}
