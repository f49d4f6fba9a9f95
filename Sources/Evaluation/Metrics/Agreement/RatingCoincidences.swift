// Krippendorff's alpha: how far raters agree beyond chance.

/// Coincidences of ratings, from which alpha is computed.
///
/// Counts are integers, kept apart by how many raters an item has, so that parts of the data add up in any
/// order: sum `words` over parts. Items may have any number of raters; those with fewer than two do not
/// count.
///
/// Source: Krippendorff 2011, "Computing Krippendorff's alpha-reliability". Equals the package
/// `krippendorff`.
package struct RatingCoincidences: Sendable, Equatable {
    /// What the distance between two ratings is.
    package enum Level: String, Sendable, CaseIterable {
        /// 0 for equal, 1 for different values.
        case nominal
        /// By the number of ratings between both values.
        case ordinal
        /// The squared difference.
        case interval
    }

    /// All values that a rating may have, in rising order.
    package let values: [Double]
    /// The largest number of raters of an item.
    package let maximumRaters: Int
    /// For 2...`maximumRaters` raters, ordered pairs of ratings of one item by different raters.
    /// `[maximumRaters − 1, values, values]`
    package private(set) var words: [Int64]

    /// No items.
    package init(values: [Double], maximumRaters: Int) {
        let count = max(maximumRaters - 1, 0) * values.count * values.count
        self.init(values: values, maximumRaters: maximumRaters, words: [Int64](repeating: 0, count: count))
    }

    /// The coincidences that `words` of one part, or their totals over parts, describe.
    package init(values: [Double], maximumRaters: Int, words: [Int64]) {
        precondition(maximumRaters >= 2, "agreement needs two raters")
        precondition(zip(values, values.dropFirst()).allSatisfy { $0 < $1 }, "values must rise")
        precondition(
            words.count == (maximumRaters - 1) * values.count * values.count,
            "\(words.count) words for \(values.count) values and \(maximumRaters) raters")
        self.values = values
        self.maximumRaters = maximumRaters
        self.words = words
    }

    /// Adds one item: for each rater the index of the value given, or nil where the rating is missing.
    package mutating func add(_ ratings: [Int?]) {
        var counts = [Int64](repeating: 0, count: values.count)
        for case let index? in ratings { counts[index] += 1 }
        let raters = Int(counts.reduce(0, +))
        precondition(raters <= maximumRaters, "\(raters) ratings of an item of at most \(maximumRaters)")
        if raters < 2 { return }
        let start = (raters - 2) * values.count * values.count
        for (first, count) in counts.enumerated() where count > 0 {
            for (second, other) in counts.enumerated() {
                words[start + first * values.count + second] += count * (first == second ? count - 1 : other)
            }
        }
    }

    /// Adds the items of another part of the data.
    package mutating func merge(_ other: RatingCoincidences) {
        precondition(other.values == values && other.maximumRaters == maximumRaters, "other ratings merged")
        words = .sum(words, other.words)
    }

    /// 1 − observed / expected disagreement: 1 for perfect agreement, 0 for chance, less for worse; NaN when
    /// no item has two ratings or all ratings are the same.
    package func alpha(_ level: Level) -> Double {
        let size = values.count
        var coincidences = [Double](repeating: 0, count: size * size)
        for raters in 2...maximumRaters {
            for index in coincidences.indices {
                coincidences[index] += Double(words[(raters - 2) * size * size + index]) / Double(raters - 1)
            }
        }
        let totals = (0..<size).map { row in coincidences[row * size..<(row + 1) * size].reduce(0, +) }
        let total = totals.reduce(0, +)
        var (observed, expected) = (0.0, 0.0)
        for first in 0..<size {
            for second in 0..<size where first != second {
                let distance = distance(first, second, totals, level)
                observed += coincidences[first * size + second] * distance
                expected += totals[first] * totals[second] / (total - 1) * distance
            }
        }
        return 1 - observed / expected
    }

    private func distance(_ first: Int, _ second: Int, _ totals: [Double], _ level: Level) -> Double {
        switch level {
        case .nominal: return 1
        case .ordinal:
            let between = totals[min(first, second)...max(first, second)].reduce(0, +)
            let steps = between - (totals[first] + totals[second]) / 2
            return steps * steps
        case .interval:
            let difference = values[first] - values[second]
            return difference * difference
        }
    }
}
