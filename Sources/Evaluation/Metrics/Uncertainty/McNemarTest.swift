// McNemar's test: whether two classifiers differ in how often they are right on the same rows.

import Foundation

/// McNemar's test of the rows that one of two classifiers got right and the other wrong.
///
/// Source: McNemar 1947, "Note on the sampling error of the difference between correlated proportions or
/// percentages"; Edwards 1948 for the correction. Equals statsmodels' `mcnemar`.
package struct McNemarTest: Sendable, Equatable {
    package enum Method: Sendable, Equatable {
        /// The binomial distribution, two-sided.
        case exact
        /// The chi-square distribution with continuity correction.
        case chiSquare
    }

    package let method: Method
    /// The smaller of both counts, or chi-square.
    package let statistic: Double
    /// The probability of counts at least as different if both were equally good.
    package let pValue: Double

    /// Tests `onlyFirstRight` against `onlySecondRight` rows. Without a method, fewer than 25 such rows are
    /// tested exactly and more by chi-square.
    package init(onlyFirstRight: Int64, onlySecondRight: Int64, method: Method? = nil) {
        precondition(onlyFirstRight >= 0 && onlySecondRight >= 0, "negative counts of rows")
        let total = onlyFirstRight + onlySecondRight
        let smaller = min(onlyFirstRight, onlySecondRight)
        self.method = method ?? (total < 25 ? .exact : .chiSquare)
        switch self.method {
        case .exact:
            statistic = Double(smaller)
            pValue = min(1, 2 * Self.lowerTail(smaller, of: total))
        case .chiSquare:
            let distance = abs(Double(onlyFirstRight) - Double(onlySecondRight)) - 1
            // Without such rows there is no difference, where the formula divides by 0.
            statistic = total == 0 ? 0 : distance * distance / Double(total)
            pValue = erfc((statistic / 2).squareRoot())
        }
    }

    /// P(X ≤ successes) of `trials` throws of a fair coin; `successes` is at most half of them.
    private static func lowerTail(_ successes: Int64, of trials: Int64) -> Double {
        // The most probable term, C(n, m) / 2^n, halved on the way so that it stays within range.
        var (term, halvings) = (1.0, Int64(0))
        for k in 0..<successes {
            term *= Double(trials - k) / Double(k + 1)
            while term > 1 && halvings < trials {
                term /= 2
                halvings += 1
            }
        }
        // The other terms relative to it.
        var (relative, sum) = (1.0, 1.0)
        for k in stride(from: successes, to: 0, by: -1) {
            relative *= Double(k) / Double(trials - k + 1)
            sum += relative
            if relative < sum * 0x1p-60 { break }
        }
        let exponent = Int(clamping: halvings - trials)
        return Double(sign: .plus, exponent: max(exponent, -2_000), significand: term * sum)
    }
}
