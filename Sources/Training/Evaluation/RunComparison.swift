// Whether this run and another differ by more than chance, on the same rows.

internal import DataParallel
internal import Datasets
public import Metrics

/// Differences between this run and another.
public struct RunComparison: Sendable {
    /// One figure of both.
    public struct Item: Sendable {
        public let name: String
        public let unit: ScoredFigure.Unit
        public let isHigherBetter: Bool
        /// This run's figure minus the other's.
        public let test: PairedBootstrapTest
    }

    public let other: String
    public let items: [Item]
    /// Rows that only this run and only the other got right, with McNemar's test of them; nil for texts.
    public let rights: (onlyThis: Int64, onlyOther: Int64, test: McNemarTest)?
}

/// Scores the rows of two runs side by side.
struct PairedRows {
    private let other: OtherPredictions
    private let scorer: any RowScorer
    private var sums: BootstrapSums
    /// Rows that only this run and only the other got right; rows with a loss in both.
    private var counts: [Int64] = [0, 0, 0]
    private var isShort = false

    init(other: OtherPredictions, scorer: any RowScorer, seed: UInt64) {
        (self.other, self.scorer) = (other, scorer)
        sums = BootstrapSums(width: 2 * scorer.width, seed: seed)
    }

    /// Adds a row of this run, whose counts are known.
    mutating func add(_ row: AnsweredRow, _ mine: [Int64]) throws {
        guard !isShort, let theirs = try other.answer(like: row) else {
            isShort = true
            return
        }
        sums.add(number: row.number, mine + scorer.counts(of: theirs))
        if row.loss != nil, theirs.loss != nil { counts[2] += 1 }
        let (isRight, otherIsRight) = (row.predicted == row.target, theirs.predicted == row.target)
        if isRight && !otherIsRight { counts[0] += 1 }
        if otherIsRight && !isRight { counts[1] += 1 }
    }

    /// Collective.
    mutating func finish(rowCount: Int64, _ group: any ProcessGroup) throws -> RunComparison {
        let otherCount = try other.count()
        guard otherCount == rowCount else {
            throw TrainingError(
                "\(other.path) has \(otherCount) rows, this evaluation \(rowCount): both runs must be evaluated on the "
                    + "same rows")
        }
        try sums.reduce(over: group)
        try group.allReduceSum(&counts)
        let replicates = sums.replicates
        let hasLoss = counts[2] == rowCount
        let items = scorer.figures.filter { $0.isMain && ($0.name != "loss" || hasLoss) }.map { figure in
            RunComparison.Item(
                name: figure.name, unit: figure.unit, isHigherBetter: figure.isHigherBetter,
                test: replicates.difference(of: figure.value))
        }
        let isClassifier = scorer is ClassificationScorer || scorer is LabelSetScorer
        let test = McNemarTest(onlyFirstRight: counts[0], onlySecondRight: counts[1])
        return RunComparison(
            other: other.path, items: items,
            rights: isClassifier ? (onlyThis: counts[0], onlyOther: counts[1], test: test) : nil)
    }
}
