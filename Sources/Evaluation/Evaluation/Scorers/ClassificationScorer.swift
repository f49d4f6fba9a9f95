// Counts and figures of single-label classification, from which intervals and comparisons come.

internal import Datasets
internal import Metrics

/// Scores the labels that a classifier gives.
package struct ClassificationScorer: RowScorer {
    /// Bins of confidence of the calibration error.
    static let binCount = 15

    private let labelCount: Int
    private let positive: Int
    /// Rows, rows with a loss that is finite, and the sums of losses and of Brier's squared errors; then by
    /// label truths, predictions and hits; then by bin confidence minus right answers.
    private let layout: Layout

    private struct Layout: Sendable {
        let labels: Int
        var truths: Int { 4 }
        var predictions: Int { 4 + labels }
        var hits: Int { 4 + 2 * labels }
        var bins: Int { 4 + 3 * labels }
        var width: Int { bins + ClassificationScorer.binCount }
    }

    /// `positive` is the label that precision, recall and F1 of two labels are of.
    package init(labelCount: Int, positive: Int = 1) {
        self.labelCount = labelCount
        self.positive = positive
        layout = Layout(labels: labelCount)
    }

    package var width: Int { layout.width }
    package var qualityName: String { "accuracy" }

    package func counts(of row: PredictedRow) -> [Int64] {
        guard case .label(let truth) = row.target, case .label(let prediction) = row.predicted else {
            preconditionFailure("row \(row.number) has no label")
        }
        var counts = [Int64](repeating: 0, count: width)
        counts[0] = 1
        if let loss = row.loss, let units = RowUnits.of(loss.sum) { (counts[1], counts[2]) = (1, units) }
        counts[layout.truths + truth] = 1
        counts[layout.predictions + prediction] = 1
        if truth == prediction { counts[layout.hits + truth] = 1 }
        if !row.probabilities.isEmpty {
            let squares = row.probabilities.enumerated().map { label, probability in
                let error = probability - (label == truth ? 1 : 0)
                return error * error
            }
            let scale = labelCount == 2 ? 0.5 : 1
            counts[3] = RowUnits.of(squares.reduce(0, +) * scale) ?? 0
        }
        if let score = row.score, let units = RowUnits.of(score) {
            let bin = min(max(Int((score * Double(Self.binCount)).rounded(.up)) - 1, 0), Self.binCount - 1)
            counts[layout.bins + bin] = units - (truth == prediction ? RowUnits.one : 0)
        }
        return counts
    }

    package var metrics: [Metric] {
        let (layout, positive) = (layout, positive)
        @Sendable func report(_ sums: [Int64]) -> ClassificationReport {
            ClassificationReport(
                truths: Array(sums[layout.truths..<layout.predictions]),
                predictions: Array(sums[layout.predictions..<layout.hits]),
                hits: Array(sums[layout.hits..<layout.bins]))
        }
        func figure(
            _ name: String, isMain: Bool = false,
            _ value: @escaping @Sendable (ClassificationReport) -> Double
        ) -> Metric {
            Metric(name, isMain: isMain) { value(report($0)) }
        }
        func average(
            _ name: String, _ value: @escaping @Sendable (ClassificationReport) -> PrecisionRecallF1
        ) -> [Metric] {
            [
                figure("precision_" + name) { value($0).precision },
                figure("recall_" + name) { value($0).recall },
                figure("f1_" + name) { value($0).f1 },
            ]
        }
        return [
            Metric("loss", .plain, .lowerIsBetter, isMain: true) {
                FixedPoint.value($0[2]) / Double($0[1])
            },
            figure("accuracy", isMain: true) { $0.accuracy },
            figure("precision") { $0.main(positive: positive).precision },
            figure("recall") { $0.main(positive: positive).recall },
            figure("f1", isMain: true) { $0.main(positive: positive).f1 },
            figure("balanced_accuracy") { $0.balancedAccuracy },
            figure("mcc", isMain: true) { $0.matthewsCorrelation },
            figure("kappa") { $0.cohenKappa },
        ]
            + average("micro") { $0.micro } + average("macro") { $0.macro }
            + average("weighted") { $0.weighted }
            + [
                Metric("expected_calibration_error", .share, .lowerIsBetter) { sums in
                    let gaps = sums[layout.bins...].map { abs(FixedPoint.value($0)) }
                    return gaps.reduce(0, +) / Double(sums[0])
                },
                Metric("brier_score", .plain, .lowerIsBetter) {
                    FixedPoint.value($0[3]) / Double($0[0])
                },
            ]
    }

    /// F1 of each label as a function of summed counts.
    func f1(label: Int) -> ([Int64]) -> Double {
        { [layout] sums in
            let hits = sums[layout.hits + label]
            let all = sums[layout.truths + label] + sums[layout.predictions + label]
            return all == 0 ? 0 : 2 * Double(hits) / Double(all)
        }
    }

    package func quality(of row: PredictedRow, _ counts: [Int64]) -> Double? {
        row.target == row.predicted ? 1 : 0
    }

    /// How sure the model was of a wrong answer.
    package func badness(of row: PredictedRow, _ counts: [Int64]) -> Double? {
        row.target == row.predicted ? nil : row.score ?? 0
    }
}

/// Real figures of a row as integers.
package enum RowUnits {
    static let one: Int64 = 1 << 32
    /// Losses of long texts are large, so their units are coarser: 2^-20.
    static let tokenLossBits = 20

    /// The figure in units of 2^-32; nil when it is not finite or too large, so that its interval leaves the
    /// row out.
    package static func of(_ value: Double, fractionBits: Int = 32) -> Int64? {
        do {
            return try FixedPoint.units(value, of: "a row's figure", fractionBits: fractionBits)
        } catch {
            return nil
        }
    }
}
