// Lengths of rows in tokens, in five figures.

/// Smallest, middle and largest lengths.
package struct LengthSummary: Sendable, Equatable {
    package let minimum: Int
    package let median: Int
    package let percentile95: Int
    package let maximum: Int

    /// nil without rows.
    package init?(_ lengths: [Int]) {
        let sorted = lengths.sorted()
        guard let first = sorted.first, let last = sorted.last else { return nil }
        (minimum, maximum) = (first, last)
        median = sorted[(sorted.count - 1) / 2]
        percentile95 = sorted[(sorted.count - 1) * 95 / 100]
    }
}
