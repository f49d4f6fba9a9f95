// The metrics of multi-label classification, equal to scikit-learn's with its default arguments.

/// Everything that multi-label counts say. Without rows, the quotients over rows are NaN and all else is 0.
package struct MultiLabelReport: Sendable, Equatable {
    package let rowCount: Int64
    /// Share of rows whose labels are all right: `accuracy_score` of indicator matrices.
    package let subsetAccuracy: Double
    /// Share of wrong decisions among all, one for each row and label.
    package let hammingLoss: Double
    /// One for each label, by its index.
    package let perLabel: [PrecisionRecallF1]
    /// Over all decisions together.
    package let micro: PrecisionRecallF1
    /// The plain mean over all labels.
    package let macro: PrecisionRecallF1
    /// The mean over labels, weighted by support.
    package let weighted: PrecisionRecallF1
    /// The mean over rows of each row's F1: `average="samples"`.
    package let samplesF1: Double

    /// Computes all metrics of `counts`.
    package init(_ counts: MultiLabelCounts) {
        self.init(
            counts.tallies, rowCount: counts.rowCount, exactMatchCount: counts.exactMatchCount,
            sampleF1: counts.sampleF1.value)
    }

    /// Computes all metrics from how often each label is true, predicted, and both; from the rows whose
    /// labels are all right; and from the sum of the rows' F1.
    package init(
        truths: [Int64], predictions: [Int64], hits: [Int64], rowCount: Int64, exactMatchCount: Int64,
        sampleF1: Double
    ) {
        let tallies = hits.indices.map { label in
            ConfusionCounts(
                truePositives: hits[label], falsePositives: predictions[label] - hits[label],
                falseNegatives: truths[label] - hits[label])
        }
        self.init(tallies, rowCount: rowCount, exactMatchCount: exactMatchCount, sampleF1: sampleF1)
    }

    private init(_ tallies: [ConfusionCounts], rowCount: Int64, exactMatchCount: Int64, sampleF1: Double) {
        let wrong = tallies.reduce(0) { $0 + $1.falsePositives + $1.falseNegatives }
        let rows = Double(rowCount)
        self.rowCount = rowCount
        subsetAccuracy = Double(exactMatchCount) / rows
        hammingLoss = Double(wrong) / (rows * Double(tallies.count))
        perLabel = tallies.map(\.scores)
        micro = .micro(tallies)
        macro = .macro(tallies)
        weighted = .weighted(tallies)
        samplesF1 = sampleF1 / rows
    }
}
