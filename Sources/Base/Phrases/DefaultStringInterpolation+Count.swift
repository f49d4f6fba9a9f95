// Counts with their noun, for sentences that people read.

extension DefaultStringInterpolation {
    /// A count with its noun: `"\(rows, "row")"` is `1 row` or `2 rows`.
    ///
    /// - Parameter many: what stands behind any other count than one, where it is not `one` with an s.
    package mutating func appendInterpolation(
        _ count: some BinaryInteger, _ one: String, _ many: String? = nil
    ) {
        appendLiteral("\(count) ")
        appendLiteral(count == 1 ? one : many ?? one + "s")
    }
}
