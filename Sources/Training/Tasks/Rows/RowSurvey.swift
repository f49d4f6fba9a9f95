// One look at all rows of some files: which of them can be used.

package import Datasets
package import Training

/// What is empty where something must be.
struct EmptyRow: Sendable {
    let source: RowSource
    let column: String
}

/// The rows of files that have something in every column that they need.
package struct RowSurvey {
    /// Rows that a message names.
    static let namedSkipped = 5
    static let namedRefused = 50

    /// Whether a row can be used, by its number over all files.
    package private(set) var isUsable: [Bool] = []
    package private(set) var usableCount = 0
    /// Whether the rows are lines of text files.
    private(set) var areLines = true
    package private(set) var emptyCount = 0
    private(set) var empty: [EmptyRow] = []

    /// Reads all rows that `reader` selects; `visit` gets those that can be used.
    package init(
        _ reader: RowReader, needs: (Row) -> [NeededColumn], visit: (Row) throws -> Void = { _ in }
    ) throws {
        let rows = reader.makeIterator()
        while let row = try rows.next() {
            while isUsable.count < rows.lastNumber { isUsable.append(false) }
            areLines = areLines && row.isLine
            if let column = needs(row).first(where: { $0.isEmpty(in: row) }) {
                isUsable.append(false)
                emptyCount += 1
                if empty.count < Self.namedRefused {
                    empty.append(EmptyRow(source: row.source, column: column.name))
                }
            } else {
                isUsable.append(true)
                usableCount += 1
                try visit(row)
            }
        }
    }

    /// Throws when rows are empty and may not be skipped, or all of them are.
    package func check(_ files: [String], skips: Bool) throws(TrainingError) {
        guard emptyCount > 0, !skips || usableCount == 0 else { return }
        let places = empty.prefix(skips ? Self.namedSkipped : Self.namedRefused)
            .map { "\n  \($0.source): column \"\($0.column)\" is empty" }.joined()
        let rest = emptyCount - min(emptyCount, skips ? Self.namedSkipped : Self.namedRefused)
        let more = rest > 0 ? "\n  and \(rest) more" : ""
        let names = files.joined(separator: ", ")
        guard usableCount > 0 else {
            throw TrainingError(
                "\(names): no row can be used, since \(emptyCount == 1 ? "the only one is" : "all \(emptyCount) are")"
                    + " empty where a value must be:\(places)\(more)")
        }
        throw TrainingError(
            "\(names): \(emptyCount) of \(emptyCount + usableCount) rows"
                + " \(emptyCount == 1 ? "is empty where it" : "are empty where they") must not be; fill or remove"
                + " what is empty, or set on_empty_row: skip to leave such rows out:\(places)\(more)")
    }

    /// Where the first empty rows stand.
    package var emptyPlaces: String {
        empty.prefix(Self.namedSkipped).map { "\($0.source)" }.joined(separator: ", ")
            + (emptyCount > Self.namedSkipped ? " and \(emptyCount - Self.namedSkipped) more" : "")
    }

    /// What is to be said of rows that are left out; nil when none is.
    package func warning(_ files: [String]) -> String? {
        guard emptyCount > 0 else { return nil }
        var columns: [String] = []
        for row in empty where !columns.contains(row.column) { columns.append(row.column) }
        let count = "\(emptyCount) of \(emptyCount + usableCount) rows of \(files.joined(separator: ", "))"
        return "warning: \(count) \(emptyCount == 1 ? "is" : "are") left out, because"
            + " \(columns.joined(separator: " or ")) is empty: \(emptyPlaces) (on_empty_row: error refuses them)"
    }

    /// The usable rows for which `isWanted` is true, by their places among the usable ones: at most `limit`,
    /// the first ones.
    package func rows(limit: Int? = nil, where isWanted: (Int) -> Bool = { _ in true }) -> RowSelection {
        var (place, taken) = (0, 0)
        let isChosen = isUsable.map { isUsable in
            guard isUsable else { return false }
            defer { place += 1 }
            guard isWanted(place), taken < limit ?? .max else { return false }
            taken += 1
            return true
        }
        return RowSelection(where: isChosen)
    }
}
