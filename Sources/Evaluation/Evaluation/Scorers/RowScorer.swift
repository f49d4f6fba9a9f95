// What a task makes of answered rows: integers that add up over rows and ranks, and figures of their sums.

internal import Datasets
internal import Foundation
package import JSON
internal import Metrics

extension Metric {
    /// Loss, perplexity and accuracy of tokens, whose summed losses in units of 2^-`RowUnits.tokenLossBits`
    /// stand at `place`, then their number and the right ones.
    static func tokenLoss(at place: Int) -> [Metric] {
        @Sendable func mean(_ sums: [Int64]) -> Double {
            FixedPoint.value(sums[place], fractionBits: RowUnits.tokenLossBits) / Double(sums[place + 1])
        }
        return [
            Metric("loss", .plain, .lowerIsBetter, isMain: true, value: mean),
            Metric("perplexity", .plain, .lowerIsBetter) { exp(mean($0)) },
            Metric("accuracy") { Double($0[place + 2]) / Double($0[place + 1]) },
        ]
    }
}

/// Scores rows one by one.
package protocol RowScorer: Sendable {
    /// Number of integers that a row gives.
    var width: Int { get }
    /// The integers of a row.
    func counts(of row: PredictedRow) -> [Int64]
    /// What is computed of the sums of the counts.
    var metrics: [Metric] { get }
    /// How good the answer to a row with these counts is, in the unit of the metric `qualityName`, for the
    /// table by length; nil when that cannot be said.
    func quality(of row: PredictedRow, _ counts: [Int64]) -> Double?
    /// How wrong the answer to a row with these counts is, the larger the worse; nil when it is right.
    func badness(of row: PredictedRow, _ counts: [Int64]) -> Double?
    /// Whether `quality` can be said of rows at all.
    var knowsQuality: Bool { get }
    /// What `quality` is called in tables.
    var qualityName: String { get }
    /// Further scores of a row that is shown as a mistake.
    func details(of row: PredictedRow) -> [(name: String, value: JSONValue)]
}

extension RowScorer {
    package var knowsQuality: Bool { true }
    package func details(of row: PredictedRow) -> [(name: String, value: JSONValue)] { [] }
}
