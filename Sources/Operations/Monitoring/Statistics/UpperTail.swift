// Tails of the distributions that the tests of drift compare with.

internal import Foundation

/// Probabilities of values at least as large as one that was seen.
package enum UpperTail {
    /// Of the χ² distribution: Γ(d/2, x/2) / Γ(d/2).
    ///
    /// - Parameters:
    ///   - value: at least 0; infinity has the probability 0.
    ///   - degrees: of freedom, at least 1.
    package static func chiSquared(_ value: Double, degrees: Int) -> Double {
        precondition(degrees >= 1, "\(degrees) degrees of freedom")
        guard value < .infinity else { return value.isNaN ? .nan : 0 }
        return gamma(Double(degrees) / 2, value / 2)
    }

    /// Of the standard normal distribution.
    package static func normal(_ value: Double) -> Double { 0.5 * erfc(value * 0.5.squareRoot()) }

    /// The regularised upper incomplete gamma function Q(a, x).
    ///
    /// Source: Abramowitz and Stegun 6.5.29, and 6.5.31 where the series would cancel.
    static func gamma(_ a: Double, _ x: Double) -> Double {
        guard x > 0 else { return 1 }
        let front = exp(a * log(x) - x - lgamma(a))
        if x < a + 1 {
            var (term, sum, n) = (1 / a, 1 / a, a)
            while term > sum * 1e-17 {
                n += 1
                term *= x / n
                sum += term
            }
            return max(0, 1 - front * sum)
        }
        // Lentz's method.
        var b = x + 1 - a
        var (c, d) = (1e300, 1 / b)
        var fraction = d
        for step in 1...1_000_000 {
            let factor = -Double(step) * (Double(step) - a)
            b += 2
            d = 1 / nonzero(factor * d + b)
            c = nonzero(b + factor / c)
            fraction *= d * c
            if abs(d * c - 1) < 1e-16 { break }
        }
        return front * fraction
    }

    private static func nonzero(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }

    /// Of the hypergeometric distribution, one-sided: that at least `hits` of `drawn` come from `marked` of
    /// `total`; Fisher's exact test.
    package static func hypergeometric(hits: Int, drawn: Int, marked: Int, total: Int) -> Double {
        let most = min(drawn, marked)
        guard hits > max(0, drawn + marked - total) else { return 1 }
        guard hits <= most else { return 0 }
        let all = logChoose(total, drawn)
        let sum = (hits...most).reduce(0.0) {
            $0 + exp(logChoose(marked, $1) + logChoose(total - marked, drawn - $1) - all)
        }
        return min(1, sum)
    }

    /// That at least `outside` of `count` new values lie outside the smallest and the largest of `known`
    /// values of the same continuous distribution; ties make it too large, never too small.
    ///
    /// The share outside is Beta(2, known − 1), so that the number is beta-binomial. Source: Wilks 1941,
    /// "Determination of sample sizes for setting tolerance limits".
    package static func outsideRange(_ outside: Int, of count: Int, known: Int) -> Double {
        guard outside > 0 else { return 1 }
        guard known > 1 else { return 1 }
        let (a, b) = (2.0, Double(known - 1))
        let front = lgamma(a + b) - lgamma(a) - lgamma(b) - lgamma(a + b + Double(count))
        let sum = (outside...count).reduce(0.0) { sum, hits in
            let (x, y) = (Double(hits), Double(count - hits))
            return sum + exp(logChoose(count, hits) + front + lgamma(a + x) + lgamma(b + y))
        }
        return min(1, sum)
    }

    static func logChoose(_ n: Int, _ k: Int) -> Double {
        lgamma(Double(n + 1)) - lgamma(Double(k + 1)) - lgamma(Double(n - k + 1))
    }
}
