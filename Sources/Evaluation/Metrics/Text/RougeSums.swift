// Mean ROUGE over rows, from exact sums.

/// ROUGE scores summed over rows without rounding; sum `words` over ranks and make the sums of the totals.
package struct RougeSums: Sendable, Equatable {
    package private(set) var rowCount: Int64 = 0
    /// Precision, recall and F1 of ROUGE-1, -2, -L and -Lsum.
    private var sums = [ExactAccumulator](repeating: ExactAccumulator(), count: 12)

    /// Number of integers in `words`.
    package static let wordCount = 1 + 12 * ExactAccumulator.wordCount

    /// No rows.
    package init() {}

    /// The sums that `words` of one part, or their totals over parts, describe.
    package init(words: [Int64]) {
        precondition(words.count == Self.wordCount, "expected \(Self.wordCount) words, found \(words.count)")
        rowCount = words[0]
        sums = (0..<12).map { index in
            let start = 1 + index * ExactAccumulator.wordCount
            return ExactAccumulator(words: Array(words[start..<start + ExactAccumulator.wordCount]))
        }
    }

    /// All sums as integers to be added over ranks.
    package var words: [Int64] { [rowCount] + sums.flatMap(\.words) }

    /// Adds one row.
    package mutating func add(_ scores: RougeScores) {
        rowCount += 1
        let kinds = [scores.rouge1, scores.rouge2, scores.rougeL, scores.rougeLsum]
        for (index, score) in kinds.enumerated() {
            sums[3 * index].add(score.precision)
            sums[3 * index + 1].add(score.recall)
            sums[3 * index + 2].add(score.f1)
        }
    }

    /// Adds the sums of another part of the data.
    package mutating func merge(_ other: RougeSums) { self = RougeSums(words: .sum(words, other.words)) }

    /// The mean over rows of each figure, as rouge_score's users report it; NaN without rows.
    package var mean: RougeScores {
        func mean(_ kind: Int) -> RougeScore {
            let values = (0..<3).map { sums[3 * kind + $0].value / Double(rowCount) }
            return RougeScore(precision: values[0], recall: values[1], f1: values[2])
        }
        return RougeScores(rouge1: mean(0), rouge2: mean(1), rougeL: mean(2), rougeLsum: mean(3))
    }
}

extension RougeScore {
    /// Figures that are means, so that F1 is not that of precision and recall.
    init(precision: Double, recall: Double, f1: Double) {
        self.precision = precision
        self.recall = recall
        self.f1 = f1
    }
}
