// An evaluation row by row: figures with intervals, tables, the worst rows, and the comparison with another
// run.

package import DataParallel
internal import Datasets
package import Metrics
package import Models

/// What an evaluation found, the same bits on any number of ranks.
package struct RowEvaluationResult: TaskEvaluation {
    package let rowCount: Int64
    package let estimates: [MetricValue]
    package var figures: [MetricValue] { estimates }
    package var warnings: [String] { classification?.warnings ?? [] }
    /// Of a classifier or a regression; nil for texts.
    package let classification: ClassificationEvaluation?
    /// F1 of each label; empty for more than 100 labels and where there are none.
    package let labelF1: [ConfidenceInterval]
    /// Accuracy by confidence, of single-label classification whose rows say how sure they are.
    package let calibration: [CalibrationSums.Bin]
    /// Figures by the number of words of the input; empty when inputs are not known.
    package let lengths: [LengthBucket]
    /// What `LengthBucket.quality` is.
    package let qualityName: String
    /// The worst rows as JSON objects.
    package let mistakes: [String]
    /// Targets that the loss of texts is the mean over; nil for labels and where there is no loss.
    package let targetCount: Int?
    /// The losses of target tokens; nil where rows have none of their own.
    package let tokens: TokenPredictionSums?
    /// How scores of texts were computed.
    package let signatures: [(name: String, text: String)]
    package let comparison: RunComparison?
}

/// What rows' answers are.
package enum PredictionKind: Sendable {
    case labels(ClassificationHead)
    /// Texts; with document frequencies also CIDEr. The loss is that of tokens, or of other targets, which
    /// have no perplexity.
    case texts(CIDErDocumentFrequencies? = nil, lossIsOfTokens: Bool = true)
    /// Named entities with these labels.
    case entities(labels: [String])
    /// Answers that a task scores in a way of its own; its metrics are those of the scorer.
    case scored(any RowScorer)
    /// No answers: the losses of target tokens alone.
    case losses
}

/// Takes rows on every rank, in memory that does not grow with their number: the one evaluation of `train`,
/// `evaluate` and `cross-validate`.
///
/// What grows with the data's vocabulary alone is the table of reference n-grams that CIDEr needs.
package final class RowEvaluation {
    package typealias Kind = PredictionKind

    /// How much is found out.
    package enum Detail: Sendable {
        /// Figures alone, for evaluations of a run.
        case figures
        /// Figures with intervals, tables, and the worst rows.
        case all
    }

    private let scorer: any RowScorer
    private let group: any ProcessGroup
    private let seed: UInt64
    private let detail: Detail
    private var exact: any ExactRowSums
    private var sums: BootstrapSums
    private var lengths = LengthSums()
    private var worst = WorstRows()
    private var paired: PairedRows?

    /// - Parameter other: predictions of another run for the same rows, to compare with.
    package init(
        _ kind: Kind, group: any ProcessGroup, seed: UInt64, detail: Detail = .all,
        other: ComparedPredictions? = nil
    ) {
        self.group = group
        self.seed = seed
        self.detail = detail
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
        case .entities(let labels):
            head = nil
            scorer = EntityScorer(labels: labels)
            exact = EntityRowSums()
        case .scored(let own):
            head = nil
            scorer = own
            exact = CountedRowSums()
        case .losses:
            head = nil
            scorer = TokenLossScorer()
            exact = TokenRowSums()
        }
        sums = BootstrapSums(width: scorer.width, seed: seed, resamples: detail == .all)
        paired = other.map { PairedRows(other: $0, scorer: scorer, head: head, seed: seed) }
    }

    private static func scorer(_ head: ClassificationHead) -> any RowScorer {
        switch head.problemType {
        case .singleLabel: ClassificationScorer(labelCount: head.labels.count, positive: head.positive)
        case .multiLabel: LabelSetScorer(labelCount: head.labels.count)
        case .regression: RegressionScorer()
        }
    }

    /// The metrics that an evaluation of rows with a loss has, in the order of the log.
    package static func descriptions(_ kind: Kind) -> [MetricDescription] {
        switch kind {
        case .labels(let head): LabelRowSums.descriptions(head, scorer(head).metrics)
        case .texts(let frequencies, let lossIsOfTokens):
            TextScorer(cider: frequencies.map { CIDErScorer($0) }).metrics
                .filter { lossIsOfTokens || $0.name != "perplexity" }
                .map { MetricDescription($0.name, $0.direction) } + TextRowSums.distinctDescriptions
        case .entities(let labels):
            EntityScorer(labels: labels).metrics.filter { !$0.isDetail }
                .map { MetricDescription($0.name, $0.direction) }
        case .scored(let scorer): scorer.metrics.map { MetricDescription($0.name, $0.direction) }
        case .losses: TokenLossScorer().metrics.map { MetricDescription($0.name, $0.direction) }
        }
    }

    /// Adds a row that this rank answered; numbers must rise.
    package func add(_ row: PredictedRow) throws {
        let counts = scorer.counts(of: row)
        exact.add(row)
        sums.add(number: row.number, counts)
        guard detail == .all else { return }
        if !row.input.isEmpty, scorer.knowsQuality {
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
    /// - Parameter skippedCount: rows of all ranks that were left out.
    /// - Throws: when the other run has another number of rows.
    package func finish(skippedCount: Int = 0) throws -> RowEvaluationResult {
        try exact.reduce(over: group)
        try sums.reduce(over: group)
        try lengths.reduce(over: group)
        try worst.reduce(over: group)
        let comparison = try paired?.finish(
            rowCount: sums.rowCount, skippedCount: Int64(skippedCount), group)
        let found = detail == .all ? MetricSource.replicates(sums.replicates) : .sums(sums.observed)
        let labels = scorer as? ClassificationScorer
        let labelCount = exact.classification?.head.labels.count ?? 0
        return RowEvaluationResult(
            rowCount: sums.rowCount, estimates: exact.estimates(scorer.metrics, found),
            classification: exact.classification,
            labelF1: labels.map { scorer in
                labelCount > 100
                    ? [] : (0..<labelCount).compactMap { found.interval(of: scorer.f1(label: $0)) }
            } ?? [],
            calibration: exact.calibration, lengths: lengths.buckets, qualityName: scorer.qualityName,
            mistakes: worst.lines, targetCount: exact.targetCount, tokens: exact.tokens,
            signatures: exact.signatures(found.observed), comparison: comparison)
    }
}

/// What figures are computed of: the sums of all rows, or these with their bootstrap replicates.
enum MetricSource {
    case sums([Int64])
    case replicates(BootstrapReplicates)

    var observed: [Int64] {
        switch self {
        case .sums(let sums): sums
        case .replicates(let replicates): replicates.observed
        }
    }

    /// nil without replicates.
    func interval(of statistic: ([Int64]) -> Double) -> ConfidenceInterval? {
        switch self {
        case .sums: nil
        case .replicates(let replicates): replicates.interval(of: statistic)
        }
    }
}

/// The sums that estimates come from, without rounding.
protocol ExactRowSums {
    mutating func add(_ row: PredictedRow)
    /// Collective.
    mutating func reduce(over group: any ProcessGroup) throws
    func estimates(_ metrics: [Metric], _ source: MetricSource) -> [MetricValue]
    func signatures(_ sums: [Int64]) -> [(name: String, text: String)]
    var classification: ClassificationEvaluation? { get }
    var targetCount: Int? { get }
    var tokens: TokenPredictionSums? { get }
    var calibration: [CalibrationSums.Bin] { get }
}

extension ExactRowSums {
    func signatures(_ sums: [Int64]) -> [(name: String, text: String)] { [] }
    var classification: ClassificationEvaluation? { nil }
    var targetCount: Int? { nil }
    var tokens: TokenPredictionSums? { nil }
    var calibration: [CalibrationSums.Bin] { [] }
}
