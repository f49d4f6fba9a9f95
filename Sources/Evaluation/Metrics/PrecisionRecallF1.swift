// Precision, recall and F1 of one label, and their averages over labels.

/// Precision, recall and F1, each in 0...1, with the number of true rows that they rest on.
///
/// A quotient of 0 by 0 is 0, as scikit-learn's default `zero_division` returns.
package struct PrecisionRecallF1: Sendable, Equatable {
    /// TP / (TP + FP).
    package let precision: Double
    /// TP / (TP + FN).
    package let recall: Double
    /// 2·TP / (2·TP + FP + FN).
    package let f1: Double
    /// TP + FN: how often the label is true.
    package let support: Int64
}

/// How often one label was predicted rightly, predicted wrongly and missed.
struct ConfusionCounts {
    var truePositives: Int64 = 0
    var falsePositives: Int64 = 0
    var falseNegatives: Int64 = 0

    var support: Int64 { truePositives + falseNegatives }
    /// Whether the label is true or predicted in any row.
    var occurs: Bool { support + falsePositives > 0 }

    var scores: PrecisionRecallF1 {
        PrecisionRecallF1(
            precision: ratio(truePositives, truePositives + falsePositives),
            recall: ratio(truePositives, support),
            f1: ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives),
            support: support)
    }
}

extension PrecisionRecallF1 {
    /// The scores of all labels' tallies added up.
    static func micro(_ tallies: [ConfusionCounts]) -> PrecisionRecallF1 {
        tallies.reduce(into: ConfusionCounts()) { total, tally in
            total.truePositives += tally.truePositives
            total.falsePositives += tally.falsePositives
            total.falseNegatives += tally.falseNegatives
        }.scores
    }

    /// The mean over labels; 0 without labels.
    static func macro(_ tallies: [ConfusionCounts]) -> PrecisionRecallF1 {
        mean(tallies, weights: tallies.map { _ in 1 })
    }

    /// The mean over labels, each weighted by its support; 0 when no label is ever true.
    static func weighted(_ tallies: [ConfusionCounts]) -> PrecisionRecallF1 {
        mean(tallies, weights: tallies.map(\.support))
    }

    private static func mean(_ tallies: [ConfusionCounts], weights: [Int64]) -> PrecisionRecallF1 {
        let total = Double(weights.reduce(0, +))
        func mean(_ score: (PrecisionRecallF1) -> Double) -> Double {
            let sum = zip(tallies, weights).reduce(0.0) { $0 + score($1.0.scores) * Double($1.1) }
            return total == 0 ? 0 : sum / total
        }
        return PrecisionRecallF1(
            precision: mean(\.precision), recall: mean(\.recall), f1: mean(\.f1),
            support: tallies.reduce(0) { $0 + $1.support })
    }
}

/// The quotient, or 0 when the divisor is 0.
func ratio(_ dividend: Int64, _ divisor: Int64) -> Double {
    divisor == 0 ? 0 : Double(dividend) / Double(divisor)
}
