// One row of a data file and where it comes from.

package import JSON

/// The place of a row: `data/train.jsonl:17`.
package struct RowSource: Sendable, Hashable, CustomStringConvertible {
    package let file: String
    /// The line on which the row starts, from 1.
    package let line: Int

    package init(file: String, line: Int) { (self.file, self.line) = (file, line) }

    package var description: String { "\(file):\(line)" }
}

/// One row: a value a column, in the order of the file.
package struct Row: Sendable, Equatable {
    package let fields: JSONObject
    package let source: RowSource
    /// False for CSV and TSV, where every value is a string and numbers have to be guessed.
    package let hasTypes: Bool
    /// Whether the row is a line of a text file, and so a part of a document rather than one.
    package let isLine: Bool

    package init(fields: JSONObject, source: RowSource, hasTypes: Bool = true, isLine: Bool = false) {
        (self.fields, self.source, self.hasTypes, self.isLine) = (fields, source, hasTypes, isLine)
    }

    /// The value in a column, nil if the row has no such column.
    package subscript(column: String) -> JSONValue? { fields[column] }

    /// The value in a column.
    /// - Parameter key: the recipe key that names the column, for example `label_column`.
    /// - Throws: if the row has no such column; the message names those it has.
    package func value(in column: String, key: String) throws(DatasetsError) -> JSONValue {
        if let value = fields[column] { return value }
        throw .missingColumn(source, column: column, key: key, columns: fields.names)
    }

    /// The string in a column.
    /// - Parameter key: the recipe key that names the column, for example `text_column`.
    /// - Throws: if the row has no such column or no string in it.
    package func text(in column: String, key: String) throws(DatasetsError) -> String {
        let value = try value(in: column, key: key)
        if case .string(let text) = value { return text }
        throw .wrongType(source, column: column, expected: "a string", found: value.phrase)
    }

    /// The row as one line of JSON, without a line break, UTF-8 not escaped.
    /// - Parameter additions: fields that are added at the end, or replace those of the same name in place.
    package func jsonLine(adding additions: [(name: String, value: JSONValue)] = []) -> String {
        var fields = fields
        for addition in additions { fields.set(addition.name, to: addition.value) }
        return JSONValue.object(fields).json
    }
}
