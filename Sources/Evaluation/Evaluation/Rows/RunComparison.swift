// Whether this run and another differ by more than chance, on the same rows.

internal import DataParallel
internal import Datasets
package import Metrics
internal import Models

/// Differences between this run and another.
package struct RunComparison: Sendable {
    /// One figure of both.
    package struct Item: Sendable {
        package let name: String
        package let unit: Metric.Unit
        package let direction: Metric.Direction
        /// This run's figure minus the other's.
        package let test: PairedBootstrapTest
    }

    package let other: String
    package let items: [Item]
    /// Rows that only this run and only the other got right, with McNemar's test of them; nil for texts and
    /// numbers.
    package let rights: (onlyThis: Int64, onlyOther: Int64, test: McNemarTest)?
}

extension RunComparison {
    /// Compares figures of sums over two runs' counts, side by side.
    init(
        other: String, figures: [Metric], replicates: BootstrapReplicates, numbers: [Item] = [],
        rights: (onlyThis: Int64, onlyOther: Int64, test: McNemarTest)? = nil
    ) {
        let items = figures.map { figure in
            Item(
                name: figure.name, unit: figure.unit, direction: figure.direction,
                test: replicates.difference(of: figure.value))
        }
        self.init(other: other, items: items + numbers, rights: rights)
    }
}

/// Scores the rows of two runs side by side.
struct PairedRows {
    private let other: ComparedPredictions
    private let scorer: any RowScorer
    private var sums: BootstrapSums
    /// Of a regression, whose figures are no sums of integers.
    private var numbers: RegressionPairs?
    /// Rows that only this run and only the other got right; rows with a loss in both.
    private var counts: [Int64] = [0, 0, 0]
    private var isShort = false

    /// `head` is that of a classifier or a regression; nil for texts.
    init(other: ComparedPredictions, scorer: any RowScorer, head: ClassificationHead?, seed: UInt64) {
        (self.other, self.scorer) = (other, scorer)
        if let head, head.problemType == .regression { numbers = RegressionPairs(head: head, seed: seed) }
        sums = BootstrapSums(width: 2 * scorer.width, seed: seed)
    }

    /// Adds a row of this run, whose counts are known.
    mutating func add(_ row: PredictedRow, _ mine: [Int64]) throws {
        let isLoss = scorer is TokenLossScorer
        guard !isShort, let theirs = try isLoss ? other.loss(like: row) : other.answer(like: row) else {
            isShort = true
            return
        }
        sums.add(number: row.number, mine + scorer.counts(of: theirs))
        numbers?.add(row, theirs)
        if row.loss != nil, theirs.loss != nil { counts[2] += 1 }
        let (isRight, otherIsRight) = (row.predicted == row.target, theirs.predicted == row.target)
        if isRight && !otherIsRight { counts[0] += 1 }
        if otherIsRight && !isRight { counts[1] += 1 }
    }

    /// Collective.
    mutating func finish(
        rowCount: Int64, skippedCount: Int64, _ group: any ProcessGroup
    ) throws -> RunComparison {
        try other.checkCount(rowCount + skippedCount)
        try sums.reduce(over: group)
        try numbers?.reduce(over: group)
        try group.allReduceSum(&counts)
        let replicates = sums.replicates
        let hasLoss = counts[2] == rowCount
        // Rows of which only losses are known have few figures: all are compared.
        let figures = scorer.metrics.filter {
            scorer is TokenLossScorer || $0.isMain && ($0.name != "loss" || hasLoss)
        }
        let isClassifier = scorer is ClassificationScorer || scorer is LabelSetScorer
        let test = McNemarTest(onlyFirstRight: counts[0], onlySecondRight: counts[1])
        return RunComparison(
            other: other.path, figures: figures, replicates: replicates, numbers: numbers?.items ?? [],
            rights: isClassifier ? (onlyThis: counts[0], onlyOther: counts[1], test: test) : nil)
    }
}
