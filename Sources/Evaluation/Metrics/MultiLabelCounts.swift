// Counts of decisions where a row may have any number of labels.

/// For each label, how often it was predicted rightly and wrongly; how many rows were right in all labels.
///
/// Everything is a sum of integers: counts of parts of the data add up to those of the whole, in any order.
package struct MultiLabelCounts: Sendable, Equatable {
    package let labelCount: Int
    /// For each label: true positives, false positives, false negatives, true negatives. `[labelCount × 4]`
    private var decisions: [Int64]
    private var rows: Int64
    private var exactRows: Int64
    /// F1 of each row, summed.
    private(set) var sampleF1: ExactAccumulator

    /// No rows.
    package init(labelCount: Int) {
        let zeros = [Int64](repeating: 0, count: Self.wordCount(labelCount: labelCount))
        self.init(labelCount: labelCount, counts: zeros)
    }

    /// The counts that `counts` of one part, or their totals over parts, describe.
    package init(labelCount: Int, counts: [Int64]) {
        precondition(labelCount > 0, "multi-label counts need labels")
        precondition(
            counts.count == Self.wordCount(labelCount: labelCount),
            "\(counts.count) counts for \(labelCount) labels")
        self.labelCount = labelCount
        decisions = Array(counts[..<(4 * labelCount)])
        rows = counts[4 * labelCount]
        exactRows = counts[4 * labelCount + 1]
        sampleF1 = ExactAccumulator(words: Array(counts[(4 * labelCount + 2)...]))
    }

    private static func wordCount(labelCount: Int) -> Int { 4 * labelCount + 2 + ExactAccumulator.wordCount }

    /// All counts as integers to be summed over ranks.
    package var counts: [Int64] { decisions + [rows, exactRows] + sampleF1.words }

    /// Counts one row: for each label whether it is true and whether it was predicted.
    package mutating func add(truth: [Bool], prediction: [Bool]) {
        precondition(
            truth.count == labelCount && prediction.count == labelCount,
            "\(truth.count) truths and \(prediction.count) predictions for \(labelCount) labels")
        var row = ConfusionCounts()
        for label in 0..<labelCount {
            switch (truth[label], prediction[label]) {
            case (true, true):
                decisions[4 * label] += 1
                row.truePositives += 1
            case (false, true):
                decisions[4 * label + 1] += 1
                row.falsePositives += 1
            case (true, false):
                decisions[4 * label + 2] += 1
                row.falseNegatives += 1
            case (false, false): decisions[4 * label + 3] += 1
            }
        }
        rows += 1
        if row.falsePositives + row.falseNegatives == 0 { exactRows += 1 }
        sampleF1.add(row.scores.f1)
    }

    /// Adds the counts of another part of the data.
    package mutating func merge(_ other: MultiLabelCounts) {
        precondition(other.labelCount == labelCount, "\(other.labelCount) labels merged into \(labelCount)")
        self = MultiLabelCounts(labelCount: labelCount, counts: zip(counts, other.counts).map { $0 + $1 })
    }

    /// Number of rows counted.
    package var rowCount: Int64 { rows }
    /// Number of rows whose labels are all right.
    package var exactMatchCount: Int64 { exactRows }
    package func truePositiveCount(_ label: Int) -> Int64 { decisions[4 * label] }
    package func falsePositiveCount(_ label: Int) -> Int64 { decisions[4 * label + 1] }
    package func falseNegativeCount(_ label: Int) -> Int64 { decisions[4 * label + 2] }
    package func trueNegativeCount(_ label: Int) -> Int64 { decisions[4 * label + 3] }

    var tallies: [ConfusionCounts] {
        (0..<labelCount).map { label in
            ConfusionCounts(
                truePositives: truePositiveCount(label), falsePositives: falsePositiveCount(label),
                falseNegatives: falseNegativeCount(label))
        }
    }
}
