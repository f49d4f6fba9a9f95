// What an evaluation of a model on rows amounts to.

/// The figures of an evaluation, by exact counts over all rows.
public protocol TaskEvaluation: Sendable {
    var rowCount: Int64 { get }
    /// Names, without prefix, and values in the order of the log; the first is `loss`.
    var metrics: [(name: String, value: Double)] { get }
}

extension TaskEvaluation {
    /// The figure of that name.
    public func value(of name: String) -> Double? { metrics.first { $0.name == name }?.value }
}
