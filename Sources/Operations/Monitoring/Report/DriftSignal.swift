// One thing that is watched, compared with what training saw, and which of them raise an alarm.

/// A comparison of one property of requests with its distribution in training.
package struct DriftSignal: Sendable, Equatable {
    /// What is compared.
    package enum Feature: String, Sendable, CaseIterable {
        case inputLength = "input_length"
        case unknownTokens = "unknown_tokens"
        case language
        case predictedLabel = "predicted_label"
        case confidence
        case missingInput = "missing_input"
        case lengthBounds = "length_bounds"
        /// Accuracy or F1 as calibrated confidences tell it.
        case estimatedPerformance = "estimated_performance"

        /// What a person reads.
        package var words: String {
            switch self {
            case .inputLength: "lengths of inputs"
            case .unknownTokens: "unknown tokens"
            case .language: "languages"
            case .predictedLabel: "answers"
            case .confidence: "confidences"
            case .missingInput: "missing inputs"
            case .lengthBounds: "inputs shorter or longer than any before"
            case .estimatedPerformance: "estimated performance"
            }
        }
    }

    package struct Figure: Sendable, Equatable {
        package var statistic: DriftStatistic
        package var value: Double
    }

    package var feature: Feature
    package var figures: [Figure]
    /// The probability of a difference at least as large where nothing has changed; by which test, `test`.
    package var pValue: Double
    package var test: String
    package var isAlarm = false

    package init(_ feature: Feature, _ figures: [Figure] = [], pValue: Double, test: String) {
        (self.feature, self.figures, self.pValue, self.test) = (feature, figures, pValue, test)
    }
}

extension [DriftSignal] {
    /// Marks the signals that raise an alarm, so that a window in which nothing has changed has any alarm
    /// with probability `rate` at most, however the signals hang together.
    ///
    /// Source: Holm 1979, "A simple sequentially rejective multiple test procedure".
    package func markingAlarms(rate: Double) -> [DriftSignal] {
        var marked = self
        let order = indices.sorted { (self[$0].pValue, $0) < (self[$1].pValue, $1) }
        for (place, index) in order.enumerated() {
            guard self[index].pValue * Double(count - place) <= rate else { break }
            marked[index].isAlarm = true
        }
        return marked
    }
}
