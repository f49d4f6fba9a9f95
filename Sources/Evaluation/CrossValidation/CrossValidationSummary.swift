// What the folds say together: mean, spread and interval of each figure, and figures over all held-out rows.

internal import Evaluation
package import JSON
internal import Metrics

/// The figures of all folds of a cross-validation.
package struct CrossValidationSummary: Sendable {
    /// A figure over the folds.
    package struct Spread: Sendable {
        package let name: String
        package let mean: Double
        /// Standard deviation over the folds, with the divisor n − 1.
        package let standardDeviation: Double
        /// Student's t interval of the mean at `level`. Folds share training rows, so it is somewhat too
        /// narrow.
        package let low: Double
        package let high: Double
        /// The figure over the rows of all folds as one set; nil when it is no function of counts.
        package let pooled: Double?
    }

    /// Confidence of the intervals.
    package static let level = 0.95

    package let folds: [FoldResult]
    /// In the order of the log. A figure that is not finite in some fold is not finite here.
    package let spreads: [Spread]

    /// Sums up the folds, in their order.
    package init(_ folds: [FoldResult]) {
        self.folds = folds
        var pooled = folds.first?.sums
        for fold in folds.dropFirst() { pooled = fold.sums.flatMap { pooled?.merged(with: $0) } }
        let whole = pooled?.metrics
        let names = folds.first?.metrics.map(\.name) ?? []
        spreads = names.map { name in
            let values = folds.map { fold in fold.metrics.first { $0.name == name }?.value ?? .nan }
            return Spread(name, values, pooled: whole?.first { $0.name == name }?.value)
        }
    }

    /// Members `folds`, `summary`, `metric_names`, `level` and, where figures can be pooled, `pooled`.
    package var json: JSONObject {
        var members: JSONObject = [
            "folds": .array(folds.map(\.json)),
            "metric_names": .array(spreads.map { .string($0.name) }),
            "level": .shortest(Self.level),
            "summary": .object(
                JSONObject(
                    spreads.map { spread in
                        (
                            spread.name,
                            .object([
                                "mean": .figure(spread.mean), "std": .figure(spread.standardDeviation),
                                "low": .figure(spread.low), "high": .figure(spread.high),
                            ])
                        )
                    })),
        ]
        let pooled = spreads.compactMap { spread in spread.pooled.map { (name: spread.name, value: $0) } }
        if !pooled.isEmpty { members["pooled"] = .metrics(pooled) }
        return members
    }
}

extension CrossValidationSummary.Spread {
    /// The spread of a figure's values, one a fold.
    fileprivate init(_ name: String, _ values: [Double], pooled: Double?) {
        self.name = name
        self.pooled = pooled
        guard values.allSatisfy(\.isFinite) else {
            (mean, standardDeviation, low, high) = (.nan, .nan, .nan, .nan)
            return
        }
        var sums = SampleSums()
        for value in values { sums.add(value) }
        let interval = sums.interval(level: CrossValidationSummary.level)
        (mean, standardDeviation) = (interval.estimate, sums.standardDeviation)
        (low, high) = (interval.lower, interval.upper)
    }
}
