// Rows of one or more data files, streamed one after the other.

internal import Files

/// The data files that a list of path patterns names.
///
/// Formats by ending: `.jsonl` and `.ndjson` (an object a line), `.json` (an array of objects, or an object
/// with such an array under `data`), `.csv` and `.tsv` (RFC 4180 with a header row), `.txt` (a line a row, in
/// the column `text`), each also with `.gz`.
package struct RowReader: Sendable {
    /// The files in the order of the patterns, those of one pattern sorted by name.
    package let files: [String]
    /// The rows that are read; nil reads all.
    private let selection: RowSelection?
    private let form: DelimitedForm

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
    }

    /// Steps through all rows of all files.
    package func makeIterator() -> RowIterator { RowIterator(files: files, selection: selection, form) }

    /// What was found of the form of CSV and TSV files, a line a file where it is not RFC 4180's in UTF-8:
    /// from their first 50,000 rows.
    package func remarks() throws(DatasetsError) -> [String] {
        var remarks: [String] = []
        for path in files {
            guard let format = FileFormat(path: path), case .delimited = format,
                let file = try format.open(path, form) as? DelimitedFile
            else { continue }
            for _ in 0..<50_000 where try file.next() == nil { break }
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
    /// The number of the next row over all files.
    private var number = 0

    init(files: [String], selection: RowSelection?, _ form: DelimitedForm) {
        remaining = files[...]
        self.selection = selection
        self.form = form
    }

    /// The next selected row, nil after the last row of the last file.
    /// - Throws: if a file cannot be read, holds no row, or a row is not well-formed.
    package func next() throws(DatasetsError) -> Row? {
        while let row = try nextOfAll() {
            defer { number += 1 }
            if selection?.contains(number) ?? true { return row }
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
                if !currentHasRows { throw .noRows(current.path) }
                self.current = nil
            }
            guard let path = remaining.popFirst() else { return nil }
            guard let format = FileFormat(path: path) else { throw .unknownEnding(path) }
            current = try format.open(path, form)
            currentHasRows = false
        }
    }
}

/// An open file that yields rows.
protocol RowFile: AnyObject {
    var path: String { get }
    func next() throws(DatasetsError) -> Row?
}

/// What a file's ending says about its content.
enum FileFormat: Equatable {
    case jsonLines, json, text
    /// The separator that the ending says; nil where it has to be found.
    case delimited(separator: UInt8?)

    init?(path: String) {
        var name = path.lowercased()
        if name.hasSuffix(".gz") { name.removeLast(3) }
        switch name.split(separator: "/").last?.split(separator: ".", omittingEmptySubsequences: false).last {
        case "jsonl", "ndjson": self = .jsonLines
        case "json": self = .json
        case "txt": self = .text
        case "csv": self = .delimited(separator: nil)
        case "tsv": self = .delimited(separator: 0x09)
        default: return nil
        }
    }

    func open(_ path: String, _ form: DelimitedForm) throws(DatasetsError) -> any RowFile {
        let source = try DatasetsError.rethrowing { () throws(FilesError) in try ByteReader(path: path) }
        switch self {
        case .jsonLines: return JSONLinesFile(path: path, source)
        case .text: return TextFile(path: path, source)
        case .json: return try JSONFile(path: path, source)
        case .delimited(let separator):
            return try DelimitedFile(
                path: path, source, separator: form.separator ?? separator, encoding: form.encoding)
        }
    }
}
