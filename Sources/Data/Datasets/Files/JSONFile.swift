// Rows of a JSON file: an array of objects, or an object that holds one under "data"; or objects one after
// the other.

internal import Files
internal import JSON

/// Holds the file's bytes, and parses one row at a time.
final class JSONFile: RowFile {
    private enum Place { case beforeRow, inList, atEnd }

    let path: String
    private let bytes: [UInt8]
    private var parser: JSONParser
    private var place = Place.beforeRow
    private var isWrapped = false
    /// Whether the rows follow each other without a list around them.
    private var isSequence = false
    /// Line number and byte at which counting of line feeds goes on.
    private var line = 1
    private var counted = 0

    init(path: String, _ source: ByteReader, encoding: TextEncoding? = nil) throws(DatasetsError) {
        self.path = path
        bytes = try DatasetsError.rethrowing { () throws(FilesError) in
            guard encoding != nil else { return try source.readToEnd() }
            return try TextSource(source, encoding: encoding).readToEnd()
        }
        parser = JSONParser(bytes, in: (bytes.starts(with: byteOrderMark) ? 3 : 0)..<bytes.count)
        if parser.peek() == nil { throw .noRows(path) }
    }

    /// The text of a file of JSON Lines that is a list of rows, or whose rows go over several lines.
    init(path: String, sequence bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
        parser = JSONParser(bytes, in: 0..<bytes.count)
        isSequence = parser.peek() != UInt8(ascii: "[")
    }

    func next() throws(DatasetsError) -> Row? {
        guard !isSequence else { return try parser.peek() == nil ? nil : row(depth: 0) }
        if place == .beforeRow {
            try openList()
        } else if place == .inList {
            try syntax { (parser) throws(JSONSyntaxError) in
                guard parser.peek() != UInt8(ascii: "]") else { return }
                try parser.consume(UInt8(ascii: ","), or: "',' or ']'")
                if parser.peek() == UInt8(ascii: "]") { throw parser.unexpected("a value") }
            }
        }
        if place == .atEnd { return nil }
        place = .inList
        if parser.peek() == UInt8(ascii: "]") {
            try closeList()
            return nil
        }
        return try row(depth: 1)
    }

    private func row(depth: Int) throws(DatasetsError) -> Row {
        let source = source()
        let value = try limitedValue(depth: depth)
        guard case .object(let fields) = value else { throw .noObject(source, found: value.phrase) }
        return Row(fields: fields, source: source)
    }

    /// Moves behind the `[` of the row list.
    private func openList() throws(DatasetsError) {
        if parser.peek() == UInt8(ascii: "[") { return try enterList() }
        let start = source()
        guard parser.peek() == UInt8(ascii: "{") else {
            let value = try limitedValue(depth: 0)
            throw .noRowList(start, found: value.phrase)
        }
        isWrapped = true
        try syntax { (parser) throws(JSONSyntaxError) in try parser.consume(UInt8(ascii: "{"), or: "'{'") }
        guard try skipMembers(beforeList: true) else {
            throw .noRowList(start, found: "an object without such a \"data\"")
        }
        try enterList()
    }

    private func enterList() throws(DatasetsError) {
        try syntax { (parser) throws(JSONSyntaxError) in try parser.consume(UInt8(ascii: "["), or: "'['") }
    }

    private func closeList() throws(DatasetsError) {
        try syntax { (parser) throws(JSONSyntaxError) in try parser.consume(UInt8(ascii: "]"), or: "']'") }
        place = .atEnd
        if isWrapped, parser.peek() == UInt8(ascii: ",") {
            try syntax { (parser) throws(JSONSyntaxError) in try parser.consume(UInt8(ascii: ","), or: "','")
            }
            if try skipMembers(beforeList: false) { throw .twoRowLists(source()) }
        } else if isWrapped {
            try syntax { (parser) throws(JSONSyntaxError) in
                try parser.consume(UInt8(ascii: "}"), or: "',' or '}'")
            }
        }
        try syntax { (parser) throws(JSONSyntaxError) in try parser.finish() }
    }

    /// Reads members of the outer object; true at the list under `data`, false behind the closing brace.
    private func skipMembers(beforeList: Bool) throws(DatasetsError) -> Bool {
        try syntax { (parser) throws(JSONSyntaxError) in
            if beforeList, parser.peek() == UInt8(ascii: "}") {
                try parser.consume(UInt8(ascii: "}"), or: "'}'")
                return false
            }
            while true {
                let key = try parser.key()
                try parser.consume(UInt8(ascii: ":"), or: "':'")
                if key == "data", parser.peek() == UInt8(ascii: "[") { return true }
                parser.setLimit(LineReader.longestLine)
                _ = try parser.value(depth: 1)
                parser.setLimit(nil)
                guard parser.peek() == UInt8(ascii: ",") else {
                    try parser.consume(UInt8(ascii: "}"), or: "',' or '}'")
                    return false
                }
                try parser.consume(UInt8(ascii: ","), or: "','")
            }
        }
    }

    /// The next value, of no more bytes than a line may have: values take many times the room of their text.
    private func limitedValue(depth: Int) throws(DatasetsError) -> JSONValue {
        try syntax { (parser) throws(JSONSyntaxError) in
            parser.setLimit(LineReader.longestLine)
            let value = try parser.value(depth: depth)
            parser.setLimit(nil)
            return value
        }
    }

    /// The place of the parser's next value; counts lines on from the last call.
    private func source() -> RowSource {
        _ = parser.peek()
        line += bytes[counted..<parser.position].count { $0 == 0x0A }
        counted = parser.position
        return RowSource(file: path, line: line)
    }

    private func syntax<Result>(
        _ body: (inout JSONParser) throws(JSONSyntaxError) -> Result
    ) throws(DatasetsError) -> Result {
        do throws(JSONSyntaxError) {
            return try body(&parser)
        } catch {
            if error.exceedsLimit {
                throw .file(.lineTooLong(path: path, line: source().line, limit: LineReader.longestLine))
            }
            throw DatasetsError(error, in: bytes, lineStart: 0, line: 1, file: path, fileOffset: 0)
        }
    }
}
