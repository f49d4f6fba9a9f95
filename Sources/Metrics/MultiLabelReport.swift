// The metrics of multi-label classification, equal to scikit-learn's with its default arguments.

/// Everything that multi-label counts say. Without rows, the quotients over rows are NaN and all else is 0.
public struct MultiLabelReport: Sendable, Equatable {
    public let rowCount: Int64
    /// Share of rows whose labels are all right: `accuracy_score` of indicator matrices.
    public let subsetAccuracy: Double
    /// Share of wrong decisions among all, one for each row and label.
    public let hammingLoss: Double
    /// One for each label, by its index.
    public let perLabel: [PrecisionRecallF1]
    /// Over all decisions together.
    public let micro: PrecisionRecallF1
    /// The plain mean over all labels.
    public let macro: PrecisionRecallF1
    /// The mean over labels, weighted by support.
    public let weighted: PrecisionRecallF1
    /// The mean over rows of each row's F1: `average="samples"`.
    public let samplesF1: Double

    /// Computes all metrics of `counts`.
    public init(_ counts: MultiLabelCounts) {
        let tallies = counts.tallies
        let wrong = tallies.reduce(0) { $0 + $1.falsePositives + $1.falseNegatives }
        let rows = Double(counts.rowCount)
        rowCount = counts.rowCount
        subsetAccuracy = Double(counts.exactMatchCount) / rows
        hammingLoss = Double(wrong) / (rows * Double(counts.labelCount))
        perLabel = tallies.map(\.scores)
        micro = .micro(tallies)
        macro = .macro(tallies)
        weighted = .weighted(tallies)
        samplesF1 = counts.sampleF1.value / rows
    }
}
