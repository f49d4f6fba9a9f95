// `two_sample_kolmogorov_smirnov_test`: whether two samples come from one distribution.

/// The two-sided test of two samples, as scipy's `ks_2samp`.
package struct KolmogorovSmirnovTest: Sendable, Equatable {
    package enum Method: String, Sendable {
        /// By counting lattice paths.
        case exact
        /// By the distribution of one sample of n₁n₂ / (n₁ + n₂) values.
        case asymptotic
    }

    /// Samples of up to so many values have exact p-values, as in scipy's `method="auto"`.
    package static let exactLimit = 10_000
    package let method: Method
    /// The largest distance of the two empirical distributions, in 0...1.
    package let statistic: Double
    package let pValue: Double

    /// Of two samples of finite values, each of at least one. `method` is scipy's choice if not given.
    package init(_ first: [Double], _ second: [Double], method: Method? = nil) {
        precondition(!first.isEmpty && !second.isEmpty, "a test of no values")
        let (n1, n2) = (first.count, second.count)
        let distance = Self.distance(first.sorted(), second.sorted())
        self.method = method ?? (max(n1, n2) <= Self.exactLimit ? .exact : .asymptotic)
        statistic = Double(distance) / (Double(n1) * Double(n2))
        switch self.method {
        case .exact:
            pValue = distance == 0 ? 1 : Self.outside(n1, n2, distance)
        case .asymptotic:
            let n = (Double(n1) * Double(n2) / Double(n1 + n2)).rounded(.toNearestOrEven)
            pValue = min(1, KolmogorovDistribution.upperTail(statistic, count: max(1, Int(n))))
        }
    }

    /// n₁n₂ times the largest distance of the distributions of sorted samples: a whole number, without
    /// rounding.
    private static func distance(_ first: [Double], _ second: [Double]) -> Int {
        var (i, j, largest) = (0, 0, 0)
        while i < first.count && j < second.count {
            let value = min(first[i], second[j])
            while i < first.count && first[i] == value { i += 1 }
            while j < second.count && second[j] == value { j += 1 }
            largest = max(largest, abs(i * second.count - j * first.count))
        }
        return largest
    }

    /// The share of lattice paths from (0, 0) to (n₁, n₂) that touch a place (i, j) with
    /// |i·n₂ − j·n₁| ≥ `distance`.
    ///
    /// A random path to (i, j) came from (i − 1, j) with probability i / (i + j), so all terms are positive
    /// and small p-values keep their digits. Source: Viehmann 2021, "Numerically more stable computation of
    /// the p-values for the two-sample Kolmogorov-Smirnov test".
    private static func outside(_ n1: Int, _ n2: Int, _ distance: Int) -> Double {
        // Rows along the longer side make the band of each row short.
        guard n1 >= n2 else { return outside(n2, n1, distance) }
        // `row[j]` is the share of (i, j); places that no path inside the band reaches count as 1.
        var row = [Double](repeating: 1, count: n2 + 1)
        var inside = 0
        while inside <= n2, inside * n1 < distance {
            row[inside] = 0
            inside += 1
        }
        for i in 1...n1 {
            // The band of the row: |i·n₂ − j·n₁| < distance.
            let center = i * n2
            let lower = max(0, (center - distance) / n1 + (center >= distance ? 1 : 0))
            let upper = min(n2, (center + distance - 1) / n1)
            if lower > 0 { row[lower - 1] = 1 }
            guard lower <= upper else { return 1 }
            var left = lower > 0 ? 1.0 : 0
            for j in lower...upper {
                let share = Double(i) / Double(i + j)
                left = j == 0 ? row[j] : share * row[j] + (1 - share) * left
                row[j] = left
            }
            // What lies above the band of this row was set to 1 at the start and is never touched.
        }
        return min(1, row[n2])
    }
}
