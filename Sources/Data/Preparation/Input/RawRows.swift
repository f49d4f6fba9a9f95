// The rows of the raw files that one rank takes: blocks of them in turn.

internal import Datasets
internal import Files
internal import JSON

/// Reads the rows of one file, of which each rank takes its blocks and steps over the others.
struct RawRows {
    /// Rows that one rank takes after the other.
    static let blockRows = 64

    let entry: InputFileEntry
    let fileNumber: Int
    private let rows: FileRows
    private let rank: Int
    private let size: Int
    private var next = 0

    init(
        _ entry: InputFileEntry, number: Int, _ survey: FileSurvey, _ settings: PreparationSettings,
        rank: Int,
        size: Int
    ) throws(PreparationError) {
        (self.entry, fileNumber) = (entry, number)
        (self.rank, self.size) = (rank, size)
        rows = try Self.open(entry, survey, settings)
    }

    static func open(
        _ entry: InputFileEntry, _ survey: FileSurvey, _ settings: PreparationSettings
    ) throws(PreparationError) -> FileRows {
        guard !survey.isEmpty else { throw .contradiction(noRows(entry.path)) }
        let form = DelimitedForm(
            separator: settings.separator,
            // What was found of the whole file; a table's own guess would stop at the first letter.
            encoding: survey.encoding ?? .utf8,
            columns: settings.columnNames.isEmpty ? nil : settings.columnNames)
        return try PreparationError.reading { () throws(DatasetsError) in
            try FileRows(path: entry.path, form: form, encoding: survey.encoding)
        }
    }

    static func noRows(_ path: String) -> String { "\(path) is empty: expected at least one row." }

    /// The next row of this rank and its number in the file; nil at the end, where there must have been rows.
    mutating func nextRow() throws(PreparationError) -> (row: Row, number: Int)? {
        while true {
            let isMine = (next / Self.blockRows + fileNumber) % size == rank
            let rows = rows
            if isMine {
                guard let row = try PreparationError.reading({ () throws(DatasetsError) in try rows.next() })
                else {
                    break
                }
                next += 1
                return (row, next - 1)
            }
            guard try PreparationError.reading({ () throws(DatasetsError) in try rows.skip() }) else { break }
            next += 1
        }
        guard next > 0 else { throw .contradiction(Self.noRows(entry.path)) }
        return nil
    }
}
