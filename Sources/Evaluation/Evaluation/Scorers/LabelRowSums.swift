// Exact figures of classification and regression, with what a confusion matrix does not hold: AUC and
// calibration.

internal import DataParallel
internal import Datasets
internal import Metrics
internal import Models

/// Sums of rows with labels or numbers.
struct LabelRowSums: ExactRowSums {
    private let head: ClassificationHead
    private var sums: ClassificationSums
    /// Rows with a loss, with a confidence, with the probabilities of all labels.
    private var known: [Int64] = [0, 0, 0]
    private var calibrationSums: CalibrationSums?
    private var histogram: ScoreHistogram?
    /// Probabilities and truths, or truths and predictions of a regression; truths of labels as 0 and 1.
    private var sample: RowSample

    init(head: ClassificationHead, seed: UInt64) {
        self.head = head
        sums = ClassificationSums(head: head)
        let count = head.labels.count
        let isClassifier = head.problemType != .regression
        if head.problemType == .singleLabel, count > 1 {
            calibrationSums = CalibrationSums(labelCount: count)
        }
        if isClassifier { histogram = ScoreHistogram(labelCount: count) }
        let limit = max(256, min(8_192, (1 << 20) / (2 * count)))
        sample = RowSample(width: 2 * count, limit: limit, seed: seed)
    }

    mutating func add(_ row: PredictedRow) {
        sums.add(row)
        if row.loss != nil { known[0] += 1 }
        if case .values(let truth) = row.target, case .values(let prediction) = row.predicted {
            sample.add(row: Int64(row.number), (truth + prediction).map { Double($0) })
            return
        }
        let count = head.labels.count
        if case .label(let truth) = row.target, case .label(let prediction) = row.predicted,
            let score = row.score, score.isFinite
        {
            known[1] += 1
            // The calibration error needs the confidence alone: the rest is spread over the other labels.
            var probabilities = [Double](repeating: (1 - score) / Double(max(count - 1, 1)), count: count)
            probabilities[prediction] = score
            calibrationSums?.add(
                probabilities: row.probabilities.isEmpty ? probabilities : row.probabilities, truth: truth)
        }
        guard !row.probabilities.isEmpty, row.probabilities.allSatisfy(\.isFinite) else { return }
        known[2] += 1
        let truths = Self.truths(row.target)
        histogram?.add(probabilities: row.probabilities, hasLabel: truths.contains)
        sample.add(
            row: Int64(row.number), row.probabilities + (0..<count).map { truths.contains($0) ? 1 : 0 })
    }

    private static func truths(_ target: Target) -> Set<Int> {
        switch target {
        case .label(let label): [label]
        case .labels(let labels): Set(labels)
        case .values, .spans, .none: []
        }
    }

    mutating func reduce(over group: any ProcessGroup) throws {
        try sums.reduce(over: group)
        try group.allReduceSum(&known)
        if let mine = calibrationSums {
            var words = mine.words
            try group.allReduceSum(&words)
            calibrationSums = CalibrationSums(labelCount: mine.labelCount, words: words)
        }
        if let mine = histogram {
            var counts = mine.counts
            try group.allReduceSum(&counts)
            histogram = ScoreHistogram(labelCount: mine.labelCount, counts: counts)
        }
        try sample.reduce(over: group)
    }

    var classification: ClassificationEvaluation? { sums.evaluation }
    var calibration: [CalibrationSums.Bin] {
        known[1] == sums.rows && known[1] > 0 ? calibrationSums?.bins ?? [] : []
    }

    func estimates(_ metrics: [Metric], _ source: MetricSource) -> [MetricValue] {
        var values = sums.evaluation.metrics.filter { $0.name != "loss" || known[0] == sums.rows }
        if known[1] == sums.rows, let calibrationSums {
            values.append((Self.calibrationError, calibrationSums.expectedCalibrationError))
            if known[2] == sums.rows { values.append((Self.brier, calibrationSums.brierScore)) }
        }
        let hasIntervals = if case .replicates = source { true } else { false }
        var estimates = values.map { name, value in
            guard let metric = metrics.first(where: { $0.name == name }) else {
                let described = RegressionScorer.described.first { $0.name == name }
                return MetricValue(
                    name: name, value: value, unit: described?.unit ?? .plain,
                    direction: described?.direction ?? .higherIsBetter,
                    interval: hasIntervals ? regressionInterval(name, value) : nil)
            }
            return MetricValue(metric, value: value, interval: source.interval(of: metric.value))
        }
        if known[2] == sums.rows, sums.rows > 0, Self.hasArea(head) {
            estimates.append(rocAUC(hasInterval: hasIntervals))
        }
        return estimates
    }

    private static let calibrationError = "expected_calibration_error"
    private static let brier = "brier_score"
    private static let area = "roc_auc"

    private static func hasArea(_ head: ClassificationHead) -> Bool {
        head.problemType != .regression && head.labels.count > 1
    }

    /// The metrics of rows that all have a loss, a confidence and probabilities.
    static func descriptions(_ head: ClassificationHead, _ metrics: [Metric]) -> [MetricDescription] {
        var names = ClassificationSums(head: head).evaluation.metrics.map(\.name)
        if head.problemType == .singleLabel, head.labels.count > 1 { names += [calibrationError, brier] }
        let found = names.map { name in
            let direction =
                metrics.first { $0.name == name }?.direction
                ?? RegressionScorer.described.first { $0.name == name }?.direction
            return MetricDescription(name, direction ?? .higherIsBetter)
        }
        return found + (hasArea(head) ? [MetricDescription(area, .higherIsBetter)] : [])
    }

    /// The area of the positive one of two labels, or the mean over labels. Exact while all rows are in the
    /// sample.
    private func rocAUC(hasInterval: Bool) -> MetricValue {
        let count = head.labels.count
        let isBinary = head.problemType == .singleLabel && count == 2
        let labels = isBinary ? [head.positive] : Array(0..<count)
        let ranked = labels.map { label in
            let rows = (0..<sample.count).map { sample[$0] }
            return RankedScores(
                scores: rows.map { $0[$0.startIndex + label] },
                isPositive: rows.map { $0[$0.startIndex + count + label] == 1 })
        }
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
        func area(_ weights: [Int32]) -> Double { mean(ranked.map { $0.rocAUC(weights: weights) }) }
        let whole = [Int32](repeating: 1, count: sample.count)
        let value =
            sample.isWhole ? area(whole) : mean(labels.map { histogram?.rocAUC(label: $0) ?? .nan })
        return MetricValue(
            name: Self.area, value: value,
            interval: hasInterval ? sample.interval(estimate: value, of: area) : nil)
    }

    /// Figures of a regression, whose scale is not known, over samples of rows.
    private func regressionInterval(_ name: String, _ value: Double) -> ConfidenceInterval? {
        guard head.problemType == .regression else { return nil }
        let outputs = head.labels.count
        let rows = (0..<sample.count).map { Array(sample[$0]) }
        guard rows.allSatisfy({ $0.allSatisfy(\.isFinite) }) else { return nil }
        return sample.interval(estimate: value) { weights in
            RegressionMoments.figure(name, of: rows, weights, outputs: outputs, predictions: outputs)
        }
    }
}
