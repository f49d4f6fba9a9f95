// Examples that stand in files: what a data set asks of them.

/// What is known of a row before its tokens are read.
package struct RowShape: Equatable, Sendable {
    /// Tokens of the row.
    package let length: Int
    /// Terms of its loss.
    package let termCount: Int

    package init(length: Int, termCount: Int) { (self.length, self.termCount) = (length, termCount) }
}

/// Examples by their numbers, none of which is in memory. Threads may read at the same time.
package protocol StoredExamples: Sendable {
    var count: Int { get }
    /// Tokens of all rows.
    var tokenCount: Int { get }
    /// The most tokens of a row, the highest token id and the highest type; 0 without any.
    var maximumLength: Int { get }
    var statistics: CacheStatistics { get }
    /// Terms of the loss of all rows.
    var termCount: Int { get }

    func shape(of row: Int) throws(CacheFault) -> RowShape
    /// Tokens of each of these rows.
    func lengths(of rows: Range<Int>) throws(CacheFault) -> [UInt32]
    func source(of row: Int) throws(CacheFault) -> RowSource
    func example(at row: Int) throws(CacheFault) -> Example
}
