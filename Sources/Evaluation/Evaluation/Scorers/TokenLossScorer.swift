// The losses of rows' target tokens, where nothing is answered.

internal import DataParallel
internal import Datasets
package import Metrics

/// Scores rows by the loss of their target tokens alone.
struct TokenLossScorer: RowScorer {
    /// Loss, target tokens, right ones.
    var width: Int { 3 }
    var metrics: [Metric] { Metric.tokenLoss(at: 0) }
    var qualityName: String { "accuracy" }
    var knowsQuality: Bool { false }

    func counts(of row: PredictedRow) -> [Int64] {
        guard let loss = row.loss else { preconditionFailure("row \(row.number) has no loss") }
        let units = RowUnits.of(loss.sum, fractionBits: RowUnits.tokenLossBits) ?? 0
        return [units, Int64(loss.count), Int64(loss.correct)]
    }

    func quality(of row: PredictedRow, _ counts: [Int64]) -> Double? { nil }

    /// The mean loss of the row's targets; nil when it has none.
    func badness(of row: PredictedRow, _ counts: [Int64]) -> Double? {
        row.loss.flatMap { $0.count > 0 ? $0.mean : nil }
    }
}

/// Exact sums of rows' token losses.
struct TokenRowSums: ExactRowSums {
    private var sums = TokenPredictionSums()

    var targetCount: Int? { Int(sums.tokenCount) }
    var tokens: TokenPredictionSums? { sums }

    mutating func add(_ row: PredictedRow) {
        guard let loss = row.loss else { preconditionFailure("row \(row.number) has no loss") }
        sums.add(negativeLogLikelihoods: loss.sum, tokenCount: loss.count, correctCount: loss.correct)
    }

    mutating func reduce(over group: any ProcessGroup) throws {
        var words = sums.words
        try group.allReduceSum(&words)
        sums = TokenPredictionSums(words: words)
    }

    func estimates(_ metrics: [Metric], _ source: MetricSource) -> [MetricValue] {
        zip(metrics, sums.figures).map { metric, exact in
            MetricValue(metric, value: exact.value, interval: source.interval(of: metric.value))
        }
    }
}

extension TokenPredictionSums {
    /// `loss` is the mean over all target tokens, in nats, `perplexity` e to that, `accuracy` the share of
    /// target tokens that are the model's first choice.
    package var figures: [(name: String, value: Double)] {
        [("loss", loss), ("perplexity", perplexity), ("accuracy", accuracy)]
    }
}
