// Rows of a JSON Lines file: one object a line, blank lines ignored. Files so called that hold a list of
// rows, or objects over several lines, are read as what they are.

internal import Files
internal import JSON

final class JSONLinesFile: RowFile {
    let path: String
    private var lines: LineReader
    /// The rows of a file that is not written by lines.
    private var document: JSONFile?
    private var isAtStart = true

    /// - Parameter start: where in the file the bytes of `source` begin, and the line feeds before that.
    init(path: String, _ source: any ByteSource, start: (offset: Int, lineFeeds: Int) = (0, 0)) {
        self.path = path
        lines = LineReader(source, start: start)
        isAtStart = start.offset == 0
    }

    /// Whether a row is a line, so that the file may be cut between lines. Reads the first row.
    func isCutByLines() throws(DatasetsError) -> Bool { try next() != nil && document == nil }

    func next() throws(DatasetsError) -> Row? {
        if let document { return try document.next() }
        while try lines.nextLine() {
            var parser = JSONParser(lines.bytes, in: lines.line)
            guard parser.peek() != nil else { continue }
            if isAtStart, let document = try wholeDocument() {
                self.document = document
                return try document.next()
            }
            isAtStart = false
            let source = RowSource(file: path, line: lines.number)
            let value = try value(&parser)
            guard case .object(let fields) = value else { throw .noObject(source, found: value.phrase) }
            return Row(fields: fields, source: source)
        }
        return nil
    }

    func skip() throws(DatasetsError) -> Bool {
        guard document == nil, !isAtStart else { return try next() != nil }
        while try lines.nextLine() {
            if lines.bytes[lines.line].contains(where: { $0 > 0x20 }) { return true }
        }
        return false
    }

    /// The file as one document, if its first line is an unfinished value or a list of objects.
    private func wholeDocument() throws(DatasetsError) -> JSONFile? {
        var parser = JSONParser(lines.bytes, in: lines.line)
        do throws(JSONSyntaxError) {
            guard let rows = try parser.value().array, rows.first?.object != nil else { return nil }
        } catch {
            // A string or number that is cut off is a broken line: values go on at commas and brackets.
            let rest = lines.bytes[lines.line].last { ![0x20, 0x09, 0x0D].contains($0) }
            let isList = lines.bytes[lines.line].first { $0 > 0x20 } == UInt8(ascii: "[")
            let open = Array((isList ? "{[,}" : "{[,").utf8)
            guard !error.isInvalidUTF8, error.position >= lines.line.upperBound, let rest, open.contains(rest)
            else { return nil }
        }
        let blankLines = lines.number - 1
        // The rows have the limit of lines, not the document.
        while try lines.extendLine(limit: FileSystem.wholeFileLimit) {}
        let text = [UInt8](repeating: 0x0A, count: blankLines) + lines.bytes[lines.line]
        return JSONFile(path: path, sequence: text)
    }

    private func value(_ parser: inout JSONParser) throws(DatasetsError) -> JSONValue {
        do throws(JSONSyntaxError) {
            let value = try parser.value()
            try parser.finish()
            return value
        } catch {
            throw DatasetsError(
                error, in: lines.bytes, lineStart: lines.line.lowerBound, line: lines.number, file: path,
                fileOffset: lines.fileOffset)
        }
    }
}
