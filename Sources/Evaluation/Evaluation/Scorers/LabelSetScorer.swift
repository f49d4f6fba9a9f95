// Counts and figures of multi-label classification, from which intervals and comparisons come.

internal import Datasets
internal import Metrics

/// Scores sets of labels.
package struct LabelSetScorer: RowScorer {
    private let labelCount: Int

    package init(labelCount: Int) { self.labelCount = labelCount }

    /// Rows, rows with a finite loss, losses, rows that are right in all labels, F1 of rows; then by label
    /// truths, predictions and hits.
    package var width: Int { 5 + 3 * labelCount }
    package var qualityName: String { "f1_samples" }

    private func sets(_ row: PredictedRow) -> (truth: Set<Int>, prediction: Set<Int>) {
        guard case .labels(let truth) = row.target, case .labels(let prediction) = row.predicted else {
            preconditionFailure("row \(row.number) has no labels")
        }
        return (Set(truth), Set(prediction))
    }

    package func counts(of row: PredictedRow) -> [Int64] {
        let (truth, prediction) = sets(row)
        var counts = [Int64](repeating: 0, count: width)
        counts[0] = 1
        if let loss = row.loss, let units = RowUnits.of(loss.sum) { (counts[1], counts[2]) = (1, units) }
        counts[3] = truth == prediction ? 1 : 0
        counts[4] = RowUnits.of(f1(of: row)) ?? 0
        for label in truth { counts[5 + label] = 1 }
        for label in prediction { counts[5 + labelCount + label] = 1 }
        for label in truth.intersection(prediction) { counts[5 + 2 * labelCount + label] = 1 }
        return counts
    }

    package var metrics: [Metric] {
        let labels = labelCount
        @Sendable func report(_ sums: [Int64]) -> MultiLabelReport {
            let counts = Array(sums[5...])
            return MultiLabelReport(
                truths: Array(counts[..<labels]), predictions: Array(counts[labels..<2 * labels]),
                hits: Array(counts[(2 * labels)...]), rowCount: sums[0], exactMatchCount: sums[3],
                sampleF1: FixedPoint.value(sums[4]))
        }
        func figure(
            _ name: String, isMain: Bool = false, _ direction: Metric.Direction = .higherIsBetter,
            _ value: @escaping @Sendable (MultiLabelReport) -> Double
        ) -> Metric {
            Metric(name, .share, direction, isMain: isMain) { value(report($0)) }
        }
        func average(
            _ name: String, _ value: @escaping @Sendable (MultiLabelReport) -> PrecisionRecallF1
        ) -> [Metric] {
            [
                figure("precision" + name) { value($0).precision },
                figure("recall" + name) { value($0).recall },
                figure("f1" + name, isMain: name.isEmpty) { value($0).f1 },
            ]
        }
        return [
            Metric("loss", .plain, .lowerIsBetter, isMain: true) {
                FixedPoint.value($0[2]) / Double($0[1])
            },
            figure("accuracy", isMain: true) { $0.subsetAccuracy },
            figure("hamming_loss", .lowerIsBetter) { $0.hammingLoss },
            figure("f1_samples") { $0.samplesF1 },
        ]
            + average("") { $0.macro } + average("_micro") { $0.micro } + average("_macro") { $0.macro }
            + average("_weighted") { $0.weighted }
    }

    /// F1 of the row's labels.
    private func f1(of row: PredictedRow) -> Double {
        let (truth, prediction) = sets(row)
        let all = truth.count + prediction.count
        return all == 0 ? 0 : 2 * Double(truth.intersection(prediction).count) / Double(all)
    }

    package func quality(of row: PredictedRow, _ counts: [Int64]) -> Double? { f1(of: row) }

    package func badness(of row: PredictedRow, _ counts: [Int64]) -> Double? {
        row.target == row.predicted ? nil : row.loss?.sum ?? 1 - f1(of: row)
    }
}
