// A document and its summary as a row holds them.

package import Arguments
package import Datasets
internal import JSON
internal import Training

/// Where documents and summaries stand in rows. Each is a text, or a list of the sentences of one.
package struct SummaryColumns: Sendable {
    package var document: String
    package var summary: String

    package init(_ arguments: DataArguments) {
        document = arguments.documentColumn
        summary = arguments.summaryColumn
    }

    /// The sentences of the document, in order: those of a list, or what the splitter finds in a text.
    ///
    /// Throws, with file and line, when there is none.
    package func sentences(of row: Row) throws -> [String] {
        let value = try row.value(in: document, key: "document_column")
        if case .array = value { return try texts(value, document, row) }
        let sentences = SentenceSplitter.sentences(of: try row.text(in: document, key: "document_column"))
        guard !sentences.isEmpty else { throw empty(document, "a text", row) }
        return sentences
    }

    /// The document as one text.
    package func document(of row: Row) throws -> String {
        try text(document, key: "document_column", row, separator: " ")
    }

    /// The summary as one text; sentences of a list on lines of their own.
    package func summary(of row: Row) throws -> String {
        try text(summary, key: "summary_column", row, separator: "\n")
    }

    private func text(
        _ column: String, key: String, _ row: Row, separator: String
    ) throws -> String {
        let value = try row.value(in: column, key: key)
        if case .array = value { return try texts(value, column, row).joined(separator: separator) }
        let text = try row.text(in: column, key: key)
        guard text.contains(where: { !$0.isWhitespace }) else { throw empty(column, "a text", row) }
        return text
    }

    /// The texts of a list that are not blank.
    private func texts(_ value: JSONValue, _ column: String, _ row: Row) throws(TrainingError) -> [String] {
        guard case .array(let values) = value else { preconditionFailure("expected a list") }
        var texts: [String] = []
        for (index, value) in values.enumerated() {
            guard case .string(let text) = value else {
                throw TrainingError(
                    "\(row.source): column \"\(column)\": sentence \(index + 1) is no string; expected a text, or a "
                        + "list of sentences")
            }
            if text.contains(where: { !$0.isWhitespace }) { texts.append(text) }
        }
        guard !texts.isEmpty else { throw empty(column, "a list of sentences", row) }
        return texts
    }

    private func empty(_ column: String, _ expected: String, _ row: Row) -> TrainingError {
        TrainingError(
            "\(row.source): column \"\(column)\" is empty: expected \(expected); write one or leave the row out"
        )
    }
}
