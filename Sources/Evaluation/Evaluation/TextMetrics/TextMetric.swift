// Metrics of written texts. A new one is a file here and a line of the table.

internal import Metrics

/// Metrics of texts that share their counts.
package protocol TextMetric: Sendable {
    /// Number of integers that a row gives.
    var width: Int { get }
    /// The integers of a row: they add up over rows and ranks.
    func counts(prediction: String, references: [String]) -> [Int64]
    /// What is computed of their sums and the number of rows, which stands before them.
    var metrics: [Metric] { get }
    /// How the figures of these sums are computed, in the field's manner of saying it; nil where the name
    /// says all.
    func signature(_ sums: [Int64]) -> (name: String, text: String)?
}

extension TextMetric {
    package func signature(_ sums: [Int64]) -> (name: String, text: String)? { nil }

    /// The mean over rows of a figure in units of 2^-32 at `place` of the counts.
    static func mean(_ place: Int) -> @Sendable ([Int64]) -> Double {
        { FixedPoint.value($0[1 + place]) / Double($0[0]) }
    }
}

/// The metrics of all tasks that write texts, in the order of the log.
package enum TextMetrics {
    package static let all: [any TextMetric] = [
        BLEUMetric(), ChrFMetric(), RougeMetric(), ErrorRateMetric(), ExactMatchMetric(),
    ]
}
