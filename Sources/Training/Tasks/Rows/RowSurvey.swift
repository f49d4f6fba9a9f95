// One look at all rows of some files: which of them can be used.

package import Datasets
internal import JSON
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

    /// A bit a row, by its number over all files: whether it can be used. Empty while all rows can.
    private var bits: [UInt64] = []
    /// The rows that were seen or passed over.
    private var total = 0
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
            while total < rows.lastNumber { add(isUsable: false) }
            if add(row, needs: needs) { try visit(row) }
        }
    }

    /// Of no row yet.
    init() {}

    /// Looks at the next row; whether it can be used.
    @discardableResult
    mutating func add(_ row: Row, needs: (Row) -> [NeededColumn]) -> Bool {
        areLines = areLines && row.isLine
        guard let column = needs(row).first(where: { $0.isEmpty(in: row) }) else {
            add(isUsable: true)
            usableCount += 1
            return true
        }
        add(isUsable: false)
        emptyCount += 1
        if empty.count < Self.namedRefused {
            empty.append(EmptyRow(source: row.source, column: column.name))
        }
        return false
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

    private mutating func add(isUsable: Bool) {
        if !isUsable, bits.isEmpty {
            bits = [UInt64](repeating: .max, count: total / 64) + [1 << UInt64(total % 64) - 1]
        }
        if !bits.isEmpty {
            if total / 64 == bits.count { bits.append(0) }
            if isUsable { bits[total / 64] |= 1 << UInt64(total % 64) }
        }
        total += 1
    }

    private func isUsable(_ row: Int) -> Bool {
        bits.isEmpty || bits[row / 64] >> UInt64(row % 64) & 1 == 1
    }

    /// The usable rows for which `isWanted` is true, by their places among the usable ones: at most `limit`,
    /// the first ones.
    package func rows(limit: Int? = nil, where isWanted: ((Int) -> Bool)? = nil) -> RowSelection {
        if isWanted == nil, bits.isEmpty { return RowSelection(first: min(limit ?? .max, total), of: total) }
        var (place, taken) = (0, 0)
        return RowSelection(total: total) { row in
            guard isUsable(row) else { return false }
            defer { place += 1 }
            guard isWanted?(place) ?? true, taken < limit ?? .max else { return false }
            taken += 1
            return true
        }
    }
}

extension RowSurvey {
    /// The survey for other ranks; `files` are those of the run.
    func json(files: [String]) -> JSONValue {
        .object([
            "usable": rows().json, "lines": .bool(areLines), "empty_count": .integer(emptyCount),
            "empty": .array(
                empty.map { row in
                    let file = files.firstIndex(of: row.source.file) ?? 0
                    return .array([.integer(file), .integer(row.source.line), .string(row.column)])
                }),
        ])
    }

    /// The survey of all rows from those of parts that follow each other.
    init(_ parts: [JSONValue], files: [String]) {
        self.init()
        for part in parts {
            guard let usable = RowSelection(part["usable"]), let areLines = part["lines"]?.bool,
                let count = part["empty_count"]?.integer, let empty = part["empty"]?.array
            else { preconditionFailure("a rank's survey is none") }
            for row in 0..<usable.total { add(isUsable: usable.contains(row)) }
            usableCount += usable.count
            self.areLines = self.areLines && (areLines || usable.total == 0)
            emptyCount += count
            for row in empty where self.empty.count < Self.namedRefused {
                guard let parts = row.array, parts.count == 3, let file = parts[0].integer,
                    let line = parts[1].integer, let column = parts[2].string
                else { preconditionFailure("a rank's empty row is none") }
                self.empty.append(
                    EmptyRow(source: RowSource(file: files[file], line: line), column: column))
            }
        }
    }
}
