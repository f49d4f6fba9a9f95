// Which rows of predictions files can be rated: those that every system has answered and that ask something.

internal import Datasets
internal import Phrases

/// The rows of the files of all systems, and why some of them cannot be rated.
struct RatableRows {
    private var first: (file: String, rowCount: Int)?
    /// Numbers of rows that cannot be rated, from 0, with where and why.
    private var reasons: [Int: String] = [:]

    var rowCount: Int { first?.rowCount ?? 0 }

    /// Reads the next system's file.
    /// - Throws: if it cannot be read or has another number of rows than the first.
    mutating func read(
        _ file: String, _ reader: RowReader, _ prompts: PromptReader
    ) throws(RatingsError) {
        var count = 0
        var found = reasons
        try RatingItems.forEachRow(reader) { (number, row) throws(RatingsError) in
            count += 1
            guard found[number] == nil, let reason = prompts.emptiness(of: row) else { return }
            found[number] = "\(row.source): \(reason)"
        }
        if let first, first.rowCount != count {
            throw .rowCounts(first.file, first.rowCount, file, count)
        }
        reasons = found
        if first == nil { first = (file, count) }
    }

    /// The numbers of the rows that can be rated, rising.
    var rows: [Int] {
        get throws(RatingsError) {
            let rows = (0..<rowCount).filter { reasons[$0] == nil }
            if rows.isEmpty, let sentence { throw .nothingToRate(sentence) }
            return rows
        }
    }

    /// How many rows are left out, and why the first of them is; nil if there are none.
    var sentence: String? {
        guard let number = reasons.keys.min(), let reason = reasons[number] else { return nil }
        let verb = reasons.count == 1 ? "is" : "are"
        return "\(reasons.count) of \(rowCount, "row") \(verb) not rated; the first: \(reason)"
    }
}
