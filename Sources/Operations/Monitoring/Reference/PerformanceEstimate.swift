// Accuracy and F1 without labels: what calibrated probabilities say that the labels would be.

internal import Foundation

/// A figure that needs labels, estimated without them, with the variances of its parts.
package struct PerformanceEstimate: Sendable, Equatable {
    /// `accuracy`, `f1` of the positive label of two, or `f1_macro`.
    package var name: String
    package var value: Double
    package var rowCount: Int
    /// Of the figure that the labels of these very rows would give, around the estimate.
    package var labelVariance: Double
    /// Of the estimate over other rows of the same kind.
    package var rowVariance: Double

    package init(
        name: String, value: Double, rowCount: Int, labelVariance: Double, rowVariance: Double
    ) {
        (self.name, self.value, self.rowCount) = (name, value, rowCount)
        (self.labelVariance, self.rowVariance) = (labelVariance, rowVariance)
    }

    /// Variance of one row's share in the figure, its label unknown; an upper bound of that of its estimate.
    package var varianceOfRow: Double { (labelVariance + rowVariance) * Double(rowCount) }
}

/// Which figures of a classifier are estimated.
package enum EstimatedMetric: Sendable, Equatable {
    case accuracy
    /// Of one label.
    case f1(label: Int)
    /// The mean over all labels.
    case macroF1

    package var name: String {
        switch self {
        case .accuracy: "accuracy"
        case .f1: "f1"
        case .macroF1: "f1_macro"
        }
    }

    /// Accuracy, and the F1 of `positive` of two labels, else the mean of all.
    package static func all(labelCount: Int, positive: Int) -> [EstimatedMetric] {
        [.accuracy, labelCount == 2 ? .f1(label: positive) : .macroF1]
    }

    /// Confidence-based performance estimation: the expected counts of right and wrong answers under the
    /// posteriors, and the figure of these.
    ///
    /// Variances come from the rows' influence on the figure (the delta method): with a label y unknown, that
    /// of a row is a random value whose mean under its posterior moves the estimate and whose spread is what
    /// labels would add. Source of the estimate: Białek et al. 2024, "Estimating model performance under
    /// covariate shift without labels".
    ///
    /// - Parameter rows: calibrated; at least one.
    package func estimate(_ rows: [LabelPosterior]) -> PerformanceEstimate {
        let influence = Influence(self, rows: rows)
        var (means, squares, spread) = (0.0, 0.0, 0.0)
        for row in rows {
            let (mean, variance) = influence.moments(of: row)
            means += mean
            squares += mean * mean
            spread += variance
        }
        let n = Double(rows.count)
        return PerformanceEstimate(
            name: name, value: influence.value, rowCount: rows.count, labelVariance: spread / n / n,
            rowVariance: max(0, squares / n - means / n * means / n) / n)
    }

    /// The figure by true labels.
    package func value(_ rows: [(answer: Int, truth: Int)], labelCount: Int) -> Double {
        let certain = rows.map { row in
            var answer = [Double](repeating: 0, count: labelCount)
            answer[row.truth] = 1
            return LabelPosterior(answer: row.answer, probabilities: answer)
        }
        return Influence(self, rows: certain).value
    }

    /// The true figure of rows less its estimate, and the variance of that difference: how far the estimate
    /// is off where labels are known.
    package func correction(
        _ rows: [(posterior: LabelPosterior, truth: Int)]
    ) -> (value: Double, variance: Double) {
        let posteriors = rows.map(\.posterior)
        let influence = Influence(self, rows: posteriors)
        let labelCount = posteriors.first?.probabilities.count ?? 0
        let truth = value(rows.map { ($0.posterior.answer, $0.truth) }, labelCount: labelCount)
        let squares = rows.reduce(0.0) { sum, row in
            let difference =
                influence.value(answer: row.posterior.answer, truth: row.truth)
                - influence.moments(of: row.posterior).mean
            return sum + difference * difference
        }
        let n = Double(rows.count)
        return (truth - influence.value, squares / n / n)
    }
}

/// What one row of an answer and a label adds to a figure, to first order.
private struct Influence {
    let metric: EstimatedMetric
    /// The figure.
    let value: Double
    /// By label: F1, and the mean over rows of (answers that are it) + (labels that are it).
    private var scores: [Double] = []
    private var sizes: [Double] = []

    init(_ metric: EstimatedMetric, rows: [LabelPosterior]) {
        precondition(!rows.isEmpty, "an estimate of no rows")
        self.metric = metric
        let n = Double(rows.count)
        if case .accuracy = metric {
            value = rows.reduce(0) { $0 + $1.probabilities[$1.answer] } / n
            return
        }
        let labelCount = rows[0].probabilities.count
        var hits = [Double](repeating: 0, count: labelCount)
        sizes = hits
        for row in rows {
            hits[row.answer] += row.probabilities[row.answer] / n
            sizes[row.answer] += 1 / n
            for label in 0..<labelCount { sizes[label] += row.probabilities[label] / n }
        }
        scores = zip(hits, sizes).map { $1 > 0 ? 2 * $0 / $1 : 0 }
        if case .f1(let label) = metric {
            value = scores[label]
        } else {
            value = scores.reduce(0, +) / Double(labelCount)
        }
    }

    func value(answer: Int, truth: Int) -> Double {
        switch metric {
        case .accuracy: (answer == truth ? 1 : 0) - value
        case .f1(let label): part(label, answer, truth)
        case .macroF1:
            (part(answer, answer, truth) + (answer == truth ? 0 : part(truth, answer, truth)))
                / Double(scores.count)
        }
    }

    private func part(_ label: Int, _ answer: Int, _ truth: Int) -> Double {
        guard sizes[label] > 0 else { return 0 }
        let (said, isTrue) = (answer == label ? 1.0 : 0, truth == label ? 1.0 : 0)
        return (2 * said * isTrue - scores[label] * (said + isTrue)) / sizes[label]
    }

    func moments(of row: LabelPosterior) -> (mean: Double, variance: Double) {
        var (mean, square) = (0.0, 0.0)
        for (truth, probability) in row.probabilities.enumerated() {
            let value = value(answer: row.answer, truth: truth)
            mean += probability * value
            square += probability * value * value
        }
        return (mean, max(0, square - mean * mean))
    }
}
