// How probable each label of a row is, after temperature scaling on the validation rows.

internal import Foundation

/// A classifier's answer to one row: what it said, and how probable it held each label.
package struct LabelPosterior: Sendable, Equatable {
    /// The place of the answer.
    package let answer: Int
    /// Of each label; they add up to 1.
    package let probabilities: [Double]

    package init(answer: Int, probabilities: [Double]) {
        precondition(probabilities.indices.contains(answer), "answer \(answer) of \(probabilities.count)")
        (self.answer, self.probabilities) = (answer, probabilities)
    }

    /// Probabilities below this are taken for it: their logarithm must be finite.
    static let least = 1e-12

    /// The posterior of logits divided by `temperature`: probabilities to the power of 1 / temperature,
    /// scaled to add up to 1.
    ///
    /// Source: Guo et al. 2017, "On calibration of modern neural networks", section 4.2.
    package func scaled(temperature: Double) -> LabelPosterior {
        let powers = probabilities.map { exp(log(max($0, Self.least)) / temperature) }
        let sum = powers.reduce(0, +)
        return LabelPosterior(answer: answer, probabilities: powers.map { $0 / sum })
    }

    /// The temperature under which the true labels are most probable, in 0.05...20: the convex likelihood in
    /// 1 / temperature, by Newton's method within shrinking bounds. 1 without rows.
    package static func temperature(_ rows: [(posterior: LabelPosterior, truth: Int)]) -> Double {
        guard !rows.isEmpty else { return 1 }
        let logarithms = rows.map { row in row.posterior.probabilities.map { log(max($0, least)) } }
        var (low, high) = (0.05, 20.0)
        var beta = 1.0
        for _ in 0..<100 {
            let (slope, curvature) = slope(beta, logarithms, rows.map(\.truth))
            if slope > 0 { high = beta } else { low = beta }
            let next = beta - slope / max(curvature, 1e-300)
            let step = next > low && next < high ? next : (low + high) / 2
            if abs(step - beta) < 1e-12 * beta { break }
            beta = step
        }
        return 1 / beta
    }

    /// First and second derivative of the mean loss by 1 / temperature.
    private static func slope(
        _ beta: Double, _ logarithms: [[Double]], _ truths: [Int]
    ) -> (Double, Double) {
        var (slope, curvature) = (0.0, 0.0)
        for (row, truth) in zip(logarithms, truths) {
            let largest = row.max() ?? 0
            let weights = row.map { exp(beta * ($0 - largest)) }
            let sum = weights.reduce(0, +)
            let mean = zip(row, weights).reduce(0) { $0 + $1.0 * $1.1 } / sum
            let square = zip(row, weights).reduce(0) { $0 + $1.0 * $1.0 * $1.1 } / sum
            slope += mean - row[truth]
            curvature += square - mean * mean
        }
        return (slope / Double(truths.count), curvature / Double(truths.count))
    }
}
