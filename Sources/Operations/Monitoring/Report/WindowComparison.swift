// A window of requests against the statistics of training: every signal with its figures and p-value.

internal import Foundation
package import Metrics

/// Everything that is known of a window.
package struct WindowComparison: Sendable {
    /// A figure of the window, estimated without labels.
    package struct Performance: Sendable, Equatable {
        package var name: String
        /// That of the validation rows, by their labels.
        package var reference: Double
        /// Corrected by what the estimate was off on the validation rows.
        package var estimate: Double
        /// The interval that holds the figure of these rows' labels with 95%.
        package var interval: ConfidenceInterval
        /// The probability of an estimate as low where nothing has changed.
        package var pValue: Double
        /// By labels that arrived later, over their rows alone.
        package var truth: Truth?
    }

    package struct Truth: Sendable, Equatable {
        package var rowCount: Int
        package var value: Double
        /// What was estimated for the same rows.
        package var estimate: Double
        package var interval: ConfidenceInterval
    }

    /// A window needs so many requests for its tests.
    package static let leastRows = 30

    package let window: ServiceWindow
    package let reference: ReferenceStatistics
    package private(set) var signals: [DriftSignal] = []
    package var performance: [Performance] = []
    /// The share of quiet windows with any alarm, at most.
    package let falseAlarmRate: Double

    package init(_ window: ServiceWindow, reference: ReferenceStatistics, falseAlarmRate: Double) {
        (self.window, self.reference, self.falseAlarmRate) = (window, reference, falseAlarmRate)
        guard window.rowCount >= Self.leastRows else { return }
        performance = performances()
        signals =
            [
                values(.inputLength, reference.inputs.tokenCounts, window.tokenCounts),
                values(.unknownTokens, reference.inputs.unknownShares, window.unknownShares),
                categories(.language, reference.inputs.languages, window.languages),
                categories(.predictedLabel, reference.answers?.labels ?? [:], window.labels),
                values(.confidence, reference.answers?.confidences ?? [], window.confidences),
                missingInputs(), lengthBounds(), estimatedPerformance(),
            ].compactMap(\.self).markingAlarms(rate: falseAlarmRate)
    }

    package var alarms: [DriftSignal] { signals.filter(\.isAlarm) }

    private func values(
        _ feature: DriftSignal.Feature, _ before: [Double], _ now: [Double]
    ) -> DriftSignal? {
        guard before.count > 1, now.count > 1 else { return nil }
        let test = KolmogorovSmirnovTest(before, now)
        let bins = ValueBins(reference: before, current: now)
        return DriftSignal(
            feature,
            [
                .init(statistic: .twoSampleKolmogorovSmirnovTest, value: test.pValue),
                .init(
                    statistic: .normalizedWassersteinDistance,
                    value: DriftStatistic.normalizedWassersteinDistance(reference: before, current: now)),
                .init(
                    statistic: .jensenShannonDistance,
                    value: DriftStatistic.jensenShannonDistance(bins.reference, bins.current)),
                .init(
                    statistic: .populationStabilityIndex,
                    value: DriftStatistic.populationStabilityIndex(
                        reference: bins.reference, current: bins.current)),
            ], pValue: test.pValue, test: "Kolmogorov–Smirnov, \(test.method.rawValue)")
    }

    private func categories(
        _ feature: DriftSignal.Feature, _ before: [String: Int], _ now: [String: Int]
    ) -> DriftSignal? {
        let names = Set(before.keys).union(now.keys).sorted()
        let (p, q) = (names.map { before[$0] ?? 0 }, names.map { now[$0] ?? 0 })
        guard p.contains(where: { $0 > 0 }), q.contains(where: { $0 > 0 }) else { return nil }
        let pooled = ChiSquaredTest.pooled(p, q)
        let test = ChiSquaredTest(pooled.first, pooled.second)
        let (before, now) = (p.map(Double.init), q.map(Double.init))
        return DriftSignal(
            feature,
            [
                .init(statistic: .pearsonsChiSquaredTest, value: test.pValue),
                .init(
                    statistic: .jensenShannonDistance,
                    value: DriftStatistic.jensenShannonDistance(before, now)),
                .init(
                    statistic: .populationStabilityIndex,
                    value: DriftStatistic.populationStabilityIndex(reference: before, current: now)),
            ], pValue: test.pValue, test: "Pearson's χ² of two samples")
    }

    private func missingInputs() -> DriftSignal? {
        let before = reference.inputs
        guard before.rowCount > 0 else { return nil }
        let tail = UpperTail.hypergeometric(
            hits: window.nullCount, drawn: window.rowCount, marked: window.nullCount + before.nullCount,
            total: window.rowCount + before.rowCount)
        let rate = DriftStatistic.nullValueRate(nulls: window.nullCount, of: window.rowCount)
        return DriftSignal(
            .missingInput, [.init(statistic: .nullValueRate, value: rate)], pValue: tail,
            test: "Fisher's exact test")
    }

    private func lengthBounds() -> DriftSignal? {
        let known = reference.inputs.rowCount - reference.inputs.nullCount
        let count = window.rowCount - window.nullCount
        guard known > 1, count > 0 else { return nil }
        return DriftSignal(
            .lengthBounds,
            [.init(statistic: .outOfBoundsRate, value: Double(window.outsideCount) / Double(count))],
            pValue: UpperTail.outsideRange(window.outsideCount, of: count, known: known),
            test: "exact, of a tolerance interval")
    }

    /// The lowest p-value of all estimated figures, times their number.
    private func estimatedPerformance() -> DriftSignal? {
        guard let lowest = performance.map(\.pValue).min() else { return nil }
        return DriftSignal(
            .estimatedPerformance, pValue: min(1, lowest * Double(performance.count)),
            test: "normal, of estimates from confidences")
    }

    /// The smallest fall of a figure that may raise an alarm.
    private static let leastFall = 0.001

    private func performances() -> [Performance] {
        guard let answers = reference.answers else { return [] }
        let rows = window.posteriors
        guard rows.count >= Self.leastRows else { return [] }
        return zip(reference.metrics, answers.metrics).map { metric, known in
            let found = metric.estimate(rows)
            let fall = known.estimate.value - found.value
            let deviation = (known.estimate.rowVariance + found.rowVariance).squareRoot()
            // Less than a tenth of a point worries nobody, however surely it is there.
            let isSeen = fall >= Self.leastFall
            let pValue = !isSeen ? 1 : deviation > 0 ? UpperTail.normal(fall / deviation) : 0
            // A sample of the window's rows stands for all.
            let share = Double(rows.count) / Double(window.rowCount)
            let variance = found.labelVariance * share + found.rowVariance * (1 - share)
            return Performance(
                name: metric.name, reference: known.value, estimate: found.value + known.correction,
                interval: Self.interval(
                    found.value + known.correction, variance: variance + known.correctionVariance),
                pValue: pValue)
        }
    }

    /// The normal interval of 95%, within 0...1.
    static func interval(_ value: Double, variance: Double) -> ConfidenceInterval {
        let reach = StandardNormal.quantile(0.975) * variance.squareRoot()
        return ConfidenceInterval(
            estimate: value, lower: max(0, value - reach), upper: min(1, value + reach), level: 0.95)
    }

    /// The requests after which a loss of `loss` of a figure raises the alarm with probability `power`, all
    /// signals corrected for; nil where the validation rows are too few for that at any number.
    ///
    /// Takes the variance of a row's share with its label unknown, an upper bound of what the estimate varies
    /// by, so that fewer requests mostly do.
    package static func requestsNeeded(
        forLoss loss: Double, _ known: ReferenceStatistics.ReferenceMetric, metricCount: Int,
        falseAlarmRate: Double, power: Double = 0.9
    ) -> Int? {
        let signals = DriftSignal.Feature.allCases.count * metricCount
        let reach =
            StandardNormal.quantile(power) - StandardNormal.quantile(falseAlarmRate / Double(signals))
        let rest = loss * loss / (reach * reach) - known.estimate.rowVariance
        guard rest > 0 else { return nil }
        return max(leastRows, Int((known.estimate.varianceOfRow / rest).rounded(.up)))
    }
}
