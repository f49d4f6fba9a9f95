// How far numbers lie from those that were expected.

/// Largest difference relative to the largest expected magnitude; infinite when counts differ or one is no
/// number.
package func relativeError(_ found: [Float], _ expected: [Float]) -> Double {
    guard found.count == expected.count else { return .infinity }
    let largest = expected.reduce(0) { max($0, abs($1)) }
    let difference = zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
    guard difference.isFinite else { return .infinity }
    return largest == 0 ? Double(difference) : Double(difference) / Double(largest)
}
