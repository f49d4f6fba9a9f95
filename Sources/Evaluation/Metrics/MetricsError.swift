// What can be wrong with the data that metrics are asked of.

/// A metric cannot be computed from the data given.
package enum MetricsError: Error, Equatable, CustomStringConvertible {
    /// A figure is NaN or infinite where a number is needed.
    case notFinite(what: String, value: Double)
    /// A figure is too large to be summed as an integer.
    case outOfRange(what: String, value: Double, limit: Double)
    /// Bytes that another rank should have written are not what they must be.
    case malformedCounts(offset: Int, byteCount: Int)

    package var description: String {
        switch self {
        case .notFinite(let what, let value):
            "\(what) is \(value), but must be a finite number: look for rows whose model output overflowed"
        case .outOfRange(let what, let value, let limit):
            "\(what) is \(value), but must be between -\(limit) and \(limit) to be summed exactly: scale it"
        case .malformedCounts(let offset, let byteCount):
            "n-gram counts of \(byteCount) bytes break off or are malformed at byte \(offset): "
                + "all ranks must run the same version"
        }
    }
}
