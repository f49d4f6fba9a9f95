// Token losses row by row: figures with their intervals, a line a row, and the comparison with another run.

package import DataParallel
internal import Datasets
internal import Foundation
internal import JSON
public import Metrics
package import Models

/// What is done with the losses of rows besides summing them.
public struct TokenLossArguments {
    let seed: UInt64
    let other: OtherPredictions?
    let write: ((String) throws -> Void)?

    /// - Parameters:
    ///   - seed: that of the bootstrap.
    ///   - other: losses of another run for the same rows, to compare with.
    ///   - write: gets on rank 0 every row in order, as a line of a file of predictions; given on all ranks or on none.
    public init(
        seed: UInt64, other: OtherPredictions? = nil, write: ((String) throws -> Void)? = nil
    ) {
        (self.seed, self.other, self.write) = (seed, other, write)
    }
}

/// What the token losses of rows amount to, the same bits on any number of ranks.
public struct TokenLossResult: Sendable {
    public let rowCount: Int64
    /// The losses of all rows' target tokens.
    public let tokens: TokenPredictionSums
    /// Loss, perplexity and accuracy with their intervals over rows.
    public let estimates: [MetricEstimate]
    /// The rows of the highest mean loss as JSON objects, the worst first.
    public let mistakes: [String]
    public let comparison: RunComparison?
}

/// Rows whose losses this rank found.
package struct TokenLossRows {
    /// Rows between two deliveries of lines, about; a multiple of the batch.
    private static let windowRows = 4_096

    private var totals = TokenLossTotals()
    private var sums: BootstrapSums
    private var worst = WorstRows()
    private var paired: (other: OtherPredictions, sums: BootstrapSums)?
    private let figures = ScoredFigure.tokenLoss(at: 0)

    private init(_ arguments: TokenLossArguments) {
        sums = BootstrapSums(width: Self.width, seed: arguments.seed)
        paired = arguments.other.map {
            ($0, BootstrapSums(width: 2 * Self.width, seed: arguments.seed))
        }
    }

    /// Finds the losses of rows 0..<`rowCount`. Batches of consecutive rows are dealt to ranks in turn, alike for every
    /// number of ranks. Collective.
    ///
    /// - Parameters:
    ///   - losses: finds those of the rows of a batch.
    ///   - text: what a person is shown of a row, under which name.
    /// - Throws: what `losses` throws, and when another run has other rows.
    package static func run(
        rowCount: Int, batchRows: Int, group: any ProcessGroup, _ arguments: TokenLossArguments,
        losses: ([Int]) throws -> [TokenLossSums], text: (Int) -> (name: String, text: String)
    ) throws -> TokenLossResult {
        var rows = TokenLossRows(arguments)
        let window = max(1, windowRows / (batchRows * group.size)) * group.size * batchRows
        for start in stride(from: 0, to: rowCount, by: window) {
            let end = min(start + window, rowCount)
            var lines: [UInt8] = []
            for first in stride(from: start + group.rank * batchRows, to: end, by: group.size * batchRows) {
                let batch = Array(first..<min(first + batchRows, end))
                for (number, found) in zip(batch, try losses(batch)) {
                    let loss = RowLoss(found)
                    try rows.add(number: number, loss, found, text)
                    if arguments.write != nil { lines += Array(line(number, loss).utf8) + [0x0A] }
                }
            }
            guard let write = arguments.write else { continue }
            try RowPredictions.deliver(
                lines, count: end - start, batchRows: batchRows, group: group, to: write)
        }
        return try rows.finish(group)
    }

    /// Loss, target tokens, right ones.
    private static let width = 3

    private static func counts(_ loss: RowLoss) -> [Int64] {
        let units = RowUnits.of(loss.sum, fractionBits: RowUnits.tokenLossBits) ?? 0
        return [units, Int64(loss.count), Int64(loss.correct)]
    }

    private static func line(_ number: Int, _ loss: RowLoss) -> String {
        AnsweredRow.object([("row", .integer(number))] + loss.tokenFields).json
    }

    private mutating func add(
        number: Int, _ loss: RowLoss, _ found: TokenLossSums, _ text: (Int) -> (name: String, text: String)
    ) throws {
        totals.add(found)
        if loss.count > 0, worst.admits(loss.mean, number: number) {
            let (name, text) = text(number)
            worst.add(
                badness: loss.mean, number: number,
                fields: [("row", .integer(number)), (name, .string(AnsweredRow.excerpt(text)))]
                    + loss.tokenFields)
        }
        let counts = Self.counts(loss)
        sums.add(number: number, counts)
        guard let theirs = try paired?.other.loss(number: number, targetCount: loss.count) else { return }
        paired?.sums.add(number: number, counts + Self.counts(theirs))
    }

    /// Collective.
    private mutating func finish(_ group: any ProcessGroup) throws -> TokenLossResult {
        try totals.reduce(over: group)
        try sums.reduce(over: group)
        try worst.reduce(over: group)
        try paired?.other.checkCount(totals.rowCount)
        try paired?.sums.reduce(over: group)
        let replicates = sums.replicates
        return TokenLossResult(
            rowCount: totals.rowCount, tokens: totals.tokens,
            estimates: zip(figures, totals.tokens.figures).map { figure, exact in
                MetricEstimate(
                    name: exact.name, value: exact.value, interval: replicates.interval(of: figure.value))
            },
            mistakes: worst.lines,
            comparison: paired.map { paired in
                RunComparison(
                    other: paired.other.path, figures: figures, replicates: paired.sums.replicates)
            })
    }
}

extension RowLoss {
    /// The mean over the row's targets, of which there must be one.
    var mean: Double { sum / Double(count) }

    /// Members of a row's line in a file of predictions: the mean over tokens, their number, and the right ones.
    var tokenFields: [(name: String, value: Value)] {
        [
            ("loss", .real(count == 0 ? 0 : mean)), ("targets", .integer(count)),
            ("correct_targets", .integer(correct)),
        ]
    }
}
