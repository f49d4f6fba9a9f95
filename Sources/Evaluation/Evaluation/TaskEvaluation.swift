// What an evaluation of a model on rows amounts to, for whoever chooses models by it.

/// The figures of an evaluation, by exact counts over all rows.
package protocol TaskEvaluation: Sendable {
    var rowCount: Int64 { get }
    /// In the order of the log; the first is `loss`.
    var figures: [MetricValue] { get }
    /// What makes the figures doubtful, a sentence each.
    var warnings: [String] { get }
}

extension TaskEvaluation {
    package var warnings: [String] { [] }

    /// Names, without prefix, and values in the order of the log.
    package var metrics: [(name: String, value: Double)] { figures.map { ($0.name, $0.value) } }

    /// The figure of that name.
    package func value(of name: String) -> Double? { figures.first { $0.name == name }?.value }
}

/// A metric that an evaluation will have, known before it has seen a row.
package struct MetricDescription: Sendable, Equatable {
    /// Without prefix.
    package let name: String
    package let direction: Metric.Direction

    package init(_ name: String, _ direction: Metric.Direction) {
        (self.name, self.direction) = (name, direction)
    }
}
