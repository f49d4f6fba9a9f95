// Figures of answers that a task scores by a scorer of its own.

internal import DataParallel
internal import Metrics

/// Figures of summed counts, the loss without rounding. One that is undefined for the rows, such as a mean
/// over none, is left out.
struct CountedRowSums: ExactRowSums {
    /// Rows, and rows with a loss.
    private var counts: [Int64] = [0, 0]
    private var losses = TokenPredictionSums()

    private var hasLoss: Bool { counts[1] == counts[0] }
    var targetCount: Int? { hasLoss ? Int(losses.tokenCount) : nil }
    var tokens: TokenPredictionSums? { nil }

    mutating func add(_ row: PredictedRow) {
        counts[0] += 1
        guard let loss = row.loss else { return }
        counts[1] += 1
        losses.add(negativeLogLikelihoods: loss.sum, tokenCount: loss.count, correctCount: loss.correct)
    }

    mutating func reduce(over group: any ProcessGroup) throws {
        var words = counts + losses.words
        try group.allReduceSum(&words)
        losses = TokenPredictionSums(words: Array(words[counts.count...]))
        counts = Array(words[..<counts.count])
    }

    func estimates(_ metrics: [Metric], _ source: MetricSource) -> [MetricValue] {
        let observed = source.observed
        return metrics.compactMap { metric in
            guard metric.name == "loss" else {
                let value = metric.value(observed)
                return value.isFinite
                    ? MetricValue(metric, value: value, interval: source.interval(of: metric.value)) : nil
            }
            return hasLoss
                ? MetricValue(metric, value: losses.loss, interval: source.interval(of: metric.value)) : nil
        }
    }
}
