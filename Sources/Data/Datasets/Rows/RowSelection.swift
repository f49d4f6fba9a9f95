// Some of the rows of data files, by their numbers.

internal import Files
package import JSON

/// A set of row numbers. Rows count from 0 over all files in their order. It takes a bit a row, and none
/// where all rows are chosen, or the first ones.
package struct RowSelection: Sendable, Hashable {
    /// A bit a row; empty where the first `count` rows are chosen.
    private let bits: [UInt64]
    /// The number of chosen rows.
    package let count: Int
    /// The number of rows that it was made for, chosen or not.
    package let total: Int

    /// The first `count` of `total` rows.
    package init(first count: Int, of total: Int) {
        precondition(count >= 0 && count <= total, "\(count) of \(total) rows")
        (self.count, self.total, bits) = (count, total, [])
    }

    /// The rows of the numbers for which `isChosen` is true.
    package init(where isChosen: [Bool]) { self.init(total: isChosen.count) { isChosen[$0] } }

    /// The rows below `total` for which `isChosen` is true, asked in their order.
    package init(total: Int, where isChosen: (Int) -> Bool) {
        var bits = [UInt64](repeating: 0, count: (total + 63) / 64)
        var (count, last) = (0, -1)
        for row in 0..<total where isChosen(row) {
            bits[row / 64] |= 1 << UInt64(row % 64)
            count += 1
            last = row
        }
        self.init(bits: bits, count: count, last: last, total: total)
    }

    private init(bits: [UInt64], count: Int, last: Int, total: Int) {
        self.bits = last == count - 1 ? [] : bits
        (self.count, self.total) = (count, total)
    }

    /// Whether the row of that number is chosen.
    package func contains(_ row: Int) -> Bool {
        guard row >= 0, row < total else { return false }
        return bits.isEmpty ? row < count : bits[row / 64] >> UInt64(row % 64) & 1 == 1
    }

    /// XXH64 of what is chosen.
    package var checksum: String {
        var bytes: [UInt8] = []
        bytes.append(number: UInt64(count))
        bytes.append(number: UInt64(total))
        for word in bits { bytes.append(number: word) }
        return XXHash64.text(of: bytes)
    }

    /// The selection as a document holds it: a digit of base 16 for four rows.
    package var json: JSONValue {
        let digits = bits.map { word in
            let text = String(word, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }
        return .object([
            "count": .integer(count), "total": .integer(total), "bits": .string(digits.joined()),
        ])
    }

    package init?(_ json: JSONValue?) {
        guard let count = json?["count"]?.integer, let total = json?["total"]?.integer,
            let digits = json?["bits"]?.string.map({ Array($0.utf8) }), digits.count % 16 == 0,
            digits.isEmpty ? count <= total : digits.count / 16 == (total + 63) / 64
        else { return nil }
        var bits: [UInt64] = []
        for start in stride(from: 0, to: digits.count, by: 16) {
            guard let word = UInt64(String(decoding: digits[start..<start + 16], as: UTF8.self), radix: 16)
            else { return nil }
            bits.append(word)
        }
        guard bits.isEmpty || bits.reduce(0, { $0 + $1.nonzeroBitCount }) == count else { return nil }
        (self.bits, self.count, self.total) = (bits, count, total)
    }
}
