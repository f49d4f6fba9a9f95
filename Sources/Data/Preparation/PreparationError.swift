// What can be wrong with a preparation: one sentence each on what, where and what to do.

package import DataParallel
package import Datasets
package import Files
internal import Phrases

/// An error of a preparation.
package enum PreparationError: Error, Equatable, FileFailure {
    /// A file of raw rows, or a row in it.
    case data(DatasetsError)
    case file(FilesError)
    case parallel(String)
    /// Text that is not in the encoding that it is read in, from its first wrong byte on.
    case encoding(path: String, line: Int, column: Int, encoding: TextEncoding)
    /// Bytes that are no text; what they are where their start tells.
    case binary(path: String, kind: String?)
    /// A file of another program that one line of Python turns into one that can be read.
    case convert(path: String, kind: String, python: String)
    case unknownRule(String, key: String, known: [String])
    case unknownName(String, key: String, known: [String])
    /// A column that the form of the records needs.
    case missingColumn(RowSource, column: String, key: String, columns: [String])
    case unknownForm(RowSource, columns: [String])
    case malformed(RowSource, problem: String, advice: String)
    case noText(RowSource, columns: [String])
    case badTime(RowSource, column: String, found: String)
    case outputInUse(String)
    case outputNotEmpty(String, found: [String])
    /// What a rank has written cannot be seen by rank 0.
    case notShared(String, rank: Int)
    case nothingLeft(records: Int, reason: String)
    case tooManyFiles(Int, limit: Int)
    case contradiction(String)

    package init(_ error: ParallelError) { self = .parallel("\(error)") }
}

extension PreparationError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .data(let error): error.description
        case .file(let error): error.description
        case .parallel(let words): words
        case .encoding(let path, let line, let column, let encoding):
            "\(path):\(line), column \(column): the bytes here are no \(encoding.rawValue); set raw_encoding to "
                + "what the file is, such as windows-1252, or convert it to UTF-8."
        case .binary(let path, let kind):
            "\(path) is no text\(kind.map { " but \($0)" } ?? ", it has bytes that no text has"); give files of "
                + "records, or folders of images with a file of captions."
        case .convert(let path, let kind, let python):
            "\(path) is \(kind), which is not read here; convert it: python -c '\(python)'"
        case .unknownRule(let name, let key, let known), .unknownName(let name, let key, let known):
            "\(key): there is no \(name)\(Self.suggestion(name, known)); known are "
                + "\(known.joined(separator: ", "))."
        case .missingColumn(let source, let column, let key, let columns):
            "\(source): the row has no column \"\(column)\", which \(key) names; it has "
                + "\(columns.listed()). Set \(key)."
        case .unknownForm(let source, let columns):
            "\(source): what the columns \(columns.listed()) hold cannot be told; set raw_format, and the keys "
                + "that name its columns."
        case .malformed(let source, let problem, let advice): "\(source): \(problem); \(advice)."
        case .noText(let source, let columns):
            "\(source): none of the columns \(columns.listed()) is known to hold a text; name those that do by "
                + "text_columns."
        case .badTime(let source, let column, let found):
            "\(source): column \"\(column)\" has no time but \(found); give a number, or a date such as "
                + "2026-01-31 or 2026-01-31T12:00:00Z."
        case .outputInUse(let path):
            "\(path) is in use by another lockstep prepare; wait for its end, or choose another prepared_dir."
        case .outputNotEmpty(let path, let found):
            "\(path) has files already (\(found.listed(atMost: 3))); choose another prepared_dir, or set "
                + "overwrite_prepared_dir: true to replace what an earlier prepare wrote."
        case .notShared(let path, let rank):
            "Rank 0 does not see what rank \(rank) wrote to \(path); choose a prepared_dir on a file system that "
                + "all hosts share."
        case .nothingLeft(let records, let reason):
            "No row is left of \(records, "record"): \(reason) removed the most; look at its examples in the "
                + "data card, and switch it off by skip_rules or change its limit."
        case .tooManyFiles(let count, let limit):
            "The patterns name \(count) files, more than \(limit); join some of them."
        case .contradiction(let sentence): sentence
        }
    }

    private static func suggestion(_ name: String, _ known: [String]) -> String {
        NearestName.suggestion(for: name, in: known).map { ", did you mean \($0)?" } ?? ""
    }

    /// Runs `body`, with its errors of data as this type's.
    static func reading<Result>(_ body: () throws(DatasetsError) -> Result) throws(Self) -> Result {
        do {
            return try body()
        } catch { throw .data(error) }
    }

    /// Runs `body`, with its errors of the ranks as this type's.
    static func joining<Result>(_ body: () throws(ParallelError) -> Result) throws(Self) -> Result {
        do {
            return try body()
        } catch { throw .init(error) }
    }
}
