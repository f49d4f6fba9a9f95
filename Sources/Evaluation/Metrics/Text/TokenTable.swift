// Distinct tokens and n-grams as small integers, compared byte by byte and not by canonical equivalence.

/// Distinct byte strings, numbered from 0 in the order of their first appearance.
struct TokenTable: Sendable {
    private var bytes: [UInt8] = []
    private var ends: [Int] = []
    private var hashes: [UInt64] = []
    /// Open addressing: number + 1, or 0 where free; at most half of them are taken.
    private var slots: [Int32]

    /// An empty table with room for about `capacity` tokens.
    init(capacity: Int = 16) {
        slots = [Int32](repeating: 0, count: max(capacity, 8).nextPowerOfTwo * 2)
    }

    var count: Int { ends.count }

    /// The bytes of token `id`.
    subscript(id: Int) -> ArraySlice<UInt8> { bytes[(id == 0 ? 0 : ends[id - 1])..<ends[id]] }

    /// The number of the token that stands in `range` of `source`, new if it must be.
    mutating func insert(_ source: [UInt8], _ range: Range<Int>) -> Int32 {
        let hash = Self.hash(source, range)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let id = Int(slots[slot] - 1)
            if hashes[id] == hash && matches(id, source, range) { return Int32(id) }
            slot = (slot + 1) & (slots.count - 1)
        }
        let id = Int32(ends.count)
        slots[slot] = id + 1
        bytes.append(contentsOf: source[range])
        ends.append(bytes.count)
        hashes.append(hash)
        if ends.count * 2 > slots.count { grow() }
        return id
    }

    /// The number of the token that stands in `range` of `source`, or -1 when the table lacks it.
    func find(_ source: [UInt8], _ range: Range<Int>) -> Int32 {
        let hash = Self.hash(source, range)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let id = Int(slots[slot] - 1)
            if hashes[id] == hash && matches(id, source, range) { return Int32(id) }
            slot = (slot + 1) & (slots.count - 1)
        }
        return -1
    }

    private func matches(_ id: Int, _ source: [UInt8], _ range: Range<Int>) -> Bool {
        let start = id == 0 ? 0 : ends[id - 1]
        guard ends[id] - start == range.count else { return false }
        for offset in 0..<range.count where bytes[start + offset] != source[range.lowerBound + offset] {
            return false
        }
        return true
    }

    private mutating func grow() {
        slots = [Int32](repeating: 0, count: slots.count * 2)
        for (id, hash) in hashes.enumerated() {
            var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(id + 1)
        }
    }

    /// FNV-1a with a last mix, for its low bits.
    private static func hash(_ source: [UInt8], _ range: Range<Int>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in range { hash = (hash ^ UInt64(source[index])) &* 0x100_0000_01B3 }
        return hash ^ (hash >> 32)
    }
}

/// Distinct n-grams of token numbers as nodes of a prefix tree, numbered from 1; 0 is the empty n-gram.
struct NGramTable: Sendable {
    /// Prefix in the upper half, token in the lower, by node.
    private var keys: [UInt64] = [0]
    private var slots: [Int32]

    /// An empty table with room for about `capacity` n-grams.
    init(capacity: Int = 16) {
        slots = [Int32](repeating: 0, count: max(capacity, 8).nextPowerOfTwo * 2)
        keys.reserveCapacity(capacity + 1)
    }

    /// Number of nodes, the empty n-gram among them.
    var count: Int { keys.count }

    /// The n-gram's last token, and the node of what stands before it.
    func parts(of node: Int) -> (prefix: Int, token: Int) {
        (Int(keys[node] >> 32), Int(keys[node] & 0xFFFF_FFFF))
    }

    /// The node of `prefix` followed by `token`, new if it must be.
    mutating func insert(prefix: Int, token: Int32) -> Int {
        let key = UInt64(prefix) << 32 | UInt64(UInt32(bitPattern: token))
        var slot = slot(of: key)
        while slots[slot] != 0 {
            if keys[Int(slots[slot])] == key { return Int(slots[slot]) }
            slot = (slot + 1) & (slots.count - 1)
        }
        let node = keys.count
        slots[slot] = Int32(node)
        keys.append(key)
        if keys.count * 2 > slots.count { grow() }
        return node
    }

    /// The node of `prefix` followed by `token`, or 0 when the table lacks it; a negative token is unknown.
    func find(prefix: Int, token: Int32) -> Int {
        if token < 0 { return 0 }
        let key = UInt64(prefix) << 32 | UInt64(UInt32(bitPattern: token))
        var slot = slot(of: key)
        while slots[slot] != 0 {
            if keys[Int(slots[slot])] == key { return Int(slots[slot]) }
            slot = (slot + 1) & (slots.count - 1)
        }
        return 0
    }

    @inline(__always)
    private func slot(of key: UInt64) -> Int {
        let hash = (key ^ (key >> 29)) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: hash >> 32) & (slots.count - 1)
    }

    private mutating func grow() {
        slots = [Int32](repeating: 0, count: slots.count * 2)
        for node in 1..<keys.count {
            var slot = slot(of: keys[node])
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(node)
        }
    }
}

extension Int {
    /// The smallest power of two that is at least this positive number.
    fileprivate var nextPowerOfTwo: Int {
        self <= 1 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount)
    }
}
