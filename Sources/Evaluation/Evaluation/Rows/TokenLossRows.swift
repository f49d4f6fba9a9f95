// Feeds the token losses of rows to an evaluation, and to a file of predictions.

package import DataParallel
internal import Datasets
internal import JSON
package import Models

/// What is done with the losses of rows besides summing them.
package struct TokenLossArguments {
    let seed: UInt64
    let other: ComparedPredictions?
    let write: ((String) throws -> Void)?

    /// - Parameters:
    ///   - seed: that of the bootstrap.
    ///   - other: losses of another run for the same rows, to compare with.
    ///   - write: gets on rank 0 every row in order, as a line of a file of predictions; given on all ranks
    ///     or on none.
    package init(
        seed: UInt64, other: ComparedPredictions? = nil, write: ((String) throws -> Void)? = nil
    ) {
        (self.seed, self.other, self.write) = (seed, other, write)
    }
}

/// What a person is shown of a row.
package enum RowText {
    case input(String)
    case reference(String)
}

/// Rows whose losses this rank finds.
package enum TokenLossRows {
    /// Rows between two deliveries of lines, about; a multiple of the batch.
    private static let windowRows = 4_096

    /// Finds the losses of rows 0..<`rowCount`. Batches of consecutive rows are scattered to ranks in turn,
    /// alike for every number of ranks. Collective.
    ///
    /// - Parameters:
    ///   - losses: finds those of the rows of a batch.
    ///   - text: what a person is shown of a row.
    /// - Throws: what `losses` throws, and when another run has other rows.
    package static func run(
        rowCount: Int, batchRows: Int, group: any ProcessGroup, _ arguments: TokenLossArguments,
        losses: ([Int]) throws -> [TokenLossSums], text: (Int) -> RowText
    ) throws -> RowEvaluationResult {
        let evaluation = RowEvaluation(
            .losses, group: group, seed: arguments.seed, other: arguments.other)
        let window = max(1, windowRows / (batchRows * group.size)) * group.size * batchRows
        for start in stride(from: 0, to: rowCount, by: window) {
            let end = min(start + window, rowCount)
            var lines: [UInt8] = []
            for first in stride(from: start + group.rank * batchRows, to: end, by: group.size * batchRows) {
                let batch = Array(first..<min(first + batchRows, end))
                for (number, found) in zip(batch, try losses(batch)) {
                    let row = PredictedRow(number: number, loss: RowLoss(found), text: text(number))
                    try evaluation.add(row)
                    if arguments.write != nil { lines += Array(row.lossLine.utf8) + [0x0A] }
                }
            }
            guard let write = arguments.write else { continue }
            try PredictionLoop.deliver(
                lines, count: end - start, batchRows: batchRows, group: group, to: write)
        }
        return try evaluation.finish()
    }
}

extension RowLoss {
    /// The mean over the row's targets, of which there must be one.
    var mean: Double { sum / Double(count) }

    /// Members of a row's line in a file of predictions: the mean over tokens, their number, and the right
    /// ones.
    var tokenFields: [(name: String, value: JSONValue)] {
        [
            ("loss", .real(count == 0 ? 0 : mean)), ("targets", .integer(count)),
            ("correct_targets", .integer(correct)),
        ]
    }
}
