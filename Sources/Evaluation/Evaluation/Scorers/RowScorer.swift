// What a task makes of answered rows: integers that add up over rows and ranks, and figures of their sums.

internal import Datasets
internal import Foundation
public import JSON
internal import Metrics

/// A figure as a function of summed counts.
public struct ScoredFigure: Sendable {
    /// How a difference of the figure is told to people.
    public enum Unit: Sendable {
        /// In 0...1; differences are told in hundredths, as points.
        case share
        /// In 0...100; differences are told as points.
        case points
        /// Anything else.
        case plain
    }

    public let name: String
    public let unit: Unit
    public let isHigherBetter: Bool
    /// Whether two runs are compared by it.
    public let isMain: Bool
    let value: @Sendable ([Int64]) -> Double

    init(
        _ name: String, _ unit: Unit = .share, isHigherBetter: Bool = true, isMain: Bool = false,
        value: @escaping @Sendable ([Int64]) -> Double
    ) {
        (self.name, self.unit, self.isHigherBetter, self.isMain) = (name, unit, isHigherBetter, isMain)
        self.value = value
    }
}

extension ScoredFigure {
    /// Loss, perplexity and accuracy of tokens, whose summed losses in units of 2^-`RowUnits.tokenLossBits` stand at
    /// `place`, then their number and the right ones.
    static func tokenLoss(at place: Int) -> [ScoredFigure] {
        @Sendable func mean(_ sums: [Int64]) -> Double {
            FixedPoint.value(sums[place], fractionBits: RowUnits.tokenLossBits) / Double(sums[place + 1])
        }
        return [
            ScoredFigure("loss", .plain, isHigherBetter: false, isMain: true, value: mean),
            ScoredFigure("perplexity", .plain, isHigherBetter: false) { exp(mean($0)) },
            ScoredFigure("accuracy") { Double($0[place + 2]) / Double($0[place + 1]) },
        ]
    }
}

/// Scores rows one by one.
public protocol RowScorer: Sendable {
    /// Number of integers that a row gives.
    var width: Int { get }
    /// The integers of a row.
    func counts(of row: AnsweredRow) -> [Int64]
    var figures: [ScoredFigure] { get }
    /// How good the answer to a row with these counts is, in 0...1, for the table by length; nil when that cannot be said.
    func quality(of row: AnsweredRow, _ counts: [Int64]) -> Double?
    /// How wrong the answer to a row with these counts is, the larger the worse; nil when it is right.
    func badness(of row: AnsweredRow, _ counts: [Int64]) -> Double?
    /// What `quality` is called in tables.
    var qualityName: String { get }
    /// Further scores of a row that is shown as a mistake.
    func details(of row: AnsweredRow) -> [(name: String, value: Value)]
}

extension RowScorer {
    public func details(of row: AnsweredRow) -> [(name: String, value: Value)] { [] }
}
