// Rows of one or more data files, streamed one after the other.

internal import Files
package import JSON

/// The data files that a list of path patterns names.
///
/// Formats by ending: `.jsonl` and `.ndjson` (an object a line, or also over several lines, or a list of
/// objects), `.json` (an array of objects, or an object
/// with such an array under `data`), `.csv` and `.tsv` (RFC 4180 with a header row), `.txt` (a line a row, in
/// the column `text`), each also with `.gz` or `.zst`; files of tokens by `TokenFile`.
package struct RowReader: Sendable {
    /// The files in the order of the patterns, those of one pattern sorted by name.
    package let files: [String]
    /// The rows that are read; nil reads all.
    private let selection: RowSelection?
    let form: DelimitedForm
    /// Rows that stand in no file.
    private let listed: [Row]
    /// Most rows that are read, the first ones; nil for all.
    private var limit: Int?
    /// The one stretch that is read, and the number of its first row; nil for all files.
    private var stretch: (range: SourceRange, firstNumber: Int)?

    /// Reads rows that are known already.
    package init(_ rows: [Row]) { (files, selection, form, listed) = ([], nil, .detected, rows) }

    /// - Parameters:
    ///   - patterns: paths; `*`, `?` and `[a-z]` match within one part of a path.
    ///   - selection: the rows to read, by their numbers over all files; nil reads all.
    ///   - form: how fields of CSV and TSV files are separated and encoded.
    /// - Throws: if a file does not exist, a pattern matches none, a file is named twice or has an unknown
    ///   ending.
    package init(
        patterns: [String], selection: RowSelection? = nil, form: DelimitedForm = .detected
    ) throws(DatasetsError) {
        if patterns.isEmpty { throw .noPatterns() }
        var files: [String] = []
        var known: Set<String> = []
        for pattern in patterns {
            for file in try PathPattern(pattern).files() {
                guard known.insert(file).inserted else { throw .namedTwice(file) }
                guard FileFormat(path: file) != nil else { throw .unknownEnding(file) }
                files.append(file)
            }
        }
        self.files = files
        self.selection = selection
        self.form = form
        listed = []
    }

    /// The first so many of the rows; nil for all.
    package func first(_ count: Int?) -> RowReader {
        var reader = self
        reader.limit = count
        return reader
    }

    /// Those of the rows that stand in a stretch of the files, whose first row has the number `firstNumber`
    /// over all files.
    package func part(_ range: SourceRange, firstNumber: Int) -> RowReader {
        var reader = self
        reader.stretch = (range, firstNumber)
        return reader
    }

    /// Whether all rows that are read stand in files, and none is left out by a limit.
    package var readsWholeFiles: Bool { listed.isEmpty && limit == nil && stretch == nil }

    /// What of the reader decides which rows it finds in files of one content, for a key.
    package var about: JSONObject {
        [
            "selection": hasSelection ? selection.map { .string($0.checksum) } ?? .null : .null,
            "separator": form.separator.map { .integer(Int($0)) } ?? .null,
            "encoding": form.encoding.map { .string($0.rawValue) } ?? .null,
            "endings": .array(files.map { .string(FileFormat.ending(of: $0)) }),
        ]
    }

    /// Whether rows are left out by their numbers.
    package var hasSelection: Bool { selection.map { $0.count < $0.total } ?? false }

    /// The same rows without the choice by numbers.
    package var unselected: RowReader {
        RowReader(files: files, selection: nil, form: form, listed: listed)
    }

    private init(files: [String], selection: RowSelection?, form: DelimitedForm, listed: [Row]) {
        (self.files, self.selection, self.form, self.listed) = (files, selection, form, listed)
    }

    /// Steps through all rows of all files.
    package func makeIterator() -> RowIterator {
        RowIterator(files, listed, selection, form, limit: limit ?? .max, stretch: stretch)
    }

    /// What stands between the fields of the first file if that is a CSV or TSV file.
    package func separator() throws(DatasetsError) -> UInt8? {
        guard let path = files.first, let format = FileFormat(path: path), case .delimited = format else {
            return nil
        }
        return (try format.open(path, form) as? DelimitedFile)?.separator
    }

    /// What was found of the form of CSV and TSV files, a line a file where it is not RFC 4180's in UTF-8.
    /// Reads them to their ends, as a letter that is no ASCII may stand in the last row.
    package func remarks() throws(DatasetsError) -> [String] {
        var remarks: [String] = []
        for path in files {
            guard let format = FileFormat(path: path), case .delimited = format,
                let file = try format.open(path, form) as? DelimitedFile
            else { continue }
            while try file.next() != nil {}
            if let remark = file.remark { remarks.append(remark) }
        }
        return remarks
    }

    /// Calls `body` with each row of each file in order.
    package func forEachRow(_ body: (Row) throws(DatasetsError) -> Void) throws(DatasetsError) {
        let rows = makeIterator()
        while let row = try rows.next() { try body(row) }
    }
}

/// Steps through the rows of a list of files; holds one file open and one chunk of it in memory.
package final class RowIterator {
    private var remaining: ArraySlice<String>
    private var current: (any RowFile)?
    private var currentHasRows = false
    private let selection: RowSelection?
    private let form: DelimitedForm
    private var listed: ArraySlice<Row>
    /// The number of the next row over all files.
    private var number = 0
    /// The number over all files of the row that came last.
    package var lastNumber: Int { number - 1 }

    /// Rows that may still be handed out.
    private var rest: Int

    /// The stretch that is read; nil for all files.
    private let range: SourceRange?

    init(
        _ files: [String], _ listed: [Row], _ selection: RowSelection?, _ form: DelimitedForm, limit: Int,
        stretch: (range: SourceRange, firstNumber: Int)? = nil
    ) {
        rest = limit
        range = stretch?.range
        number = stretch?.firstNumber ?? 0
        remaining = stretch.map { files[$0.range.file...$0.range.file] } ?? files[...]
        self.listed = listed[...]
        self.selection = selection
        self.form = form
    }

    /// The next selected row, nil after the last row of the last file.
    /// - Throws: if a file cannot be read, holds no row, or a row is not well-formed.
    package func next() throws(DatasetsError) -> Row? {
        while rest > 0, let row = try nextOfAll() {
            defer { number += 1 }
            guard selection?.contains(number) ?? true else { continue }
            rest -= 1
            return row
        }
        return nil
    }

    private func nextOfAll() throws(DatasetsError) -> Row? {
        while true {
            if let current {
                if let row = try current.next() {
                    currentHasRows = true
                    return row
                }
                // A stretch of a file may have none.
                if !currentHasRows, range == nil { throw .noRows(current.path) }
                self.current = nil
            }
            guard let path = remaining.popFirst() else { return listed.popFirst() }
            guard let format = FileFormat(path: path) else { throw .unknownEnding(path) }
            current = try format.open(path, form, in: range)
            currentHasRows = false
        }
    }
}

/// An open file that yields rows.
protocol RowFile: AnyObject {
    var path: String { get }
    func next() throws(DatasetsError) -> Row?
    /// Steps over the next row, without looking into it where it is a line of its own; false at the end.
    func skip() throws(DatasetsError) -> Bool
}

extension RowFile {
    func skip() throws(DatasetsError) -> Bool { try next() != nil }
}

/// What a file's ending says about its content.
enum FileFormat: Equatable {
    case jsonLines, json, text
    /// Token ids with an index beside them, of which a row is a document.
    case tokens
    /// The separator that the ending says; nil where it has to be found.
    case delimited(separator: UInt8?)

    init?(path: String) {
        if TokenFile.isNamed(path) {
            self = .tokens
            return
        }
        let name = pathWithoutCompression(path.lowercased())
        switch name.split(separator: "/").last?.split(separator: ".", omittingEmptySubsequences: false).last {
        case "jsonl", "ndjson": self = .jsonLines
        case "json": self = .json
        case "txt": self = .text
        case "csv": self = .delimited(separator: nil)
        case "tsv": self = .delimited(separator: 0x09)
        default: return nil
        }
    }

    /// The ending of a file's name by which it is read, without that of its compression.
    static func ending(of path: String) -> String {
        switch FileFormat(path: path) {
        case .jsonLines: "jsonl"
        case .json: "json"
        case .text: "txt"
        case .tokens: "tokens"
        case .delimited(let separator): separator == nil ? "csv" : "tsv"
        case nil: ""
        }
    }

    /// - Parameter range: the stretch of the file that is read; nil for all of it.
    func open(
        _ path: String, _ form: DelimitedForm, _ encoding: TextEncoding? = nil, in range: SourceRange? = nil
    ) throws(DatasetsError) -> any RowFile {
        if self == .tokens { return try TokenDocuments(path: path) }
        if let range, let bytes = range.bytes {
            let source = try DatasetsError.rethrowing { () throws(FilesError) in
                try ByteReader(path: path, bytes: bytes)
            }
            let start = (offset: bytes.lowerBound, lineFeeds: range.lineFeedsBefore)
            switch self {
            case .jsonLines: return JSONLinesFile(path: path, source, start: start)
            case .text: return TextFile(path: path, source, start: start)
            case .delimited:
                if bytes.lowerBound == 0 { return try delimited(path, source, form) }
                let whole = try DatasetsError.rethrowing { () throws(FilesError) in
                    try ByteReader(path: path)
                }
                let file = try delimited(path, whole, form)
                file.move(to: range, source, form)
                return file
            case .json, .tokens: preconditionFailure("\(path) is not cut by lines")
            }
        }
        let source = try DatasetsError.rethrowing { () throws(FilesError) in try ByteReader(path: path) }
        switch self {
        case .jsonLines: return JSONLinesFile(path: path, Self.text(source, encoding))
        case .text: return TextFile(path: path, Self.text(source, encoding))
        case .json: return try JSONFile(path: path, source, encoding: encoding)
        case .tokens: preconditionFailure("\(path) was opened")
        case .delimited:
            var form = form
            form.encoding = encoding ?? form.encoding
            return try delimited(path, source, form)
        }
    }

    private func delimited(
        _ path: String, _ source: ByteReader, _ form: DelimitedForm
    ) throws(DatasetsError) -> DelimitedFile {
        var separator: UInt8?
        if case .delimited(let own) = self { separator = own }
        return try DelimitedFile(path: path, source, separator: form.separator ?? separator, form: form)
    }

    private static func text(_ source: ByteReader, _ encoding: TextEncoding?) -> any ByteSource {
        encoding == nil ? source : TextSource(source, encoding: encoding)
    }
}
