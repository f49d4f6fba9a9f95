// Rows of a plain text file: a line a row, under the column name `text`; empty lines are rows too.

internal import Files
internal import JSON

final class TextFile: RowFile {
    let path: String
    private var lines: LineReader

    /// - Parameter start: where in the file the bytes of `source` begin, and the line feeds before that.
    init(path: String, _ source: any ByteSource, start: (offset: Int, lineFeeds: Int) = (0, 0)) {
        self.path = path
        lines = LineReader(source, start: start)
    }

    func next() throws(DatasetsError) -> Row? {
        guard try lines.nextLine() else { return nil }
        var range = lines.line
        if let last = range.last, lines.bytes[last] == 0x0D { range = range.lowerBound..<last }
        let source = RowSource(file: path, line: lines.number)
        guard let text = lines.bytes.text(in: range) else {
            let offset = lines.bytes.firstInvalidUTF8(in: range) ?? range.lowerBound
            throw .invalidUTF8(source, byteOffset: lines.fileOffset + offset)
        }
        return Row(
            fields: JSONObject(names: ["text"], values: [.string(text)]), source: source, hasTypes: false,
            isLine: true)
    }
}
