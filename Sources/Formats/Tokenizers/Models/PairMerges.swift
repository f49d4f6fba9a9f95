// The merges of byte-pair encoding (Sennrich et al. 2016), and their application to a word.

/// Which pairs of neighbours become one token, and in which order.
struct PairMerges: Sendable {
    /// Longer words are merged through a heap, shorter ones by looking for the best pair again and again.
    private static let shortWord = 40

    /// Open addressing; `free` marks a free slot.
    private var pairs: [UInt64]
    /// Rank << 32 | merged id.
    private var values: [UInt64]
    private let shift: UInt64
    private static let free = UInt64.max
    private static let none = UInt64.max

    /// `merges` in order of their rank. Of equal pairs the last one counts.
    init(_ merges: [(left: Int32, right: Int32, merged: Int32)]) {
        var bits: UInt64 = 4
        while 1 << bits < 2 * merges.count { bits += 1 }
        shift = 64 - bits
        pairs = Array(repeating: Self.free, count: 1 << bits)
        values = Array(repeating: Self.none, count: 1 << bits)
        for (rank, merge) in merges.enumerated() {
            let pair = Self.key(merge.left, merge.right)
            var slot = slot(of: pair)
            while pairs[slot] != Self.free, pairs[slot] != pair { slot = (slot + 1) & (pairs.count - 1) }
            pairs[slot] = pair
            values[slot] = UInt64(rank) << 32 | UInt64(UInt32(bitPattern: merge.merged))
        }
    }

    @inline(__always)
    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    @inline(__always)
    private func slot(of pair: UInt64) -> Int {
        Int(truncatingIfNeeded: (pair &* 0x9E37_79B9_7F4A_7C15) >> shift)
    }

    /// Rank << 32 | merged id of a pair; `none` if it is not merged.
    @inline(__always)
    private func value(_ left: Int32, _ right: Int32) -> UInt64 {
        let pair = Self.key(left, right)
        var slot = slot(of: pair)
        while true {
            if pairs[slot] == pair { return values[slot] }
            if pairs[slot] == Self.free { return Self.none }
            slot = (slot + 1) & (pairs.count - 1)
        }
    }

    /// Merges the pieces from `first` on until no pair of neighbours can be merged: always the pair of the
    /// lowest rank, of equal ones the leftmost. O(n log n).
    func apply(to pieces: inout [Piece], from first: Int) {
        let count = pieces.count - first
        if count < 2 { return }
        if count <= Self.shortWord {
            applyToShort(&pieces, from: first)
        } else {
            applyToLong(&pieces, from: first)
        }
    }

    private func applyToShort(_ pieces: inout [Piece], from first: Int) {
        /// `ranked[i]`: value of the pair of pieces `first + i` and the next.
        var ranked: [UInt64] = []
        ranked.reserveCapacity(pieces.count - first)
        for index in first..<pieces.count - 1 { ranked.append(value(pieces[index].id, pieces[index + 1].id)) }
        while true {
            var best = Self.none
            var place = 0
            for index in ranked.indices where ranked[index] < best {
                best = ranked[index]
                place = index
            }
            if best == Self.none { return }
            let left = first + place
            pieces[left].id = Int32(truncatingIfNeeded: best)
            pieces[left].end = pieces[left + 1].end
            pieces.remove(at: left + 1)
            ranked.remove(at: place)
            if place > 0 { ranked[place - 1] = value(pieces[left - 1].id, pieces[left].id) }
            if left + 1 < pieces.count { ranked[place] = value(pieces[left].id, pieces[left + 1].id) }
        }
    }

    private func applyToLong(_ pieces: inout [Piece], from first: Int) {
        let count = pieces.count - first
        var next = Array(1...Int32(count))
        var previous = Array(-1..<Int32(count) - 1)
        var heap = MinimumHeap()
        /// Rank << 32 | place of the left piece: the order of merging.
        func push(_ left: Int32) {
            let right = next[Int(left)]
            guard right < count else { return }
            let value = value(pieces[first + Int(left)].id, pieces[first + Int(right)].id)
            if value != Self.none { heap.push(value & ~0xFFFF_FFFF | UInt64(left)) }
        }
        for left in 0..<Int32(count) - 1 { push(left) }
        while let entry = heap.pop() {
            let left = Int(entry & 0xFFFF_FFFF)
            let right = Int(next[left])
            guard right < count, pieces[first + left].id >= 0 else { continue }
            let value = value(pieces[first + left].id, pieces[first + right].id)
            guard value != Self.none, value >> 32 == entry >> 32 else { continue }
            pieces[first + left].id = Int32(truncatingIfNeeded: value)
            pieces[first + left].end = pieces[first + right].end
            pieces[first + right].id = -1
            next[left] = next[right]
            if next[left] < count { previous[Int(next[left])] = Int32(left) }
            push(Int32(left))
            if previous[left] >= 0 { push(previous[left]) }
        }
        var kept = first
        for index in first..<pieces.count where pieces[index].id >= 0 {
            pieces[kept] = pieces[index]
            kept += 1
        }
        pieces.removeSubrange(kept...)
    }
}

/// A binary heap of whole numbers.
struct MinimumHeap {
    private var items: [UInt64] = []

    /// Adds a number. O(log n).
    mutating func push(_ item: UInt64) {
        items.append(item)
        var child = items.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            if items[parent] <= item { break }
            items[child] = items[parent]
            child = parent
        }
        items[child] = item
    }

    /// Takes the least number out. O(log n).
    mutating func pop() -> UInt64? {
        guard let least = items.first, let last = items.popLast() else { return nil }
        if items.isEmpty { return least }
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < items.count else { break }
            if child + 1 < items.count, items[child + 1] < items[child] { child += 1 }
            if last <= items[child] { break }
            items[parent] = items[child]
            parent = child
        }
        items[parent] = last
        return least
    }
}
