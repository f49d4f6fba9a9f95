// The metrics of single-label classification, equal to scikit-learn's with its default arguments.

/// Everything that a confusion matrix says, computed once.
///
/// Of a matrix without rows, accuracy, balanced accuracy and kappa are NaN and all else is 0.
package struct ClassificationReport: Sendable, Equatable {
    package let rowCount: Int64
    /// Share of right predictions.
    package let accuracy: Double
    /// Mean recall of the labels that are true in some row.
    package let balancedAccuracy: Double
    /// One for each label, by its index.
    package let perLabel: [PrecisionRecallF1]
    /// The scores of label 1, when there are exactly two labels.
    package let binary: PrecisionRecallF1?
    /// Over all decisions together; with one label a row, all three equal the accuracy.
    package let micro: PrecisionRecallF1
    /// The plain mean over the labels that are true or predicted in some row, as `labels=None` does.
    package let macro: PrecisionRecallF1
    /// The mean over labels, weighted by support.
    package let weighted: PrecisionRecallF1
    /// Matthews' correlation coefficient for any number of labels, in -1...1; 0 when all truths or all
    /// predictions are the same (Gorodkin 2004, "Comparing two K-category assignments by a K-category
    /// correlation").
    package let matthewsCorrelation: Double
    /// Cohen's kappa, unweighted, at most 1; NaN when all truths and predictions are the same label.
    package let cohenKappa: Double

    /// The scores of `positive` where there are two labels, else the macro averages.
    package func main(positive: Int) -> PrecisionRecallF1 {
        perLabel.count == 2 ? perLabel[positive] : macro
    }

    /// Computes all metrics of `matrix`.
    package init(_ matrix: ConfusionMatrix) {
        self.init(
            truths: matrix.truthCounts, predictions: matrix.predictionCounts,
            hits: (0..<matrix.labelCount).map { matrix[$0, $0] })
    }

    /// Computes all metrics from how often each label is true, predicted, and both.
    package init(truths: [Int64], predictions: [Int64], hits: [Int64]) {
        let tallies = hits.indices.map { label in
            ConfusionCounts(
                truePositives: hits[label], falsePositives: predictions[label] - hits[label],
                falseNegatives: truths[label] - hits[label])
        }
        let recalls = tallies.filter { $0.support > 0 }.map(\.scores.recall)
        let (rows, correct) = (truths.reduce(0, +), hits.reduce(0, +))
        rowCount = rows
        accuracy = Double(correct) / Double(rows)
        balancedAccuracy = recalls.reduce(0, +) / Double(recalls.count)
        perLabel = tallies.map(\.scores)
        binary = hits.count == 2 ? perLabel[1] : nil
        micro = .micro(tallies)
        macro = .macro(tallies.filter(\.occurs))
        weighted = .weighted(tallies)
        matthewsCorrelation = Self.matthewsCorrelation(rows, correct, truths, predictions)
        cohenKappa = Self.cohenKappa(rows, correct, truths, predictions)
    }

    /// `Σ a·b` without overflow.
    private static func dot(_ a: [Int64], _ b: [Int64]) -> Int128 {
        zip(a, b).reduce(0) { $0 + Int128($1.0) * Int128($1.1) }
    }

    /// (c·n − Σ tₖ·pₖ) / √((n² − Σ pₖ²)·(n² − Σ tₖ²)): c of n rows are right, label k is true tₖ times and
    /// predicted pₖ times.
    private static func matthewsCorrelation(
        _ rowCount: Int64, _ correctCount: Int64, _ truths: [Int64], _ predictions: [Int64]
    ) -> Double {
        let rows = Int128(rowCount)
        let covariance = Int128(correctCount) * rows - dot(truths, predictions)
        let truthVariance = rows * rows - dot(truths, truths)
        let predictionVariance = rows * rows - dot(predictions, predictions)
        guard truthVariance > 0, predictionVariance > 0 else { return 0 }
        let scale = Double(truthVariance).squareRoot() * Double(predictionVariance).squareRoot()
        return Double(covariance) / scale
    }

    /// 1 − n·(n − c) / (n² − Σ tₖ·pₖ): disagreement over the disagreement expected by chance.
    private static func cohenKappa(
        _ rowCount: Int64, _ correctCount: Int64, _ truths: [Int64], _ predictions: [Int64]
    ) -> Double {
        let rows = Int128(rowCount)
        let expected = rows * rows - dot(truths, predictions)
        let observed = rows * (rows - Int128(correctCount))
        // Chance disagreement minus observed, as one quotient: no digits are lost when kappa is near 0.
        return Double(expected - observed) / Double(expected)
    }
}
