// An estimate with the interval that it comes with.

/// A figure and the bounds that hold the true value in a share `level` of repetitions.
package struct ConfidenceInterval: Sendable, Equatable {
    package let estimate: Double
    package let lower: Double
    package let upper: Double
    /// In 0...1, for example 0.95.
    package let level: Double

    package init(estimate: Double, lower: Double, upper: Double, level: Double) {
        precondition(level > 0 && level < 1, "a confidence level of \(level)")
        self.estimate = estimate
        self.lower = lower
        self.upper = upper
        self.level = level
    }
}

extension ConfidenceInterval {
    /// Wilson's score interval of a proportion, `successes` of `trials`; NaN without trials.
    ///
    /// Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference". Equals
    /// statsmodels' `proportion_confint(method="wilson")`.
    package static func wilson(successes: Int64, trials: Int64, level: Double = 0.95) -> ConfidenceInterval {
        precondition(successes >= 0 && successes <= trials, "\(successes) successes of \(trials)")
        let (count, share) = (Double(trials), Double(successes) / Double(trials))
        let critical = StandardNormal.quantile(0.5 + level / 2)
        let square = critical * critical
        let denominator = 1 + square / count
        let centre = (share + square / (2 * count)) / denominator
        let spread = (share * (1 - share) / count + square / (4 * count * count)).squareRoot()
        let distance = critical * spread / denominator
        guard trials > 0 else {
            return ConfidenceInterval(estimate: .nan, lower: .nan, upper: .nan, level: level)
        }
        return ConfidenceInterval(
            estimate: share, lower: max(0, centre - distance), upper: min(1, centre + distance), level: level)
    }

    /// The interval between percentiles of bootstrap replicates, with linear interpolation between them as in
    /// numpy's `percentile`. Replicates that are NaN are left out; bounds are NaN when all are.
    package static func percentile(estimate: Double, replicates: [Double], level: Double)
        -> ConfidenceInterval
    {
        let sorted = replicates.filter { !$0.isNaN }.sorted()
        func quantile(_ share: Double) -> Double {
            guard let last = sorted.last else { return .nan }
            let position = share * Double(sorted.count - 1)
            let below = Int(position)
            guard below + 1 < sorted.count else { return last }
            return sorted[below] + (sorted[below + 1] - sorted[below]) * (position - Double(below))
        }
        let tail = (1 - level) / 2
        return ConfidenceInterval(
            estimate: estimate, lower: quantile(tail), upper: quantile(1 - tail), level: level)
    }
}
