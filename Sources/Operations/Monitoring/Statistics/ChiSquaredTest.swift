// `pearsons_chi_squared_test`: whether categories are as frequent as they were.

/// Pearson's test of counts by category.
package struct ChiSquaredTest: Sendable, Equatable {
    package let statistic: Double
    /// 0 where there is one category alone.
    package let degrees: Int
    package let pValue: Double

    private init(statistic: Double, degrees: Int) {
        (self.statistic, self.degrees) = (statistic, degrees)
        pValue = degrees == 0 ? 1 : UpperTail.chiSquared(statistic, degrees: degrees)
    }

    /// Whether `observed` fits the shares of `reference`, taken for the truth, as evidently's `chisquare` and
    /// scipy's `chisquare`. A category that was seen without being in the reference makes the statistic
    /// infinite.
    package init(observed: [Int], fitting reference: [Int]) {
        precondition(observed.count == reference.count, "\(observed.count) of \(reference.count) categories")
        let scale = Double(observed.reduce(0, +)) / Double(reference.reduce(0, +))
        var (statistic, categories) = (0.0, 0)
        for (count, known) in zip(observed, reference) where count > 0 || known > 0 {
            let expected = Double(known) * scale
            let difference = Double(count) - expected
            statistic += difference * difference / expected
            categories += 1
        }
        self.init(statistic: statistic, degrees: max(0, categories - 1))
    }

    /// Whether two samples have the same shares, each with its own chance, as scipy's `chi2_contingency`
    /// without Yates' correction.
    package init(_ first: [Int], _ second: [Int]) {
        precondition(first.count == second.count, "\(first.count) of \(second.count) categories")
        let sums = (Double(first.reduce(0, +)), Double(second.reduce(0, +)))
        precondition(sums.0 > 0 && sums.1 > 0, "a test of no rows")
        var (statistic, categories) = (0.0, 0)
        for (one, other) in zip(first, second) where one + other > 0 {
            let pooled = Double(one + other) / (sums.0 + sums.1)
            for (count, sum) in [(one, sums.0), (other, sums.1)] {
                let difference = Double(count) - pooled * sum
                statistic += difference * difference / (pooled * sum)
            }
            categories += 1
        }
        self.init(statistic: statistic, degrees: max(0, categories - 1))
    }

    /// Adds categories that are too rare for the χ² distribution up to one: those of which either sample is
    /// expected to have fewer than `least`.
    package static func pooled(
        _ first: [Int], _ second: [Int], least: Double = 5
    ) -> (first: [Int], second: [Int]) {
        let sums = (first.reduce(0, +), second.reduce(0, +))
        let share = Double(min(sums.0, sums.1)) / Double(max(1, sums.0 + sums.1))
        var (kept, rare) = (([Int](), [Int]()), (0, 0))
        for (one, other) in zip(first, second) {
            if Double(one + other) * share >= least {
                kept.0.append(one)
                kept.1.append(other)
            } else {
                rare = (rare.0 + one, rare.1 + other)
            }
        }
        if rare.0 + rare.1 > 0 {
            // The rest may still be rare: then it joins the smallest of the others.
            if Double(rare.0 + rare.1) * share < least,
                let place = kept.0.indices.min(by: {
                    kept.0[$0] + kept.1[$0] < kept.0[$1] + kept.1[$1]
                })
            {
                kept.0[place] += rare.0
                kept.1[place] += rare.1
            } else {
                kept.0.append(rare.0)
                kept.1.append(rare.1)
            }
        }
        return kept
    }
}
