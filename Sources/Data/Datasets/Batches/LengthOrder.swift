// Rows by falling length, of which a stretch is in memory, however many rows there are.

internal import Synchronization

/// The numbers of rows, those of equal length as they stand, sorted by counting: a look at all lengths for
/// each stretch of places. Threads may read at the same time.
package final class LengthOrder: Sendable {
    /// Places whose rows are in memory at once: 4 MiB, and a look at all lengths for a million rows.
    package static let stretchCount = 1 << 20

    private struct Stretch: Sendable {
        var places = 0..<0
        var rows: [UInt32] = []
    }

    private let rowCount: Int
    private let stretchCount: Int
    private let lengths: @Sendable (Range<Int>) -> [UInt32]
    /// The place of the first row of each length, the longest first.
    private let starts: [Int]
    private let stretch = Mutex(Stretch())

    /// - Parameter lengths: the tokens of each of these rows; asked for up to 4,096 at once.
    package init(
        rowCount: Int, stretchCount: Int = stretchCount,
        lengths: @escaping @Sendable (Range<Int>) -> [UInt32]
    ) {
        precondition(rowCount <= UInt32.max, "\(rowCount) rows have no numbers of 4 bytes")
        (self.rowCount, self.stretchCount, self.lengths) = (rowCount, stretchCount, lengths)
        var counts: [Int] = []
        Self.forEachLength(rowCount, lengths) { _, length in
            if length >= counts.count {
                counts += [Int](repeating: 0, count: length + 1 - counts.count)
            }
            counts[length] += 1
        }
        var (starts, next) = ([Int](repeating: 0, count: counts.count), 0)
        for length in counts.indices.reversed() {
            starts[length] = next
            next += counts[length]
        }
        self.starts = starts
    }

    private static func forEachLength(
        _ rowCount: Int, _ lengths: (Range<Int>) -> [UInt32], _ body: (_ row: Int, _ length: Int) -> Void
    ) {
        for start in stride(from: 0, to: rowCount, by: 4_096) {
            let rows = start..<min(start + 4_096, rowCount)
            for (row, length) in zip(rows, lengths(rows)) { body(row, Int(length)) }
        }
    }

    /// The rows at some places, which follow each other.
    package func rows(at places: Range<Int>) -> [Int] {
        stretch.withLock { stretch in
            places.map { place in
                if !stretch.places.contains(place) { stretch = find(place) }
                return Int(stretch.rows[place - stretch.places.lowerBound])
            }
        }
    }

    /// The stretch that a place lies in.
    private func find(_ place: Int) -> Stretch {
        let start = place / stretchCount * stretchCount
        var found = Stretch(places: start..<min(start + stretchCount, rowCount))
        found.rows = [UInt32](repeating: 0, count: found.places.count)
        var next = starts
        Self.forEachLength(rowCount, lengths) { row, length in
            let place = next[length] - start
            next[length] += 1
            if place >= 0, place < found.rows.count { found.rows[place] = UInt32(row) }
        }
        return found
    }
}
