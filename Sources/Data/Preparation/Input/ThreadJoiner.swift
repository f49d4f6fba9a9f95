// Conversations of logs that have a message a row: rows are sorted by conversation and time through files.

internal import Datasets
internal import Files
internal import JSON

/// Collects rows of threads and gives them back conversation by conversation, in the order of their first
/// rows.
final class ThreadJoiner {
    private let columns: RecordColumns
    private let folder: String
    private let rank: Int
    private let size: Int
    /// For each rank that joins, keys and rows.
    private var keys: [EntryWriter] = []
    private var payloads: [AppendedFile] = []
    private var offsets: [Int]

    init(
        _ columns: RecordColumns, folder: String, rank: Int, size: Int
    ) throws(PreparationError) {
        (self.columns, self.folder, self.rank, self.size) = (columns, folder, rank, size)
        offsets = [Int](repeating: 0, count: size)
        for target in 0..<size {
            keys.append(try EntryWriter(path: Self.path(folder, "keys", from: rank, to: target)))
            payloads.append(
                try PreparationError.rethrowing { () throws(FilesError) in
                    try AppendedFile(path: Self.path(folder, "rows", from: rank, to: target), keeping: 0)
                })
        }
    }

    private static func path(_ folder: String, _ name: String, from rank: Int, to target: Int) -> String {
        "\(folder)/thread-\(name)-\(rank)-\(target)"
    }

    /// Takes a row to the rank that joins its conversation.
    func add(_ row: Row, position: UInt64, origin: Origin) throws(PreparationError) {
        func value(_ name: String, _ key: String) throws(PreparationError) -> JSONValue {
            if let value = row[name] { return value }
            throw .missingColumn(row.source, column: name, key: key, columns: row.fields.names)
        }
        let id = try value(columns.conversation, "conversation_column")
        // Conversations of one id in files of different splits are different ones.
        let hash = XXHash64.value(of: Array("\(origin.rawValue) \(id.json)".utf8))
        var time: UInt64 = 0
        if let value = row[columns.time] {
            guard let seconds = Timestamp.seconds(of: value) else {
                throw .badTime(row.source, column: columns.time, found: value.summary)
            }
            time = Timestamp.sortable(seconds)
        }
        _ = try MessageList(column: columns.role, source: row.source).role(
            value(columns.role, "role_column").string ?? "", "the row")
        _ = try value(columns.content, "content_column")
        let target = Int(hash % UInt64(size))
        let payload: JSONValue = [
            "origin": .integer(Int(origin.rawValue)), "file": .string(row.source.file),
            "line": .integer(row.source.line), "fields": .object(row.fields),
        ]
        var bytes: [UInt8] = []
        payload.write(to: &bytes)
        let location = UInt64(rank) << 48 | UInt64(offsets[target])
        try keys[target].write(Entry(first: hash, second: time, third: position, fourth: location))
        var block: [UInt8] = []
        block.append(number: UInt64(bytes.count))
        block += bytes
        offsets[target] += block.count
        try PreparationError.rethrowing { () throws(FilesError) in try payloads[target].append(block) }
    }

    /// Writes the rest; all ranks must have done so before any joins.
    func flush() throws(PreparationError) { for writer in keys { try writer.flush() } }

    /// Calls `body` with the conversations that this rank joins, in the order of their first rows.
    func forEachConversation(_ body: (RawRecord) throws(PreparationError) -> Void) throws(PreparationError) {
        let paths = (0..<size).map { Self.path(folder, "keys", from: $0, to: rank) }
        let places = try EntryWriter(path: "\(folder)/thread-places-\(rank)")
        var byConversation = try EntrySort(paths, scratch: "\(folder)/thread-keys-\(rank)-sorted")
        var group: [Entry] = []
        while let entry = try byConversation.next() {
            if let first = group.first, first.first != entry.first { try Self.write(&group, to: places) }
            group.append(entry)
        }
        try Self.write(&group, to: places)
        try places.flush()
        try byConversation.removeFiles()
        try readConversations(
            try EntrySort([places.path], scratch: "\(folder)/thread-places-\(rank)-sorted"), body)
    }

    /// The rows of one conversation, with the place of its first row in front.
    private static func write(_ group: inout [Entry], to writer: EntryWriter) throws(PreparationError) {
        let position = group.map(\.third).min() ?? 0
        for (number, entry) in group.enumerated() {
            try writer.write(Entry(first: position, second: UInt64(number), third: entry.fourth))
        }
        group.removeAll(keepingCapacity: true)
    }

    private func readConversations(
        _ order: EntrySort, _ body: (RawRecord) throws(PreparationError) -> Void
    ) throws(PreparationError) {
        var order = order
        var files: [InputFile<PreparationError>] = []
        for source in 0..<size {
            files.append(try InputFile(path: Self.path(folder, "rows", from: source, to: rank)))
        }
        var rows: [Row] = []
        var current: UInt64?
        var origin = Origin.raw
        while let entry = try order.next() {
            if let current, current != entry.first {
                try body(try record(rows, current, origin))
                rows = []
            }
            current = entry.first
            let file = files[Int(entry.third >> 48)]
            let offset = Int(entry.third & (1 << 48 - 1))
            let count = Int(try file.bytes(at: offset, count: 8).number(at: 0))
            let (row, from) = parsed(try file.bytes(at: offset + 8, count: count))
            rows.append(row)
            origin = from
        }
        if let current { try body(try record(rows, current, origin)) }
        try order.removeFiles()
    }

    private func parsed(_ bytes: [UInt8]) -> (Row, Origin) {
        guard let value = try? JSONValue(parsing: bytes), let fields = value["fields"]?.object,
            let file = value["file"]?.string, let line = value["line"]?.integer,
            let origin = value["origin"]?.integer.flatMap({ Origin(rawValue: UInt8($0)) })
        else { preconditionFailure("a row of a thread cannot be read again") }
        return (Row(fields: fields, source: RowSource(file: file, line: line)), origin)
    }

    private func record(
        _ rows: [Row], _ position: UInt64, _ origin: Origin
    ) throws(PreparationError) -> RawRecord {
        var turns: [Turn] = []
        for row in rows {
            let list = MessageList(column: columns.role, source: row.source)
            turns.append(
                Turn(
                    try list.role(row[columns.role]?.string ?? "", "the row"),
                    row[columns.content].map { $0.string ?? $0.json } ?? ""))
        }
        return RawRecord(
            position: position, origin: origin, source: rows[0].source,
            content: .conversation(turns, tools: nil), row: rows[0])
    }
}
