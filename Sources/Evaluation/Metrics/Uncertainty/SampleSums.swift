// The mean of a sample with its interval, from exact sums.

/// Count, sum and sum of squares of numbers; sum `words` over ranks and make the sums of the totals.
package struct SampleSums: Sendable, Equatable {
    /// Number of integers in `words`.
    package static let wordCount = 1 + 2 * ExactAccumulator.wordCount

    package private(set) var count: Int64 = 0
    private var values = ExactAccumulator()
    private var squares = ExactAccumulator()

    /// No numbers.
    package init() {}

    /// The sums that `words` of one part, or their totals over parts, describe.
    package init(words: [Int64]) {
        precondition(words.count == Self.wordCount, "expected \(Self.wordCount) words, found \(words.count)")
        count = words[0]
        values = ExactAccumulator(words: Array(words[1...ExactAccumulator.wordCount]))
        squares = ExactAccumulator(words: Array(words[(1 + ExactAccumulator.wordCount)...]))
    }

    /// All sums as integers to be added over ranks.
    package var words: [Int64] { [count] + values.words + squares.words }

    /// Adds one number.
    package mutating func add(_ value: Double) {
        count += 1
        values.add(value)
        squares.addProduct(value, value)
    }

    /// Adds the numbers of another part of the data.
    package mutating func merge(_ other: SampleSums) { self = SampleSums(words: .sum(words, other.words)) }

    /// NaN without numbers.
    package var mean: Double { values.value / Double(count) }

    /// The square root of the unbiased variance, with the divisor n − 1; NaN for fewer than two numbers.
    package var standardDeviation: Double {
        guard count >= 2 else { return .nan }
        let spread = ExactAccumulator.scaledCovariance(count, squares, values, values)
        return (max(0, spread) / Double(count) / Double(count - 1)).squareRoot()
    }

    /// The mean with Student's t interval; bounds are NaN for fewer than two numbers. For scores of folds or
    /// ratings, which are few. Where all numbers are equal the bounds are the mean, for which scipy gives
    /// NaN.
    package func interval(level: Double = 0.95) -> ConfidenceInterval {
        guard count >= 2 else {
            return ConfidenceInterval(estimate: mean, lower: .nan, upper: .nan, level: level)
        }
        let critical = StudentT.upperQuantile(tail: (1 - level) / 2, degrees: Double(count - 1))
        let distance = critical * standardDeviation / Double(count).squareRoot()
        return ConfidenceInterval(
            estimate: mean, lower: mean - distance, upper: mean + distance, level: level)
    }
}
