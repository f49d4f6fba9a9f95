// Longest common subsequences, 64 cells of the table at a time.

/// A sequence prepared to be compared with others.
///
/// Bit j of row i is 0 where the table's cell (i, j + 1) exceeds (i, j) by one.
///
/// Source: Hyyrö 2004, "Bit-parallel LCS-length computation revisited".
struct LongestCommonSubsequence {
    private let tokens: ArraySlice<Int32>
    private let wordCount: Int
    /// For each token of the vocabulary the positions where it stands. `[vocabularySize × wordCount]`
    private var positions: [UInt64]

    /// Prepares `tokens`, which are below `vocabularySize`; negative ones match nothing.
    init(_ tokens: ArraySlice<Int32>, vocabularySize: Int) {
        self.tokens = tokens
        wordCount = (tokens.count + 63) / 64
        positions = [UInt64](repeating: 0, count: vocabularySize * wordCount)
        for (position, token) in tokens.enumerated() where token >= 0 {
            positions[Int(token) * wordCount + position >> 6] |= 1 << UInt64(position & 63)
        }
    }

    /// Length of the longest common subsequence with `other`, whose tokens are in the vocabulary.
    func length(with other: ArraySlice<Int32>) -> Int {
        if wordCount == 0 { return 0 }
        var row = [UInt64](repeating: .max, count: wordCount)
        for token in other { advance(&row, 0, from: 0, by: token) }
        return value(row, at: 0, columns: tokens.count)
    }

    /// Sets `marks` at the positions of `other` that one longest common subsequence takes, choosing among
    /// equals as rouge_score does.
    func mark(_ other: ArraySlice<Int32>, in marks: inout [Bool]) {
        if wordCount == 0 { return }
        var rows = [UInt64](repeating: .max, count: (other.count + 1) * wordCount)
        for (index, token) in other.enumerated() {
            advance(&rows, (index + 1) * wordCount, from: index * wordCount, by: token)
        }
        var (i, j) = (other.count, tokens.count)
        var current = value(rows, at: i * wordCount, columns: j)
        while i > 0 && j > 0 && current > 0 {
            if other[other.startIndex + i - 1] == tokens[tokens.startIndex + j - 1] {
                marks[i - 1] = true
                i -= 1
                j -= 1
                current -= 1
                continue
            }
            let step = rows[i * wordCount + (j - 1) >> 6] >> UInt64((j - 1) & 63) & 1 == 0 ? 1 : 0
            let above = value(rows, at: (i - 1) * wordCount, columns: j)
            if current - step > above {
                j -= 1
                current -= step
            } else {
                i -= 1
                current = above
            }
        }
    }

    /// The row after `token`, written at `target`, from the one at `source`.
    @inline(__always)
    private func advance(_ rows: inout [UInt64], _ target: Int, from source: Int, by token: Int32) {
        var carry: UInt64 = 0
        for word in 0..<wordCount {
            let before = rows[source + word]
            let matches = positions[Int(token) * wordCount + word]
            let (first, overflow) = before.addingReportingOverflow(before & matches)
            let (sum, carries) = first.addingReportingOverflow(carry)
            carry = overflow || carries ? 1 : 0
            rows[target + word] = sum | (before & ~matches)
        }
    }

    /// The table's cell in the row at `offset`: zeros among its first `columns` bits.
    private func value(_ rows: [UInt64], at offset: Int, columns: Int) -> Int {
        var zeros = 0
        for word in 0..<columns >> 6 { zeros += (~rows[offset + word]).nonzeroBitCount }
        let rest = UInt64(columns & 63)
        if rest > 0 { zeros += (~rows[offset + columns >> 6] & (1 << rest - 1)).nonzeroBitCount }
        return zeros
    }
}
