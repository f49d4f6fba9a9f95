// How often one system's output is rated above another's.

/// Wins, losses and ties of each pair of systems, where one rater rated both on the same item.
///
/// Counts are integers: sum `words` over parts of the data.
package struct PairwisePreferences: Sendable, Equatable {
    package let systemCount: Int
    /// How often the row's system was rated above the column's, then how often both alike.
    /// `[2, systemCount, systemCount]`; ties stand in both orders.
    package private(set) var words: [Int64]

    /// No ratings.
    package init(systemCount: Int) {
        let words = [Int64](repeating: 0, count: 2 * systemCount * systemCount)
        self.init(systemCount: systemCount, words: words)
    }

    /// The counts that `words` of one part, or their totals over parts, describe.
    package init(systemCount: Int, words: [Int64]) {
        precondition(words.count == 2 * systemCount * systemCount, "\(words.count) words")
        self.systemCount = systemCount
        self.words = words
    }

    /// Adds one rater's ratings of one item, one for each system, nil where missing; higher is better.
    package mutating func add(_ ratings: [Double?]) {
        precondition(ratings.count == systemCount, "\(ratings.count) ratings of \(systemCount) systems")
        for (first, rating) in ratings.enumerated() {
            for (second, other) in ratings.enumerated() where first != second {
                guard let rating, let other else { continue }
                if rating > other { words[first * systemCount + second] += 1 }
                if rating == other { words[(systemCount + first) * systemCount + second] += 1 }
            }
        }
    }

    /// Adds the ratings of another part of the data.
    package mutating func merge(_ other: PairwisePreferences) {
        precondition(other.systemCount == systemCount, "\(other.systemCount) systems merged")
        words = .sum(words, other.words)
    }

    /// How often `system` was rated above `other`.
    package func wins(_ system: Int, over other: Int) -> Int64 { words[system * systemCount + other] }

    /// How often both were rated alike.
    package func ties(_ system: Int, _ other: Int) -> Int64 {
        words[(systemCount + system) * systemCount + other]
    }

    /// How often one rater rated both on the same item.
    package func comparisons(_ system: Int, _ other: Int) -> Int64 {
        wins(system, over: other) + wins(other, over: system) + ties(system, other)
    }

    /// Share of comparisons that `system` wins against `other`, a tie being half a win; NaN without
    /// comparisons.
    package func winRate(_ system: Int, over other: Int) -> Double {
        let points = 2 * wins(system, over: other) + ties(system, other)
        return Double(points) / Double(2 * comparisons(system, other))
    }
}
