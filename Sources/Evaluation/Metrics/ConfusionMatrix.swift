// Counts of true against predicted labels: all that single-label classification metrics need.

/// How often each label was predicted for each true label.
///
/// Counts are integers, so matrices of parts of the data add up to that of the whole, in any order: sum
/// `counts` over the ranks and make a matrix of the totals.
package struct ConfusionMatrix: Sendable, Equatable {
    package let labelCount: Int
    /// Row-major `[labelCount × labelCount]`: rows are true labels, columns predictions.
    package private(set) var counts: [Int64]

    /// An empty matrix.
    package init(labelCount: Int) {
        self.init(labelCount: labelCount, counts: [Int64](repeating: 0, count: labelCount * labelCount))
    }

    /// A matrix of counts, for example of totals over ranks.
    package init(labelCount: Int, counts: [Int64]) {
        precondition(labelCount > 0, "a confusion matrix needs labels")
        precondition(
            counts.count == labelCount * labelCount && counts.allSatisfy { $0 >= 0 },
            "\(counts.count) counts for \(labelCount) labels")
        self.labelCount = labelCount
        self.counts = counts
    }

    /// Counts one row. Both labels are indices in `0..<labelCount`.
    package mutating func add(truth: Int, prediction: Int) {
        precondition((0..<labelCount).contains(truth), "label \(truth) of \(labelCount)")
        precondition((0..<labelCount).contains(prediction), "prediction \(prediction) of \(labelCount)")
        counts[truth * labelCount + prediction] += 1
    }

    /// Adds the counts of another part of the data.
    package mutating func merge(_ other: ConfusionMatrix) {
        precondition(other.labelCount == labelCount, "\(other.labelCount) labels merged into \(labelCount)")
        for index in counts.indices { counts[index] += other.counts[index] }
    }

    /// How often `prediction` was given for rows of the label `truth`.
    package subscript(truth: Int, prediction: Int) -> Int64 { counts[truth * labelCount + prediction] }

    /// Number of rows counted.
    package var rowCount: Int64 { counts.reduce(0, +) }
    /// Number of rows whose prediction is right.
    package var correctCount: Int64 { (0..<labelCount).reduce(0) { $0 + self[$1, $1] } }
    /// How often each label is true.
    package var truthCounts: [Int64] {
        (0..<labelCount).map { truth in (0..<labelCount).reduce(0) { $0 + self[truth, $1] } }
    }
    /// How often each label was predicted.
    package var predictionCounts: [Int64] {
        (0..<labelCount).map { prediction in (0..<labelCount).reduce(0) { $0 + self[$1, prediction] } }
    }
}
