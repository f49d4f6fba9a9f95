// Exact figures of named entities: what is counted is a whole number, and the losses are summed without
// rounding.

internal import DataParallel
internal import Metrics

/// Sums of rows with entities.
struct EntityRowSums: ExactRowSums {
    /// Rows, and rows with a loss.
    private var counts: [Int64] = [0, 0]
    private var sums = TokenPredictionSums()
    /// What the sum of losses is divided by: the number of tags unless they have weights.
    private var weights = ExactAccumulator()

    mutating func add(_ row: PredictedRow) {
        counts[0] += 1
        guard let loss = row.loss else { return }
        counts[1] += 1
        sums.add(negativeLogLikelihoods: loss.sum, tokenCount: loss.count, correctCount: loss.correct)
        weights.add(loss.weight)
    }

    mutating func reduce(over group: any ProcessGroup) throws {
        var words = counts + weights.words + sums.words
        try group.allReduceSum(&words)
        let (start, end) = (counts.count, counts.count + ExactAccumulator.wordCount)
        counts = Array(words[..<start])
        weights = ExactAccumulator(words: Array(words[start..<end]))
        sums = TokenPredictionSums(words: Array(words[end...]))
    }

    private var hasLoss: Bool { counts[1] == counts[0] }
    var targetCount: Int? { hasLoss ? Int(sums.tokenCount) : nil }

    /// Details are left out of figures without intervals, which a run logs.
    func estimates(_ metrics: [Metric], _ source: MetricSource) -> [MetricValue] {
        var exact = Dictionary(uniqueKeysWithValues: sums.figures.map { ($0.name, $0.value) })
        exact["loss"] = sums.negativeLogLikelihood / weights.value
        let observed = source.observed
        let isRun = if case .sums = source { true } else { false }
        return metrics.filter { (hasLoss || exact[$0.name] == nil) && !($0.isDetail && isRun) }.map {
            metric in
            MetricValue(
                metric, value: exact[metric.name] ?? metric.value(observed),
                interval: source.interval(of: metric.value))
        }
    }
}
