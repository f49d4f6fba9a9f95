// The different labels of some rows, so that ranks which each saw a part of them find the same map together.

package import JSON
package import Models

/// Each value of a label column with its first row and the number of its rows, in the order of first rows.
package struct LabelDigest: Sendable {
    /// Values beyond which the rows are looked at one by one: targets of a regression.
    private static let limit = 4_096

    private struct Entry: Sendable {
        let value: JSONValue
        let hasTypes: Bool
        let source: RowSource
        var count: Int
    }

    private let column: String
    private var entries: [Entry] = []
    private var placeOfText: [ByteString: Int] = [:]
    /// Whether there were too many values to keep.
    package private(set) var isOverfull = false

    package init(column: String) { self.column = column }

    /// - Throws: if the row lacks the column.
    package mutating func add(_ row: Row) throws(DatasetsError) {
        let value = try row.value(in: column, key: "label_column")
        add(Entry(value: value, hasTypes: row.hasTypes, source: row.source, count: 1))
    }

    private mutating func add(_ entry: Entry) {
        guard !isOverfull else { return }
        let text = ByteString((entry.hasTypes ? "t" : "f") + entry.value.json)
        if let place = placeOfText[text] {
            entries[place].count += entry.count
        } else if entries.count == Self.limit {
            (isOverfull, entries, placeOfText) = (true, [], [:])
        } else {
            placeOfText[text] = entries.count
            entries.append(entry)
        }
    }

    /// Adds those of rows that stand behind these.
    package mutating func merge(_ later: LabelDigest) {
        if later.isOverfull { (isOverfull, entries, placeOfText) = (true, [], [:]) }
        for entry in later.entries { add(entry) }
    }

    /// The map of the labels, and what a user should know of how they were read.
    package func labels(_ problemType: ProblemType?) throws(DatasetsError) -> (
        map: LabelMap, remarks: [String]
    ) {
        var builder = LabelMap.Builder(column: column, problemType: problemType)
        for entry in entries {
            let fields = JSONObject(names: [column], values: [entry.value])
            try builder.add(
                Row(fields: fields, source: entry.source, hasTypes: entry.hasTypes), count: entry.count)
        }
        let map = try builder.finish()
        return (map, builder.remarks(on: map))
    }

    /// `files` are those of the run.
    package func json(files: [String]) -> JSONValue {
        guard !isOverfull else { return .null }
        return .array(
            entries.map { entry in
                .array([
                    entry.value, .bool(entry.hasTypes),
                    .integer(files.firstIndex(of: entry.source.file) ?? 0), .integer(entry.source.line),
                    .integer(entry.count),
                ])
            })
    }

    package init?(column: String, _ json: JSONValue?, files: [String]) {
        self.init(column: column)
        if json?.isNull ?? true {
            isOverfull = true
            return
        }
        for entry in json?.array ?? [] {
            guard let parts = entry.array, parts.count == 5, let hasTypes = parts[1].bool,
                let file = parts[2].integer, files.indices.contains(file), let line = parts[3].integer,
                let count = parts[4].integer
            else { return nil }
            add(
                Entry(
                    value: parts[0], hasTypes: hasTypes, source: RowSource(file: files[file], line: line),
                    count: count))
        }
    }
}
