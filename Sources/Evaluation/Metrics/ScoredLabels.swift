// ROC-AUC: how well scores rank rows of a class above all others.

/// Scores of rows with their true labels, gathered from all ranks.
///
/// Ranks exchange `scores` and `labels` and append what they receive: the area depends on no order of rows.
package struct ScoredLabels: Sendable, Equatable {
    /// Number of scores in a row: 1 for a binary classifier, else one for each class.
    package let width: Int
    /// Row-major. `[rows × width]`
    package private(set) var scores: [Double] = []
    /// 0 or 1, or the index of the true class. `[rows]`
    package private(set) var labels: [Int32] = []

    /// No rows.
    package init(width: Int = 1) {
        precondition(width > 0, "rows of \(width) scores")
        self.width = width
    }

    /// Adds one row of a binary classifier: the score of class 1 and whether the row is of class 1.
    package mutating func add(score: Double, isPositive: Bool) {
        add(scores: [score], label: isPositive ? 1 : 0)
    }

    /// Adds one row: a score for each class, for example its probability, and the true class.
    package mutating func add(scores: [Double], label: Int) {
        precondition(scores.count == width, "\(scores.count) scores in rows of \(width)")
        precondition((0..<max(width, 2)).contains(label), "label \(label) of \(max(width, 2))")
        self.scores += scores
        labels.append(Int32(label))
    }

    /// Adds the rows of another part of the data.
    package mutating func merge(_ other: ScoredLabels) {
        precondition(other.width == width, "rows of \(other.width) scores merged into rows of \(width)")
        scores += other.scores
        labels += other.labels
    }

    /// The area under the ROC curve of `positive` against all other classes: the probability that a row of
    /// the class has a higher score than another row, ties counting half. NaN when either is missing.
    ///
    /// Source: Hanley and McNeil 1982, "The meaning and use of the area under a receiver operating
    /// characteristic (ROC) curve". Equals scikit-learn's `roc_auc_score`.
    ///
    /// - Throws: `MetricsError.notFinite` for a NaN score.
    package func rocAUC(positive: Int = 1) throws(MetricsError) -> Double {
        let column = width == 1 ? 0 : positive
        var rows: [(score: Double, isPositive: Bool)] = []
        rows.reserveCapacity(labels.count)
        for (row, label) in labels.enumerated() {
            let score = scores[row * width + column]
            guard !score.isNaN else { throw .notFinite(what: "the score of row \(row + 1)", value: score) }
            rows.append((score, Int(label) == positive))
        }
        rows.sort { $0.score < $1.score }
        var (below, positives): (Int128, Int128) = (0, 0)
        /// Pairs in the right order, doubled so that ties count one.
        var doubledPairs: Int128 = 0
        var start = 0
        while start < rows.count {
            var (tiedPositives, end): (Int128, Int) = (0, start)
            while end < rows.count && rows[end].score == rows[start].score {
                tiedPositives += rows[end].isPositive ? 1 : 0
                end += 1
            }
            let tiedNegatives = Int128(end - start) - tiedPositives
            doubledPairs += tiedPositives * (2 * below + tiedNegatives)
            below += tiedNegatives
            positives += tiedPositives
            start = end
        }
        return Double(doubledPairs) / Double(2 * positives * below)
    }

    /// The mean over classes of each one's area against all others; NaN when a class is missing. Equals
    /// scikit-learn's `roc_auc_score` with `multi_class="ovr"` and `average="macro"`.
    ///
    /// - Throws: `MetricsError.notFinite` for a NaN score.
    package func macroROCAUC() throws(MetricsError) -> Double {
        precondition(width > 1, "one score a row is binary: ask for rocAUC()")
        var total = 0.0
        for label in 0..<width { total += try rocAUC(positive: label) }
        return total / Double(width)
    }
}
