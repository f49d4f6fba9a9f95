// Rows of a CSV or TSV file after RFC 4180, with a header row; line breaks may be LF, CR LF or CR.
//
// As spreadsheets write them: fields between semicolons, a first line `sep=;`, columns without a name at the
// end, rows of nothing but separators, Windows-1252.

internal import Files
internal import JSON

final class DelimitedFile: RowFile {
    let path: String
    let separator: UInt8
    private var lines: LineReader
    private let columns: [String]
    private var decoder: FieldDecoder
    /// What was found of the file's form that is not RFC 4180's.
    var remark: String? {
        var parts: [String] = []
        if separator != UInt8(ascii: ","), !path.lowercased().contains(".tsv") {
            parts.append("fields are separated by \(DelimitedForm.name(of: separator))")
        }
        if decoder.isWindows1252 { parts.append("text is Windows-1252") }
        return parts.isEmpty ? nil : "\(path): \(parts.joined(separator: ", "))"
    }

    /// What is known of letters that are no ASCII.
    var letters: ForeignLetters { decoder.letters }

    /// Whether the reader stands on a first row that is no header.
    private var hasFirstRow = false

    /// Reads the header.
    ///
    /// - Parameter separator: nil to find it from the header.
    init(path: String, _ reader: ByteReader, separator: UInt8?, form: DelimitedForm) throws(DatasetsError) {
        self.path = path
        decoder = FieldDecoder(form.encoding)
        var lines = LineReader(TextSource(reader, encoding: form.encoding), takesCarriageReturns: true)
        guard try Self.nextFilledLine(&lines) else { throw .noRows(path) }
        var declared: UInt8?
        if let separator = Self.declaredSeparator(lines) {
            declared = separator
            guard try Self.nextFilledLine(&lines) else { throw .noRows(path) }
        }
        let found = separator ?? declared ?? DelimitedForm.separator(ofHeader: lines.bytes[lines.line])
        self.separator = found
        if let columns = form.columns {
            self.columns = columns
            self.lines = lines
            hasFirstRow = true
            return
        }
        var record = DelimitedRecord(separator: found, path: path)
        var columns = try record.fields(of: &lines, &decoder)
        while columns.count > 1, columns.last?.isEmpty == true { columns.removeLast() }
        self.columns = columns
        self.lines = lines
        var known: Set<String> = []
        for column in columns where !known.insert(column).inserted {
            throw .duplicateColumn(RowSource(file: path, line: lines.number), column)
        }
    }

    /// Where the header ends, of a reader that has read no row; nil where the file cannot be cut at line
    /// feeds.
    var layout: DelimitedLayout? {
        guard !lines.endsInCarriageReturns else { return nil }
        return DelimitedLayout(separator: separator, headerEnd: hasFirstRow ? 0 : lines.nextOffset)
    }

    /// Goes on with the rows of a range behind the first one, whose bytes `reader` gives.
    func move(to range: SourceRange, _ reader: ByteReader, _ form: DelimitedForm) {
        guard let bytes = range.bytes, bytes.lowerBound > 0 else {
            preconditionFailure("\(path) is not cut there")
        }
        hasFirstRow = false
        decoder = FieldDecoder(form.encoding, letters: range.letters)
        lines = LineReader(
            TextSource(reader, encoding: form.encoding), start: (bytes.lowerBound, range.lineFeedsBefore))
    }

    /// Reads rows until one tells what letters that are no ASCII are. What cannot be read is left to whoever
    /// reads the rows themselves.
    func readUntilLettersAreKnown() {
        do throws(DatasetsError) {
            while letters == .unknown, try next() != nil {}
        } catch {}
    }

    func next() throws(DatasetsError) -> Row? {
        while try takeRow() {
            let source = RowSource(file: path, line: lines.number)
            var record = DelimitedRecord(separator: separator, path: path)
            var fields = try record.fields(of: &lines, &decoder)
            if fields.count > 1, fields.allSatisfy(\.isEmpty) { continue }
            while fields.count > columns.count, fields.last?.isEmpty == true { fields.removeLast() }
            guard fields.count == columns.count else {
                throw .fieldCount(
                    source, expected: columns.count, found: fields.count, separator: separator)
            }
            let values = fields.map { JSONValue.string($0) }
            return Row(fields: JSONObject(names: columns, values: values), source: source, hasTypes: false)
        }
        return nil
    }

    /// Moves to the next line with a row.
    private func takeRow() throws(DatasetsError) -> Bool {
        defer { hasFirstRow = false }
        if hasFirstRow { return true }
        return try Self.nextFilledLine(&lines)
    }

    /// The separator that a first line `sep=;` names, as Excel reads and writes it.
    private static func declaredSeparator(_ lines: LineReader) -> UInt8? {
        var line = lines.bytes[lines.line]
        if line.last == 0x0D { line.removeLast() }
        guard line.count == 5, line.dropLast().elementsEqual("sep=".utf8) else { return nil }
        return line.last
    }

    /// Moves to the next line that is not blank.
    private static func nextFilledLine(_ lines: inout LineReader) throws(DatasetsError) -> Bool {
        while try lines.nextLine() {
            let line = lines.line
            if line.isEmpty || line.count == 1 && lines.bytes[line.lowerBound] == 0x0D { continue }
            return true
        }
        return false
    }
}

/// Splits the current line, and as many more as an open quote asks for, into fields.
struct DelimitedRecord {
    let separator: UInt8
    let path: String
    private var fields: [String] = []
    /// Where the next field starts, relative to the line's start, which moves when the line is extended.
    private var offset = 0

    init(separator: UInt8, path: String) { (self.separator, self.path) = (separator, path) }

    mutating func fields(
        of lines: inout LineReader, _ decoder: inout FieldDecoder
    ) throws(DatasetsError) -> [String] {
        repeat {
            let start = lines.line.lowerBound + offset
            if start < lines.line.upperBound, lines.bytes[start] == UInt8(ascii: "\"") {
                try takeQuotedField(&lines, &decoder)
            } else {
                try takePlainField(lines, &decoder)
            }
        } while offset >= 0
        return fields
    }

    /// The end of the line without the carriage return of a CR LF.
    private func contentEnd(_ lines: LineReader) -> Int {
        let line = lines.line
        return line.upperBound > line.lowerBound && lines.bytes[line.upperBound - 1] == 0x0D
            ? line.upperBound - 1 : line.upperBound
    }

    /// A quote inside a field that did not start with one is text.
    private mutating func takePlainField(
        _ lines: LineReader, _ decoder: inout FieldDecoder
    ) throws(DatasetsError) {
        let start = lines.line.lowerBound + offset
        let end = contentEnd(lines)
        let fieldEnd = lines.bytes[start..<end].firstIndex(of: separator) ?? end
        try append(decoder.text(lines.bytes, in: start..<fieldEnd), lines, base: start)
        offset = fieldEnd < end ? fieldEnd + 1 - lines.line.lowerBound : -1
    }

    private mutating func takeQuotedField(
        _ lines: inout LineReader, _ decoder: inout FieldDecoder
    ) throws(DatasetsError) {
        let quoteOffset = offset
        var text: [UInt8] = []
        var from = offset + 1
        while true {
            let base = lines.line.lowerBound
            guard
                let quote = lines.bytes[(base + from)..<lines.line.upperBound].firstIndex(
                    of: UInt8(ascii: "\""))
            else {
                text.append(contentsOf: lines.bytes[(base + from)..<lines.line.upperBound])
                from = lines.line.count
                if try !lines.extendLine() { throw .unterminatedQuote(place(of: quoteOffset, lines)) }
                continue
            }
            text.append(contentsOf: lines.bytes[(base + from)..<quote])
            if quote + 1 < lines.line.upperBound, lines.bytes[quote + 1] == UInt8(ascii: "\"") {
                text.append(UInt8(ascii: "\""))
                from = quote + 2 - base
            } else {
                try append(decoder.text(text, in: 0..<text.count), lines, base: base + quoteOffset)
                return try takeSeparator(at: quote + 1, lines)
            }
        }
    }

    /// Checks what follows a closing quote.
    private mutating func takeSeparator(at index: Int, _ lines: LineReader) throws(DatasetsError) {
        let end = contentEnd(lines)
        if index >= end {
            offset = -1
        } else if lines.bytes[index] == separator {
            offset = index + 1 - lines.line.lowerBound
        } else {
            let lineStart = lines.bytes[lines.line.lowerBound..<index].lastIndex(of: 0x0A).map { $0 + 1 }
            throw .textAfterQuote(
                place(of: index - lines.line.lowerBound, lines),
                column: lines.bytes.column(at: index, lineStart: lineStart ?? lines.line.lowerBound),
                found: lines.bytes.phrase(at: index, upTo: end))
        }
    }

    /// - Parameter field: nil if the bytes from `base` on are not well-formed.
    private mutating func append(
        _ field: String?, _ lines: LineReader, base: Int
    ) throws(DatasetsError) {
        guard let field else {
            let invalid = lines.bytes.firstInvalidUTF8(in: base..<lines.line.upperBound) ?? base
            throw .invalidUTF8InTable(
                place(of: invalid - lines.line.lowerBound, lines), byteOffset: lines.fileOffset + invalid)
        }
        fields.append(field)
    }

    /// The file and line of a byte, counted from the start of the row.
    private func place(of byte: Int, _ lines: LineReader) -> RowSource {
        let start = lines.line.lowerBound
        let lineBreaks = lines.bytes[start..<(start + byte)].count { $0 == 0x0A }
        return RowSource(file: path, line: lines.number + lineBreaks)
    }
}
