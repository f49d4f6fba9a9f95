// Tables of an evaluation whose size does not depend on the number of rows: by length, and the worst rows.

internal import DataParallel
internal import Datasets
internal import JSON
internal import Metrics

/// Rows whose input has about the same number of words.
package struct LengthBucket: Sendable, Equatable {
    /// Words of the input, both included.
    package let words: ClosedRange<Int>
    package let rowCount: Int64
    /// Mean quality of the answers, in the unit of its metric; NaN when it is not known.
    package let quality: Double
    /// Mean confidence; NaN when it is not known.
    package let confidence: Double
}

/// Sums over rows by the length of their input.
struct LengthSums {
    private static let bucketCount = 20
    /// By bucket: rows, rows with a quality, qualities, rows with a confidence, confidences.
    private var words = [Int64](repeating: 0, count: 5 * bucketCount)

    mutating func add(wordCount: Int, quality: Double?, confidence: Double?) {
        let bucket = min(Int.bitWidth - wordCount.leadingZeroBitCount, Self.bucketCount - 1)
        words[5 * bucket] += 1
        for (offset, value) in [(1, quality), (3, confidence)] {
            guard let value, let units = RowUnits.of(value) else { continue }
            words[5 * bucket + offset] += 1
            words[5 * bucket + offset + 1] += units
        }
    }

    /// Collective.
    mutating func reduce(over group: any ProcessGroup) throws(ParallelError) {
        try group.allReduceSum(&words)
    }

    /// Buckets with rows: 0, 1, 2 to 3, 4 to 7, … words.
    var buckets: [LengthBucket] {
        (0..<Self.bucketCount).compactMap { bucket in
            let counts = words[5 * bucket..<5 * bucket + 5].map { $0 }
            guard counts[0] > 0 else { return nil }
            let range = bucket == 0 ? 0...0 : 1 << (bucket - 1)...(1 << bucket) - 1
            return LengthBucket(
                words: range, rowCount: counts[0], quality: FixedPoint.value(counts[2]) / Double(counts[1]),
                confidence: FixedPoint.value(counts[4]) / Double(counts[3]))
        }
    }
}

/// The rows that a model is most wrong about.
struct WorstRows {
    static let count = 20
    private var rows: [(badness: Double, number: Int, line: String)] = []

    /// Nothing is worse than a badness that is infinite or not a number.
    private static func finite(_ badness: Double) -> Double {
        badness.isFinite ? badness : .greatestFiniteMagnitude
    }

    /// Whether a row of this badness would be kept.
    func admits(_ badness: Double, number: Int) -> Bool {
        guard rows.count == Self.count, let last = rows.last else { return true }
        return (last.badness, number) < (Self.finite(badness), last.number)
    }

    mutating func add(badness: Double, number: Int, fields: [(name: String, value: JSONValue)]) {
        insert((Self.finite(badness), number, PredictedRow.object(fields).json))
    }

    private mutating func insert(_ row: (badness: Double, number: Int, line: String)) {
        let place = rows.firstIndex { ($0.badness, row.number) < (row.badness, $0.number) } ?? rows.count
        rows.insert(row, at: place)
        if rows.count > Self.count { rows.removeLast() }
    }

    /// Brings the worst rows of all ranks to each of them. Collective.
    mutating func reduce(over group: any ProcessGroup) throws {
        let lines = rows.map { row in
            PredictedRow.object([
                ("badness", .real(row.badness)), ("number", .integer(row.number)),
                ("line", .string(row.line)),
            ]).json
        }
        let shares = try group.allGather(Array(lines.joined(separator: "\n").utf8))
        rows = []
        for line in shares.flatMap({ $0.split(separator: 0x0A) }) {
            guard case .object(let fields) = try JSONValue(json: Array(line)),
                case .number(let badness)? = fields["badness"], case .number(let number)? = fields["number"],
                case .string(let text)? = fields["line"]
            else { preconditionFailure("a rank sent something else than rows") }
            insert((badness.double, number.integer ?? 0, text))
        }
    }

    /// The rows as JSON objects, the worst first.
    var lines: [String] { rows.map(\.line) }
}
