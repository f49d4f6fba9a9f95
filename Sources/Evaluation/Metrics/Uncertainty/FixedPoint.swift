// Real figures of a row as integers, so that a bootstrap can sum them exactly.

/// Numbers in units of 2^-`fractionBits`.
///
/// A row's figure that is no count, such as ROUGE or a loss, is rounded to a unit before it enters a
/// bootstrap: sums are then integers, the same on any number of ranks. Intervals are off by at most half a
/// unit.
package enum FixedPoint {
    /// The largest number of units: two million rows of it still fit into 64 bits.
    package static let maximumUnits: Int64 = 1 << 42

    /// `value` in units, 2^-32 unless said otherwise: figures up to 1,024 fit.
    ///
    /// - Parameter what: names the figure in the error.
    /// - Throws: `MetricsError.notFinite` or `.outOfRange`.
    package static func units(
        _ value: Double, of what: String, fractionBits: Int = 32
    ) throws(MetricsError) -> Int64 {
        guard value.isFinite else { throw .notFinite(what: what, value: value) }
        let scaled = Double(sign: .plus, exponent: fractionBits, significand: value).rounded()
        guard abs(scaled) <= Double(maximumUnits) else {
            let limit = Double(sign: .plus, exponent: -fractionBits, significand: Double(maximumUnits))
            throw .outOfRange(what: what, value: value, limit: limit)
        }
        return Int64(scaled)
    }

    /// The number that `units` stand for.
    package static func value(_ units: Int64, fractionBits: Int = 32) -> Double {
        Double(sign: .plus, exponent: -fractionBits, significand: Double(units))
    }
}
