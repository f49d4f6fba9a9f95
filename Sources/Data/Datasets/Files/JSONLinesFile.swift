// Rows of a JSON Lines file: one object a line, blank lines ignored.

internal import Files
internal import JSON

final class JSONLinesFile: RowFile {
    let path: String
    private var lines: LineReader

    init(path: String, _ source: any ByteSource) {
        self.path = path
        lines = LineReader(source)
    }

    func next() throws(DatasetsError) -> Row? {
        while try lines.nextLine() {
            var parser = JSONParser(lines.bytes, in: lines.line)
            guard parser.peek() != nil else { continue }
            let source = RowSource(file: path, line: lines.number)
            let value = try value(&parser)
            guard case .object(let fields) = value else { throw .noObject(source, found: value.phrase) }
            return Row(fields: fields, source: source)
        }
        return nil
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
