// One pass over the rows of a run's files, within a time: bad and empty rows, labels, equal rows, a sample.

package import Arguments
package import Datasets
internal import JSON
internal import Tasks
internal import Tensors

/// How much of the files a check looks at.
package struct ScanLimits: Sendable {
    package var seconds = 5.0
    /// Rows that are tokenised; and about so many bytes of them.
    package var sampleRows = 4_000
    package var sampleBytes = 2 << 20
    /// Rows that are wrong after which the rest is not looked at.
    package var badRows = 50
    /// Different rows that are remembered, to find equal ones.
    package var contents = 2_000_000

    package init() {}
}

/// What stands in the rows of some files.
package struct RowScan: Sendable {
    /// Rows that can be used, and of those a sample in the order of the files.
    package private(set) var usableCount = 0
    package private(set) var sample: [Row] = []
    /// What is wrong with rows, a sentence each that begins with its place.
    package private(set) var bad: [String] = []
    /// Rows with nothing in a column that they need: how many, and where the first are.
    package private(set) var emptyCount = 0
    package private(set) var emptyPlaces: [String] = []
    /// How often each label occurs; empty where rows have no single one.
    package private(set) var labels: [String: Int] = [:]
    /// Rows as labels are taken from them: of all usable ones.
    package private(set) var labelled: [Row] = []
    /// The first row of each content, for rows that are texts of their own.
    private(set) var contents: [Int: Content] = [:]
    /// Usable rows whose content stands in an earlier one.
    package private(set) var duplicates: [Pair] = []
    package private(set) var duplicateCount = 0
    /// Those of them that have another label than the earlier one.
    package private(set) var contradictionCount = 0
    package private(set) var firstContradiction: Pair?
    /// Whether all rows were looked at.
    package private(set) var isWhole = true
    /// Why a file could not be read to its end; nil if all could.
    package private(set) var failure: String?

    /// A row's content at its first place.
    struct Content: Sendable {
        let place: RowSource
        let reference: Int
    }

    /// A row and an earlier one with the same content.
    package struct Pair: Sendable, Equatable {
        package let place: RowSource
        package let earlier: RowSource
    }

    private let run: RunArguments
    private let limits: ScanLimits

    /// Looks at the rows of `files`, at most the first `limit` usable ones.
    package init(
        _ run: RunArguments, files: [String], limit: Int?, limits: ScanLimits, seed: UInt64 = 0
    ) {
        (self.run, self.limits) = (run, limits)
        let start = ContinuousClock.now
        do {
            let rows = try run.data.rows(of: files).makeIterator()
            let key = RandomKey(seed: run.training.seed).derived("check \(seed)")
            var reservoir: [(number: Int, row: Row)] = []
            var seen = 0
            while usableCount < limit ?? .max {
                seen += 1
                if seen % 64 == 0, (ContinuousClock.now - start) / .seconds(1) > limits.seconds {
                    isWhole = false
                    break
                }
                guard let step = try next(rows) else { break }
                guard let row = step.row, take(row) else { continue }
                keep(row, in: &reservoir, key)
            }
            sample = fitting(reservoir.sorted { $0.number < $1.number }.map(\.row))
        } catch { failure = "\(error)" }
    }

    private struct Step { let row: Row? }

    /// The next row, or none where one is wrong; nil at the end.
    private mutating func next(_ rows: RowIterator) throws(DatasetsError) -> Step? {
        do throws(DatasetsError) {
            guard let row = try rows.next() else { return nil }
            return Step(row: row)
        } catch {
            // A file that cannot be opened, or that goes wrong at the same place again, ends the scan.
            guard BadRow(error.description) != nil, bad.last != error.description else { throw error }
            bad.append(error.description)
            guard bad.count < limits.badRows else {
                isWhole = false
                return nil
            }
            return Step(row: nil)
        }
    }

    /// Counts a row; false if it is empty.
    private mutating func take(_ row: Row) -> Bool {
        let definition = run.task.definition
        let needed = definition.neededColumns(of: row, run, withReferences: true)
        if let column = needed.first(where: { $0.isEmpty(in: row) }) {
            emptyCount += 1
            if emptyPlaces.count < 5 { emptyPlaces.append("\(row.source) (\(column.name))") }
            return false
        }
        usableCount += 1
        let reference = row[definition.referenceColumn(run.data)]
        if definition.stratifiesFolds, let reference {
            count(label: reference)
            let column = definition.referenceColumn(run.data)
            labelled.append(
                Row(
                    fields: JSONObject(names: [column], values: [reference]), source: row.source,
                    hasTypes: row.hasTypes))
        } else if definition.name == .tokenClassification, labelled.count < 100_000 {
            labelled.append(row)
        }
        compare(row, reference: reference)
        return true
    }

    private mutating func count(label: JSONValue) {
        switch label {
        case .array, .object: return
        case .string(let name): labels[name, default: 0] += 1
        case .null, .bool, .number: labels[label.json, default: 0] += 1
        }
    }

    // MARK: Equal rows

    /// What a row gives the model to read, as a number; nil for a line of a text, which may well occur again.
    static func content(of row: Row, _ run: RunArguments) -> Int? {
        guard !row.isLine else { return nil }
        let columns = run.task.definition.neededColumns(of: row, run, withReferences: false)
        var hasher = Hasher()
        for column in columns { hasher.combine(row[column.name]?.json ?? "") }
        if columns.isEmpty { hasher.combine(row.jsonLine()) }
        return hasher.finalize()
    }

    private mutating func compare(_ row: Row, reference: JSONValue?) {
        guard let content = Self.content(of: row, run) else { return }
        var hasher = Hasher()
        hasher.combine(reference?.json ?? "")
        let value = hasher.finalize()
        guard let earlier = contents[content] else {
            if contents.count < limits.contents {
                contents[content] = Content(place: row.source, reference: value)
            }
            return
        }
        let pair = Pair(place: row.source, earlier: earlier.place)
        duplicateCount += 1
        if duplicates.count < 5 { duplicates.append(pair) }
        guard earlier.reference != value else { return }
        contradictionCount += 1
        if firstContradiction == nil { firstContradiction = pair }
    }

    /// The rows here whose content stands in `training`, the first ones.
    package func shared(with training: RowScan) -> (count: Int, first: [Pair]) {
        var (count, first) = (0, [Pair]())
        for (key, content) in contents {
            guard let other = training.contents[key] else { continue }
            count += 1
            first.append(Pair(place: content.place, earlier: other.place))
        }
        first.sort { ($0.place.file, $0.place.line) < ($1.place.file, $1.place.line) }
        return (count, Array(first.prefix(3)))
    }

    // MARK: Sample

    /// Keeps each row with the same chance (Vitter 1985, algorithm R).
    private func keep(_ row: Row, in reservoir: inout [(number: Int, row: Row)], _ key: RandomKey) {
        let number = usableCount - 1
        guard number >= limits.sampleRows else { return reservoir.append((number, row)) }
        let place = Int(key.word(UInt64(number)) % UInt64(number + 1))
        if place < limits.sampleRows { reservoir[place] = (number, row) }
    }

    /// As many of the rows, evenly spread, as the limit of bytes allows.
    private func fitting(_ rows: [Row]) -> [Row] {
        let bytes = rows.reduce(0) { $0 + $1.jsonLine().utf8.count }
        guard bytes > limits.sampleBytes else { return rows }
        let stride = (bytes + limits.sampleBytes - 1) / limits.sampleBytes
        return rows.enumerated().filter { $0.offset % stride == 0 }.map(\.element)
    }
}

/// The place that a sentence about a row begins with.
struct BadRow {
    /// `data/train.jsonl:17`.
    let place: String

    /// nil where the sentence begins with no place.
    init?(_ sentence: String) {
        guard let match = sentence.prefixMatch(of: #/([^\n]+?:\d+)[:,]/#) else { return nil }
        place = String(match.1)
    }
}
