// Exact figures of named entities: what is counted is a whole number, and the losses are summed without
// rounding.

internal import DataParallel
internal import Metrics

/// Sums of rows with entities.
struct EntityRowSums: ExactRowSums {
    /// Rows, and rows with a loss.
    private var counts: [Int64] = [0, 0]
    private var sums = TokenPredictionSums()

    mutating func add(_ row: AnsweredRow) {
        counts[0] += 1
        guard let loss = row.loss else { return }
        counts[1] += 1
        sums.add(negativeLogLikelihoods: loss.sum, tokenCount: loss.count, correctCount: loss.correct)
    }

    mutating func reduce(over group: any ProcessGroup) throws {
        var words = counts + sums.words
        try group.allReduceSum(&words)
        counts = Array(words[..<counts.count])
        sums = TokenPredictionSums(words: Array(words[counts.count...]))
    }

    private var hasLoss: Bool { counts[1] == counts[0] }
    var targetCount: Int? { hasLoss ? Int(sums.tokenCount) : nil }

    /// Details are left out of figures without intervals, which a run logs.
    func estimates(_ metrics: [Metric], _ source: FigureSource) -> [MetricValue] {
        let exact = Dictionary(uniqueKeysWithValues: sums.figures.map { ($0.name, $0.value) })
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
