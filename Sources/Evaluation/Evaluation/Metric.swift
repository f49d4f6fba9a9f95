// A metric: its name, unit and direction, and how it is computed of counts that add up over rows and ranks.

package import Metrics

/// A figure as a function of summed counts. Every evaluation knows its metrics before it has seen a row.
package struct Metric: Sendable {
    /// How values and differences are told to people.
    package enum Unit: Sendable {
        /// In 0...1; differences are told in hundredths, as points.
        case share
        /// In 0...100; differences are told as points.
        case points
        /// Anything else.
        case plain
    }

    /// Which of two values is better.
    package enum Direction: Sendable {
        case higherIsBetter
        case lowerIsBetter
    }

    /// Without prefix, such as `f1`.
    package let name: String
    package let unit: Unit
    package let direction: Direction
    /// Whether two runs are compared by it.
    package let isMain: Bool
    /// Whether it only describes the answers, such as their length, and is listed behind the others.
    package let isDetail: Bool
    /// The figure of summed counts.
    package let value: @Sendable ([Int64]) -> Double

    package init(
        _ name: String, _ unit: Unit = .share, _ direction: Direction = .higherIsBetter, isMain: Bool = false,
        isDetail: Bool = false, value: @escaping @Sendable ([Int64]) -> Double
    ) {
        (self.name, self.unit, self.direction) = (name, unit, direction)
        (self.isMain, self.isDetail, self.value) = (isMain, isDetail, value)
    }
}

/// A figure of an evaluation.
package struct MetricValue: Sendable, Equatable {
    /// Without prefix.
    package let name: String
    package let value: Double
    package let unit: Metric.Unit
    package let direction: Metric.Direction
    /// 95% bootstrap interval; nil where none was asked for, and for figures that a bootstrap over rows
    /// cannot judge.
    package let interval: ConfidenceInterval?

    package init(
        name: String, value: Double, unit: Metric.Unit = .share,
        direction: Metric.Direction = .higherIsBetter, interval: ConfidenceInterval? = nil
    ) {
        (self.name, self.value, self.interval) = (name, value, interval)
        (self.unit, self.direction) = (unit, direction)
    }

    init(_ metric: Metric, value: Double, interval: ConfidenceInterval?) {
        self.init(
            name: metric.name, value: value, unit: metric.unit, direction: metric.direction,
            interval: interval)
    }
}
