// What a model saw when it was trained, for comparison with what it sees in service: monitoring.json.

internal import Metrics

/// Statistics of the training rows' inputs and of the validation rows' answers, of bounded size.
package struct ReferenceStatistics: Sendable, Equatable {
    /// Beside the model's files.
    package static let fileName = "monitoring.json"

    /// Sizes of inputs.
    package struct Inputs: Sendable, Equatable {
        package var rowCount = 0
        /// Rows without a text.
        package var nullCount = 0
        /// Tokens of a random share of the rows.
        package var tokenCounts: [Double] = []
        /// The fewest and the most tokens of all rows; nil without any.
        package var tokenBounds: ClosedRange<Double>?
        /// The share of unknown tokens of the rows in `tokenCounts`.
        package var unknownShares: [Double] = []
        /// Rows by language.
        package var languages: [String: Int] = [:]
        /// Rows by label; the answers that people gave.
        package var labels: [String: Int] = [:]
    }

    /// How sure the model was of the answers to a random share of the validation rows, and how right.
    package struct Answers: Sendable, Equatable {
        package var rowCount = 0
        /// Rows by the model's answer.
        package var labels: [String: Int] = [:]
        /// The probability of the answer of each row.
        package var confidences: [Double] = []
        package var calibration: [CalibrationBin] = []
        package var temperature = 1.0
        package var metrics: [ReferenceMetric] = []
    }

    package struct CalibrationBin: Sendable, Equatable {
        package var lower: Double
        package var upper: Double
        package var rowCount: Int
        /// 0 without rows.
        package var meanConfidence: Double
        package var accuracy: Double
    }

    /// A figure of the validation rows, by their labels and as estimated without them.
    package struct ReferenceMetric: Sendable, Equatable {
        /// By labels.
        package var value: Double
        /// Without, from calibrated confidences.
        package var estimate: PerformanceEstimate
        /// The variance of `value` less `estimate`.
        package var correctionVariance: Double

        package var correction: Double { value - estimate.value }
    }

    /// The version of Lockstep that trained.
    package var version = ""
    /// The model's labels in their order; empty for models of other tasks.
    package var labelNames: [String] = []
    /// The place of the label that F1 of two labels is of.
    package var positive = 1
    package var inputs = Inputs()
    /// nil without validation rows that a classifier of single labels answered.
    package var answers: Answers?

    package init() {}

    /// Whether the model's posteriors are over its labels; of very many only right and wrong are told apart.
    package var keepsPosteriors: Bool { labelNames.count <= RequestRecord.mostProbabilities }

    package var metrics: [EstimatedMetric] {
        keepsPosteriors ? EstimatedMetric.all(labelCount: labelNames.count, positive: positive) : [.accuracy]
    }

    /// What a record or a row says of its label; nil where it says too little.
    package func posterior(
        label: String?, confidence: Double?, probabilities: [Double]
    ) -> LabelPosterior? {
        guard let label, let answer = labelNames.firstIndex(of: label) else { return nil }
        guard keepsPosteriors else {
            // Right or wrong.
            return confidence.map { LabelPosterior(answer: 0, probabilities: [$0, 1 - $0]) }
        }
        if probabilities.count == labelNames.count {
            let sum = probabilities.reduce(0, +)
            guard sum > 0 else { return nil }
            return LabelPosterior(answer: answer, probabilities: probabilities.map { $0 / sum })
        }
        guard labelNames.count == 2, let confidence else { return nil }
        return LabelPosterior(
            answer: answer,
            probabilities: answer == 0 ? [confidence, 1 - confidence] : [1 - confidence, confidence])
    }
}
