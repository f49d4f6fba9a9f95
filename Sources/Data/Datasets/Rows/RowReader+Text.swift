// Rows of text that comes from elsewhere than a file, such as standard input.

internal import Files
internal import JSON

extension RowReader {
    /// The rows of a text: an object a line if it begins with a brace (JSON Lines), else a text a line in
    /// `column`; nil where a row needs more columns than one.
    ///
    /// - Parameter name: what the text is called in messages.
    /// - Throws: if it is empty or not well-formed, or its lines are texts and there is no column for them.
    package init(bytes: [UInt8], name: String, column: String?) throws(DatasetsError) {
        let first = bytes.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
        let file: any RowFile
        if first == UInt8(ascii: "{") {
            file = JSONLinesFile(path: name, ByteList(bytes, path: name))
        } else {
            file = TextFile(path: name, ByteList(bytes, path: name))
        }
        var rows: [Row] = []
        while let row = try file.next() {
            guard row.isLine else {
                rows.append(row)
                continue
            }
            guard let column else { throw .needsColumns(name) }
            rows.append(
                Row(fields: JSONObject(names: [column], values: row.fields.values), source: row.source))
        }
        guard !rows.isEmpty else { throw .noRows(name) }
        self.init(rows)
    }
}

/// Bytes that are in memory already.
private final class ByteList: ByteSource {
    let path: String
    private var bytes: [UInt8]?

    init(_ bytes: [UInt8], path: String) {
        self.path = path
        self.bytes = bytes.isEmpty ? nil : bytes
    }

    func next() throws(FilesError) -> [UInt8]? {
        defer { bytes = nil }
        return bytes
    }
}

extension DatasetsError {
    /// A text alone is no row of the task.
    package static func needsColumns(_ name: String) -> Self {
        Self(
            "\(name): a text alone is no row of this task, which needs several columns; give rows as JSON, an object a"
                + " line, or a file.")
    }
}
