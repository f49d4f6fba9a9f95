// Exact figures of written texts, with what is no sum over rows: how many distinct n-grams there are.

internal import DataParallel
internal import Metrics

/// Sums of rows with texts.
struct TextRowSums: ExactRowSums {
    private let scorer: TextScorer
    private let lossIsOfTokens: Bool
    /// Rows, and rows with a loss.
    private var counts: [Int64] = [0, 0]
    private var sums = TokenPredictionSums()
    private var distinct = DistinctSketch()

    init(scorer: TextScorer, lossIsOfTokens: Bool) {
        (self.scorer, self.lossIsOfTokens) = (scorer, lossIsOfTokens)
    }

    mutating func add(_ row: PredictedRow) {
        counts[0] += 1
        if let loss = row.loss {
            counts[1] += 1
            sums.add(
                negativeLogLikelihoods: loss.sum, tokenCount: loss.count, correctCount: loss.correct)
        }
        distinct.add(row.text)
    }

    mutating func reduce(over group: any ProcessGroup) throws {
        var words = counts + sums.words
        try group.allReduceSum(&words)
        counts = Array(words[..<counts.count])
        sums = TokenPredictionSums(words: Array(words[counts.count...]))
        var all = DistinctSketch()
        for words in try group.allGatherWords(distinct.serialized) { all.merge(serialized: words) }
        distinct = all
    }

    var targetCount: Int? { counts[1] == counts[0] ? Int(sums.tokenCount) : nil }
    var tokens: TokenPredictionSums? { lossIsOfTokens && counts[1] == counts[0] ? sums : nil }
    func signatures(_ sums: [Int64]) -> [(name: String, text: String)] { scorer.signatures(sums) }

    private static let distinctOrders = [1, 2]
    static var distinctDescriptions: [MetricDescription] {
        distinctOrders.map { MetricDescription("distinct_\($0)", .higherIsBetter) }
    }

    func estimates(_ metrics: [Metric], _ source: MetricSource) -> [MetricValue] {
        let exact = Dictionary(uniqueKeysWithValues: sums.figures.map { ($0.name, $0.value) })
        let hasLoss = counts[1] == counts[0]
        let known = metrics.filter { hasLoss || exact[$0.name] == nil }
            .filter { lossIsOfTokens || $0.name != "perplexity" }
        let observed = source.observed
        return known.map { metric in
            MetricValue(
                metric, value: exact[metric.name] ?? metric.value(observed),
                interval: source.interval(of: metric.value))
        }
            + Self.distinctOrders.map { order in
                MetricValue(name: "distinct_\(order)", value: distinct.ratio(order: order))
            }
    }
}
