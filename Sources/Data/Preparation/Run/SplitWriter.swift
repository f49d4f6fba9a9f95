// Writes one of the prepared files, with its checksum and what the card counts of it.

internal import Files
internal import JSON

/// A file of rows that appears when it is whole.
final class SplitWriter {
    let split: Split
    private let file: PendingFile
    private var buffer: [UInt8] = []
    private var hash = XXHash64()
    private(set) var byteCount = 0
    private(set) var statistics = SplitStatistics()

    private static let bufferBytes = 1 << 20

    init(_ split: Split, folder: String) throws(PreparationError) {
        self.split = split
        file = try PreparationError.rethrowing { () throws(FilesError) in
            try PendingFile(path: "\(folder)/\(split.rawValue).jsonl")
        }
    }

    func write(_ record: StagedRecord) throws(PreparationError) {
        statistics.add(record)
        for line in record.lines {
            buffer += line
            buffer.append(0x0A)
        }
        if buffer.count >= Self.bufferBytes { try flush() }
    }

    private func flush() throws(PreparationError) {
        hash.add(buffer)
        byteCount += buffer.count
        try PreparationError.rethrowing { () throws(FilesError) in try file.write(buffer) }
        buffer.removeAll(keepingCapacity: true)
    }

    /// Gives the file its name, unless it has no row; then there is none.
    func finish() throws(PreparationError) -> JSONValue? {
        try flush()
        let isEmpty = statistics.records == 0
        try PreparationError.rethrowing { () throws(FilesError) in
            if isEmpty { try file.discard() } else { try file.finish() }
        }
        guard !isEmpty else { return nil }
        return [
            "file": .string("\(split.rawValue).jsonl"), "bytes": .integer(byteCount),
            "xxh64": .string(hash.text),
        ]
    }
}

/// Counts of one split.
struct SplitStatistics {
    private(set) var records = 0
    private(set) var rows = 0
    private var characters = Lengths()
    private var tokens = Lengths()
    private var labels: [String: Int] = [:]
    private var languages = [Int](repeating: 0, count: LanguageGuess.codes.count)
    /// Different labels that are counted; the others are counted together.
    private static let mostLabels = 100
    private var otherLabels = 0

    mutating func add(_ record: StagedRecord) {
        records += 1
        rows += record.lines.count
        characters.add(record.characters)
        tokens.add(record.tokens)
        languages[record.language] += 1
        guard !record.label.isEmpty else { return }
        if labels[record.label] != nil || labels.count < Self.mostLabels {
            labels[record.label, default: 0] += 1
        } else {
            otherLabels += 1
        }
    }

    func json(hasTokens: Bool) -> JSONValue {
        var members: JSONObject = [
            "records": .integer(records), "rows": .integer(rows), "characters": characters.json,
        ]
        if hasTokens { members.set("tokens", to: tokens.json) }
        if !labels.isEmpty {
            let ordered = labels.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            var counts = ordered.map { ($0.key, JSONValue.integer($0.value)) }
            if otherLabels > 0 { counts.append(("others", .integer(otherLabels))) }
            members.set("labels", to: .object(JSONObject(counts.map { (Self.name($0.0), $0.1) })))
        }
        let known = languages.indices.filter { languages[$0] > 0 }.sorted {
            (-languages[$0], $0) < (-languages[$1], $1)
        }
        members.set(
            "languages",
            to: .object(JSONObject(known.map { (LanguageGuess.codes[$0], .integer(languages[$0])) })))
        return .object(members)
    }

    /// A label as a person writes it: a text without its quotation marks.
    private static func name(_ json: String) -> String {
        (try? JSONValue(parsing: Array(json.utf8)))?.string ?? json
    }
}

/// Lengths in classes whose borders are a quarter of a doubling apart: shares of them within a fifth,
/// whatever the number of records.
struct Lengths {
    private var counts = [Int](repeating: 0, count: 256)
    private var total = 0
    private var sum = 0
    private var least = Int.max
    private var most = 0

    mutating func add(_ length: Int) {
        counts[Self.place(length)] += 1
        total += 1
        sum += length
        least = min(least, length)
        most = max(most, length)
    }

    /// Exact up to 8, then four classes a doubling.
    static func place(_ length: Int) -> Int {
        guard length >= 8 else { return max(0, length) }
        let exponent = Int.bitWidth - 1 - length.leadingZeroBitCount
        return 8 + (exponent - 3) * 4 + (length >> (exponent - 2) & 3)
    }

    /// The least length of a class.
    static func start(_ place: Int) -> Int {
        guard place >= 8 else { return place }
        let exponent = 3 + (place - 8) / 4
        return 1 << exponent + ((place - 8) % 4) << (exponent - 2)
    }

    private func quantile(_ share: Double) -> Int {
        let wanted = Int((Double(total) * share).rounded(.up))
        var seen = 0
        for place in counts.indices {
            seen += counts[place]
            if seen >= max(1, wanted) { return min(max(Self.start(place + 1) - 1, least), most) }
        }
        return most
    }

    var json: JSONValue {
        guard total > 0 else { return ["mean": 0, "min": 0, "median": 0, "p95": 0, "max": 0, "sum": 0] }
        let filled = counts.indices.filter { counts[$0] > 0 }
        return [
            "mean": .figure((Double(sum) / Double(total) * 10).rounded() / 10), "min": .integer(least),
            "median": .integer(quantile(0.5)), "p95": .integer(quantile(0.95)), "max": .integer(most),
            "sum": .integer(sum),
            "histogram": .array(filled.map { [.integer(Self.start($0)), .integer(counts[$0])] }),
        ]
    }
}
