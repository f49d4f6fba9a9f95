// The statistics of drift under Azure Machine Learning's names, as scipy and evidently compute them.

internal import Foundation

/// How a distribution of now is compared with one of before.
package enum DriftStatistic: String, Sendable, CaseIterable {
    case jensenShannonDistance = "jensen_shannon_distance"
    case populationStabilityIndex = "population_stability_index"
    case normalizedWassersteinDistance = "normalized_wasserstein_distance"
    case twoSampleKolmogorovSmirnovTest = "two_sample_kolmogorov_smirnov_test"
    case pearsonsChiSquaredTest = "pearsons_chi_squared_test"
    case nullValueRate = "null_value_rate"
    case outOfBoundsRate = "out_of_bounds_rate"

    /// The square root of the Jensen–Shannon divergence of two lists of counts or shares, in units of base
    /// `base`: for base e in 0...√ln 2. Equals scipy's `jensenshannon`.
    package static func jensenShannonDistance(
        _ first: [Double], _ second: [Double], base: Double = Foundation.exp(1)
    ) -> Double {
        precondition(first.count == second.count, "\(first.count) of \(second.count) categories")
        let sums = (first.reduce(0, +), second.reduce(0, +))
        var divergence = 0.0
        for (one, other) in zip(first, second) {
            let (p, q) = (one / sums.0, other / sums.1)
            let middle = (p + q) / 2
            if p > 0 { divergence += p * log(p / middle) }
            if q > 0 { divergence += q * log(q / middle) }
        }
        let unit = base == Foundation.exp(1) ? 1 : log(base)
        return (max(0, divergence) / unit / 2).squareRoot()
    }

    /// Σ (q − p)·ln(q / p) of the shares of two lists of counts. A category without rows on a side gets a
    /// small share there, as in evidently: 0.0001 where all others are larger, else a millionth of the
    /// smallest.
    package static func populationStabilityIndex(reference: [Double], current: [Double]) -> Double {
        precondition(reference.count == current.count, "\(reference.count) of \(current.count) categories")
        let (p, q) = (filledShares(reference), filledShares(current))
        return zip(p, q).reduce(0) { $0 + ($1.1 - $1.0) * log($1.1 / $1.0) }
    }

    private static func filledShares(_ counts: [Double]) -> [Double] {
        let sum = counts.reduce(0, +)
        let shares = counts.map { $0 / sum }
        let least = shares.filter { $0 != 0 }.min() ?? 0
        let filled = least <= 0.0001 ? least / 1_000_000 : 0.0001
        return shares.map { $0 == 0 ? filled : $0 }
    }

    /// The first Wasserstein distance of two samples over the standard deviation of the reference, which is
    /// taken for 0.001 at least. Equals evidently's `wasserstein`.
    package static func normalizedWassersteinDistance(reference: [Double], current: [Double]) -> Double {
        let mean = reference.reduce(0, +) / Double(reference.count)
        let variance = reference.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(reference.count)
        return wassersteinDistance(reference, current) / max(variance.squareRoot(), 0.001)
    }

    /// The area between the distributions of two samples. Equals scipy's `wasserstein_distance`.
    package static func wassersteinDistance(_ first: [Double], _ second: [Double]) -> Double {
        precondition(!first.isEmpty && !second.isEmpty, "a distance of no values")
        let (a, b) = (first.sorted(), second.sorted())
        var (i, j, area) = (0, 0, 0.0)
        var last = min(a[0], b[0])
        while i < a.count || j < b.count {
            let value = min(i < a.count ? a[i] : .infinity, j < b.count ? b[j] : .infinity)
            let gap = abs(Double(i) / Double(a.count) - Double(j) / Double(b.count))
            area += gap * (value - last)
            last = value
            while i < a.count && a[i] == value { i += 1 }
            while j < b.count && b[j] == value { j += 1 }
        }
        return area
    }

    /// The share of `count` values that are not there; 0 of none.
    package static func nullValueRate(nulls: Int, of count: Int) -> Double {
        count == 0 ? 0 : Double(nulls) / Double(count)
    }

    /// The share of values outside `bounds`; 0 of none.
    package static func outOfBoundsRate(_ values: [Double], bounds: ClosedRange<Double>) -> Double {
        values.isEmpty ? 0 : Double(values.count { !bounds.contains($0) }) / Double(values.count)
    }
}
