// A set of rows of a table, a bit a row.

/// A set of row numbers below a bound.
package struct RowSet: Sendable, Equatable {
    /// Number of rows of the table.
    package let rowCount: Int
    private var words: [UInt64]

    /// The empty set, or all rows.
    package init(rowCount: Int, isFull: Bool = false) {
        self.rowCount = rowCount
        words = [UInt64](repeating: 0, count: (rowCount + 63) / 64)
        guard isFull else { return }
        for row in 0..<rowCount { insert(row) }
    }

    /// The set that `bytes` of another one describe.
    package init(rowCount: Int, bytes: [UInt8]) {
        self.init(rowCount: rowCount)
        precondition(bytes.count == words.count * 8, "expected \(words.count * 8) bytes")
        for (index, byte) in bytes.enumerated() { words[index / 8] |= UInt64(byte) << UInt64(index % 8 * 8) }
    }

    /// A bit a row, the lowest bit of the first byte for row 0, in whole words.
    package var bytes: [UInt8] {
        words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) } }
    }

    /// Number of rows in the set.
    package var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }
    package var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    package func contains(_ row: Int) -> Bool { words[row / 64] & (1 << UInt64(row % 64)) != 0 }

    package mutating func insert(_ row: Int) {
        precondition(row >= 0 && row < rowCount, "row \(row) of \(rowCount)")
        words[row / 64] |= 1 << UInt64(row % 64)
    }

    package mutating func formUnion(_ other: RowSet) {
        precondition(other.rowCount == rowCount, "the tables differ")
        for index in words.indices { words[index] |= other.words[index] }
    }

    package mutating func subtract(_ other: RowSet) {
        precondition(other.rowCount == rowCount, "the tables differ")
        for index in words.indices { words[index] &= ~other.words[index] }
    }

    /// The rows in ascending order.
    package var rows: [Int] {
        var result: [Int] = []
        result.reserveCapacity(count)
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                result.append(index * 64 + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
        return result
    }

    /// Neighbouring rows as ranges, in ascending order.
    package var runs: [Range<Int>] {
        var result: [Range<Int>] = []
        for row in rows {
            if let last = result.last, last.upperBound == row {
                result[result.count - 1] = last.lowerBound..<row + 1
            } else {
                result.append(row..<row + 1)
            }
        }
        return result
    }
}

extension [Range<Int>] {
    /// The parts of these ranges that lie in `others`; both ascending and without overlaps.
    package func intersections(_ others: [Range<Int>]) -> [Range<Int>] {
        var result: [Range<Int>] = []
        var (i, j) = (0, 0)
        while i < count, j < others.count {
            let common = self[i].clamped(to: others[j])
            if !common.isEmpty { result.append(common) }
            if self[i].upperBound < others[j].upperBound { i += 1 } else { j += 1 }
        }
        return result
    }
}
