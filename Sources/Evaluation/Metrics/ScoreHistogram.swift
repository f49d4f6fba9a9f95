// ROC-AUC of any number of rows in memory that does not grow with them.

import Foundation

/// How often each probability was given to rows of a label and to all others, in fine bins of log-odds.
///
/// Counts are integers: sum `counts` over ranks. The area under the ROC curve counts pairs within one bin as
/// ties, so it is off by at most half the share of such pairs. With bins of 80 / 65,536 in ln(p / (1 − p))
/// that is below 1e-4 for scores that spread over one unit, and what is left of it mostly cancels, as a test
/// shows.
package struct ScoreHistogram: Sendable, Equatable {
    /// Log-odds beyond ±40 share the outermost bins; doubles hold no finer probabilities near 1.
    private static let limit = 40.0

    package let labelCount: Int
    package let binCount: Int
    /// For each label and bin the rows that have the label, then those that have not. `[labels, 2, bins]`
    package private(set) var counts: [Int64]

    /// No rows. Many labels get fewer bins, so that `counts` has at most about two million numbers.
    package init(labelCount: Int) {
        precondition(labelCount > 0, "a histogram of \(labelCount) labels")
        let binCount = max(1 << 10, min(1 << 16, (1 << 20) / labelCount))
        self.init(
            labelCount: labelCount, counts: [Int64](repeating: 0, count: 2 * labelCount * binCount))
    }

    /// The histogram that `counts` of one part, or their totals over parts, describe.
    package init(labelCount: Int, counts: [Int64]) {
        precondition(counts.count % (2 * labelCount) == 0, "\(counts.count) counts of \(labelCount) labels")
        self.labelCount = labelCount
        self.counts = counts
        binCount = counts.count / (2 * labelCount)
    }

    /// Adds one row: the probability of each label, and whether the row has it. Probabilities must not be
    /// NaN.
    package mutating func add(probabilities: [Double], hasLabel: (Int) -> Bool) {
        precondition(probabilities.count == labelCount, "\(probabilities.count) of \(labelCount) scores")
        for (label, probability) in probabilities.enumerated() {
            counts[(2 * label + (hasLabel(label) ? 0 : 1)) * binCount + bin(of: probability)] += 1
        }
    }

    private func bin(of probability: Double) -> Int {
        let odds = log(probability) - log1p(-probability)
        let share = (min(max(odds, -Self.limit), Self.limit) + Self.limit) / (2 * Self.limit)
        return min(Int(share * Double(binCount)), binCount - 1)
    }

    /// The area under the ROC curve of a label against all others; NaN when no row, or every row, has the
    /// label.
    package func rocAUC(label: Int) -> Double {
        let start = 2 * label * binCount
        var (below, positives, doubledPairs): (Int128, Int128, Int128) = (0, 0, 0)
        for bin in 0..<binCount {
            let positive = Int128(counts[start + bin])
            let negative = Int128(counts[start + binCount + bin])
            doubledPairs += positive * (2 * below + negative)
            below += negative
            positives += positive
        }
        return Double(doubledPairs) / Double(2 * positives * below)
    }
}

/// Ranked scores of rows, of which the area under the ROC curve is asked for many weights of the rows.
package struct RankedScores: Sendable {
    /// Rows by rising score, and for each place whether the next row's score is another.
    private let order: [Int]
    private let endsTie: [Bool]
    private let isPositive: [Bool]

    /// Scores must not be NaN.
    package init(scores: [Double], isPositive: [Bool]) {
        precondition(scores.count == isPositive.count, "\(isPositive.count) labels of \(scores.count) scores")
        let order = scores.indices.sorted { (scores[$0], $0) < (scores[$1], $1) }
        self.order = order
        self.isPositive = isPositive
        endsTie = order.indices.map { place in
            place + 1 == order.count || scores[order[place]] != scores[order[place + 1]]
        }
    }

    /// The area, row r counting `weights[r]` times; NaN without positive or without negative rows.
    package func rocAUC(weights: [Int32]) -> Double {
        precondition(weights.count == order.count, "\(weights.count) weights of \(order.count) rows")
        var (below, positives, doubledPairs): (Int64, Int64, Int64) = (0, 0, 0)
        var (tiedPositives, tiedNegatives): (Int64, Int64) = (0, 0)
        for (place, row) in order.enumerated() {
            let weight = Int64(weights[row])
            if isPositive[row] { tiedPositives += weight } else { tiedNegatives += weight }
            guard endsTie[place] else { continue }
            doubledPairs += tiedPositives * (2 * below + tiedNegatives)
            below += tiedNegatives
            positives += tiedPositives
            (tiedPositives, tiedNegatives) = (0, 0)
        }
        return Double(doubledPairs) / Double(2 * positives * below)
    }
}
