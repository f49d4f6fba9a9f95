// A row that a step will need soon.

/// What is known of a row before its step: enough to read what it names.
package struct UpcomingRow: Sendable {
    /// Its number in the data set.
    package let index: Int
    /// What the task keeps of it besides tokens.
    package let attachment: [UInt8]
    /// Where it came from.
    package let source: RowSource

    init(index: Int, attachment: [UInt8], source: RowSource) {
        (self.index, self.attachment, self.source) = (index, attachment, source)
    }
}
