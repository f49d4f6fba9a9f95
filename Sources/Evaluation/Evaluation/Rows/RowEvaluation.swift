// An evaluation row by row: figures with intervals, tables, the worst rows, and the comparison with another run.

public import DataParallel
internal import Datasets
public import Metrics
public import Models

/// A figure with its interval, when it has one.
public struct MetricEstimate: Sendable, Equatable {
    /// Without prefix.
    public let name: String
    public let value: Double
    /// 95% bootstrap interval; nil for figures that a bootstrap over rows cannot judge.
    public let interval: ConfidenceInterval?

    public init(name: String, value: Double, interval: ConfidenceInterval?) {
        (self.name, self.value, self.interval) = (name, value, interval)
    }
}

/// What an evaluation found, the same bits on any number of ranks.
public struct RowEvaluationResult: Sendable {
    public let rowCount: Int64
    public let estimates: [MetricEstimate]
    /// Of a classifier or a regression; nil for texts.
    public let classification: ClassificationEvaluation?
    /// F1 of each label; empty for more than 100 labels and where there are none.
    public let labelF1: [ConfidenceInterval]
    /// Accuracy by confidence, of single-label classification whose rows say how sure they are.
    public let calibration: [CalibrationSums.Bin]
    /// Figures by the number of words of the input; empty when inputs are not known.
    public let lengths: [LengthBucket]
    /// What `LengthBucket.quality` is.
    public let qualityName: String
    /// The worst rows as JSON objects.
    public let mistakes: [String]
    /// Targets that the loss of texts is the mean over; nil for labels and where there is no loss.
    public let targetCount: Int?
    /// How scores of texts were computed.
    public let signatures: [(name: String, text: String)]
    public let comparison: RunComparison?
}

/// Takes rows on every rank, in memory that does not grow with their number.
///
/// What grows with the data's vocabulary alone is the table of reference n-grams that CIDEr needs.
public final class RowEvaluation {
    /// What the rows' answers are.
    public enum Kind: Sendable {
        case labels(ClassificationHead)
        /// Texts; with document frequencies also CIDEr. The loss is that of tokens, or of other targets, which have no
        /// perplexity.
        case texts(CIDErDocumentFrequencies? = nil, lossIsOfTokens: Bool = true)
    }

    private let scorer: any RowScorer
    private let group: any ProcessGroup
    private let seed: UInt64
    private var exact: any ExactRowSums
    private var sums: BootstrapSums
    private var lengths = LengthSums()
    private var worst = WorstRows()
    private var paired: PairedRows?

    /// - Parameter other: predictions of another run for the same rows, to compare with.
    public init(_ kind: Kind, group: any ProcessGroup, seed: UInt64, other: OtherPredictions? = nil) {
        self.group = group
        self.seed = seed
        let head: ClassificationHead?
        switch kind {
        case .labels(let labels):
            head = labels
            scorer = Self.scorer(labels)
            exact = LabelRowSums(head: labels, seed: seed)
        case .texts(let frequencies, let lossIsOfTokens):
            head = nil
            let texts = TextScorer(cider: frequencies.map { CIDErScorer($0) })
            scorer = texts
            exact = TextRowSums(scorer: texts, lossIsOfTokens: lossIsOfTokens)
        }
        sums = BootstrapSums(width: scorer.width, seed: seed)
        paired = other.map { PairedRows(other: $0, scorer: scorer, head: head, seed: seed) }
    }

    private static func scorer(_ head: ClassificationHead) -> any RowScorer {
        switch head.problemType {
        case .singleLabel: ClassificationScorer(labelCount: head.labels.count)
        case .multiLabel: LabelSetScorer(labelCount: head.labels.count)
        case .regression: RegressionScorer()
        }
    }

    /// Adds a row that this rank answered; numbers must rise.
    public func add(_ row: AnsweredRow) throws {
        let counts = scorer.counts(of: row)
        exact.add(row)
        sums.add(number: row.number, counts)
        if !row.input.isEmpty {
            // The score of a text is no probability that can be compared between rows.
            lengths.add(
                wordCount: row.inputWordCount, quality: scorer.quality(of: row, counts),
                confidence: row.target == .none ? nil : row.score)
        }
        if let badness = scorer.badness(of: row, counts), worst.admits(badness, number: row.number) {
            worst.add(
                badness: badness, number: row.number, fields: row.fields + scorer.details(of: row))
        }
        try paired?.add(row, counts)
    }

    /// Adds up the rows of all ranks. Collective; call it once, after all rows.
    ///
    /// - Throws: when the other run has another number of rows.
    public func finish() throws -> RowEvaluationResult {
        try exact.reduce(over: group)
        try sums.reduce(over: group)
        try lengths.reduce(over: group)
        try worst.reduce(over: group)
        let comparison = try paired?.finish(rowCount: sums.rowCount, group)
        let replicates = sums.replicates
        let labels = scorer as? ClassificationScorer
        let labelCount = exact.classification?.head.labels.count ?? 0
        return RowEvaluationResult(
            rowCount: sums.rowCount, estimates: exact.estimates(scorer.figures, replicates),
            classification: exact.classification,
            labelF1: labels.map { scorer in
                labelCount > 100 ? [] : (0..<labelCount).map { replicates.interval(of: scorer.f1(label: $0)) }
            } ?? [],
            calibration: exact.calibration, lengths: lengths.buckets, qualityName: scorer.qualityName,
            mistakes: worst.lines, targetCount: exact.targetCount,
            signatures: exact.signatures(replicates.observed), comparison: comparison)
    }
}

/// The sums that estimates come from, without rounding.
protocol ExactRowSums {
    mutating func add(_ row: AnsweredRow)
    /// Collective.
    mutating func reduce(over group: any ProcessGroup) throws
    func estimates(_ figures: [ScoredFigure], _ replicates: BootstrapReplicates) -> [MetricEstimate]
    func signatures(_ sums: [Int64]) -> [(name: String, text: String)]
    var classification: ClassificationEvaluation? { get }
    var targetCount: Int? { get }
    var calibration: [CalibrationSums.Bin] { get }
}
