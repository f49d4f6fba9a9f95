// Exact figures of written texts, with what is no sum over rows: how many distinct n-grams there are.

internal import DataParallel
internal import Metrics

/// Sums of rows with texts.
struct TextRowSums: ExactRowSums {
    private let scorer: TextScorer
    private let lossIsOfTokens: Bool
    /// Rows, and rows with a loss.
    private var counts: [Int64] = [0, 0]
    private var tokens = TokenPredictionSums()
    private var distinct = DistinctSketch()

    init(scorer: TextScorer, lossIsOfTokens: Bool) {
        (self.scorer, self.lossIsOfTokens) = (scorer, lossIsOfTokens)
    }

    mutating func add(_ row: AnsweredRow) {
        counts[0] += 1
        if let loss = row.loss {
            counts[1] += 1
            tokens.add(
                negativeLogLikelihoods: loss.sum, tokenCount: loss.count, correctCount: loss.correct)
        }
        distinct.add(row.text)
    }

    mutating func reduce(over group: any ProcessGroup) throws {
        var words = counts + tokens.words
        try group.allReduceSum(&words)
        counts = Array(words[..<counts.count])
        tokens = TokenPredictionSums(words: Array(words[counts.count...]))
        var all = DistinctSketch()
        for words in try group.allGatherWords(distinct.serialized) { all.merge(serialized: words) }
        distinct = all
    }

    var classification: ClassificationEvaluation? { nil }
    var targetCount: Int? { counts[1] == counts[0] ? Int(tokens.tokenCount) : nil }
    var calibration: [CalibrationSums.Bin] { [] }
    func signatures(_ sums: [Int64]) -> [(name: String, text: String)] { scorer.signatures(sums) }

    func estimates(_ figures: [ScoredFigure], _ replicates: BootstrapReplicates) -> [MetricEstimate] {
        let exact = Dictionary(uniqueKeysWithValues: tokens.figures.map { ($0.name, $0.value) })
        let hasLoss = counts[1] == counts[0]
        let known = figures.filter { hasLoss || exact[$0.name] == nil }
            .filter { lossIsOfTokens || $0.name != "perplexity" }
        return known.map { figure in
            let interval = replicates.interval(of: figure.value)
            return MetricEstimate(
                name: figure.name, value: exact[figure.name] ?? interval.estimate, interval: interval)
        }
            + [1, 2].map { order in
                MetricEstimate(name: "distinct_\(order)", value: distinct.ratio(order: order), interval: nil)
            }
    }
}
