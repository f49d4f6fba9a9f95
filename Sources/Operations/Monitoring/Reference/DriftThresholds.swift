// How far windows of an unchanged service stray from training by chance: the thresholds of Azure's monitors.

/// Thresholds that unchanged windows pass with a stated probability alone.
package struct DriftThresholds: Sendable, Equatable {
    package struct Threshold: Sendable, Equatable {
        /// Whether it is of features with few values.
        package var isCategorical: Bool
        package var statistic: DriftStatistic
        package var value: Double
    }

    package var thresholds: [Threshold] = []
    private static let replicateCount = 400

    /// Draws windows of `rowCount` requests from the statistics with replacement. Distances have the largest
    /// of all watched features' quantiles, each at 1 − `falseAlarmRate` / number of features; tests have that
    /// share itself, since Azure compares their p-values.
    package init(_ reference: ReferenceStatistics, rowCount: Int, falseAlarmRate: Double, seed: UInt64 = 1) {
        let values = [reference.inputs.tokenCounts, reference.answers?.confidences ?? []]
            .filter { $0.count > 1 }
        let counts = [reference.inputs.languages, reference.answers?.labels ?? [:]]
            .map { $0.sorted { $0.key < $1.key }.map(\.value) }.filter { $0.count > 1 }
        let share = falseAlarmRate / Double(max(1, values.count + counts.count))
        var draw = WindowDraw(seed: seed)
        var (wasserstein, divergences) = (0.0, 0.0)
        for sample in values {
            let replicates = (0..<Self.replicateCount).map { _ in
                let window = draw.values(of: sample, count: rowCount)
                let bins = ValueBins(reference: sample, current: window)
                return (
                    DriftStatistic.normalizedWassersteinDistance(reference: sample, current: window),
                    DriftStatistic.jensenShannonDistance(bins.reference, bins.current)
                )
            }
            wasserstein = max(wasserstein, Self.quantile(replicates.map(\.0), above: share))
            divergences = max(divergences, Self.quantile(replicates.map(\.1), above: share))
        }
        if !values.isEmpty {
            thresholds += [
                .init(isCategorical: false, statistic: .normalizedWassersteinDistance, value: wasserstein),
                .init(isCategorical: false, statistic: .jensenShannonDistance, value: divergences),
                .init(isCategorical: false, statistic: .twoSampleKolmogorovSmirnovTest, value: share),
            ]
        }
        var distances = 0.0
        for sample in counts {
            let shares = sample.map(Double.init)
            let replicates = (0..<Self.replicateCount).map { _ in
                DriftStatistic.jensenShannonDistance(shares, draw.counts(of: sample, count: rowCount))
            }
            distances = max(distances, Self.quantile(replicates, above: share))
        }
        if !counts.isEmpty {
            thresholds += [
                .init(isCategorical: true, statistic: .jensenShannonDistance, value: distances),
                .init(isCategorical: true, statistic: .pearsonsChiSquaredTest, value: share),
            ]
        }
    }

    /// The value that a share `above` of the replicates exceeds, in three digits upwards.
    private static func quantile(_ replicates: [Double], above share: Double) -> Double {
        let sorted = replicates.sorted()
        let place = min(sorted.count - 1, Int((1 - share) * Double(sorted.count)))
        return (sorted[place] * 1_000).rounded(.up) / 1_000
    }
}

/// Rows drawn with replacement, the same for the same seed.
private struct WindowDraw {
    /// SplitMix64's state; its next word is mixed from it.
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    private mutating func index(below count: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ (z >> 31)).multipliedFullWidth(by: UInt64(count)).high)
    }

    mutating func values(of sample: [Double], count: Int) -> [Double] {
        (0..<count).map { _ in sample[index(below: sample.count)] }
    }

    mutating func counts(of sample: [Int], count: Int) -> [Double] {
        let total = sample.reduce(0, +)
        var ends: [Int] = []
        for part in sample { ends.append((ends.last ?? 0) + part) }
        var counts = [Double](repeating: 0, count: sample.count)
        for _ in 0..<count {
            let place = index(below: total)
            var (low, high) = (0, ends.count - 1)
            while low < high {
                let middle = (low + high) / 2
                if place < ends[middle] { high = middle } else { low = middle + 1 }
            }
            counts[low] += 1
        }
        return counts
    }
}
