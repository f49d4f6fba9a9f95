// The Levenshtein distance, 64 cells of the table at a time.

/// The fewest insertions, deletions and substitutions that turn one sequence into another.
///
/// Source: Myers 1999, "A fast bit-vector algorithm for approximate string matching based on dynamic
/// programming"; in blocks and for whole sequences: Hyyrö 2003.
package enum EditDistance {
    /// One column of a block of 64 rows: where the table rises and falls from a row to the next.
    private struct Block {
        var rises = UInt64.max
        var falls: UInt64 = 0

        /// Takes the next element of the other sequence, which equals the rows in `matches`. `carry` is the
        /// difference of the row above to its left neighbour; returns that of the row of `last`.
        mutating func advance(_ matches: UInt64, carry: Int, last: UInt64) -> Int {
            let vertical = matches | falls
            let equal = carry < 0 ? matches | 1 : matches
            let horizontal = (((equal & rises) &+ rises) ^ rises) | equal
            var up = falls | ~(horizontal | rises)
            var down = rises & horizontal
            let result = up & last != 0 ? 1 : down & last != 0 ? -1 : 0
            up <<= 1
            down <<= 1
            if carry < 0 { down |= 1 } else if carry > 0 { up |= 1 }
            rises = down | ~(vertical | up)
            falls = up & vertical
            return result
        }
    }

    /// The distance of two sequences; time is their lengths' product divided by 64.
    package static func between<Element: Hashable>(_ first: [Element], _ second: [Element]) -> Int {
        guard !first.isEmpty, !second.isEmpty else { return max(first.count, second.count) }
        let blockCount = (first.count + 63) / 64
        var positions: [Element: [UInt64]] = [:]
        for (index, element) in first.enumerated() {
            positions[element, default: [UInt64](repeating: 0, count: blockCount)][index >> 6] |=
                1 << UInt64(index & 63)
        }
        var blocks = [Block](repeating: Block(), count: blockCount)
        // The row of the last element; rows below it are padding that nothing reads.
        let lastRow = UInt64(1) << UInt64((first.count - 1) & 63)
        var distance = first.count
        for element in second {
            let matches = positions[element]
            var carry = 1
            for index in blocks.indices {
                let isLast = index == blockCount - 1
                carry = blocks[index].advance(
                    matches?[index] ?? 0, carry: carry, last: isLast ? lastRow : 1 << 63)
            }
            distance += carry
        }
        return distance
    }
}
