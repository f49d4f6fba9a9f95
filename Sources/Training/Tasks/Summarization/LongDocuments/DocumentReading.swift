// What a writer reads of a document, and documents that are longer than that.

package import Datasets
internal import JSON

/// Knows how long documents are for a writer.
package protocol DocumentReading {
    var columns: SummaryColumns { get }
    /// Most tokens that are read of a document, with what stands around it.
    var maximumSourceLength: Int { get }
    /// Tokens of a document with what stands around it.
    func length(of document: String, in row: Row) throws -> Int
}

extension DocumentReading {
    /// Whether all of a document is read.
    func fits(_ document: String, in row: Row) throws -> Bool {
        try length(of: document, in: row) <= maximumSourceLength
    }

    /// How many tokens each sentence adds to a text, and how many an empty text has. A joined text has a few
    /// more or less.
    func costs(of sentences: [String], in row: Row) throws -> (around: Int, sentences: [Int]) {
        let around = try length(of: "", in: row)
        return (around, try sentences.map { max(1, try length(of: $0, in: row) - around) })
    }
}

extension Row {
    /// The row with another document.
    func replacing(_ column: String, with document: String) -> Row {
        var fields = fields
        fields.set(column, to: .string(document))
        return Row(fields: fields, source: source, hasTypes: hasTypes)
    }
}
