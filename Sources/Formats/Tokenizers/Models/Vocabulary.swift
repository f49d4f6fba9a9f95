// Tokens and ids. A hash table over UTF-8 slices: a look-up makes no string and compares bytes, so tokens
// that differ only in normal form stay apart.

/// An immutable two-way map between tokens and ids.
struct Vocabulary: Sendable {
    /// Highest id + 1.
    let size: Int
    /// Bytes of the longest token.
    let longestToken: Int
    /// All tokens, one after the other; token `i` is `bytes[starts[i]..<starts[i + 1]]`.
    private let bytes: [UInt8]
    private let starts: [Int32]
    private let ids: [Int32]
    /// Index of the token of each id, or -1.
    private var indices: [Int32]
    /// Open addressing: high half of the hash << 32 | index of the token + 1; 0 is free.
    private var slots: [UInt64]
    private let mask: UInt64

    /// A running FNV-1a hash (64 bits).
    struct Hash {
        fileprivate var state: UInt64 = 0xCBF2_9CE4_8422_2325

        @inline(__always)
        mutating func combine(_ byte: UInt8) {
            state = (state ^ UInt64(byte)) &* 0x100_0000_01B3
        }
    }

    /// Tokens with their ids, before they make a vocabulary.
    struct Entries {
        fileprivate var bytes: [UInt8] = []
        fileprivate var starts: [Int32] = [0]
        fileprivate var ids: [Int32] = []

        /// Adds a token, whose id must not be negative.
        mutating func append(_ token: ArraySlice<UInt8>, id: Int32) {
            bytes.append(contentsOf: token)
            starts.append(Int32(bytes.count))
            ids.append(id)
        }
    }

    /// The ids must not be negative. Of equal tokens the last one counts, as in Hugging Face's readers.
    init(_ tokens: [(token: String, id: Int32)]) {
        var entries = Entries()
        for (token, id) in tokens { entries.append(Array(token.utf8)[...], id: id) }
        self.init(entries)
    }

    /// Of equal tokens the last one counts.
    init(_ entries: Entries) {
        bytes = entries.bytes
        starts = entries.starts
        ids = entries.ids
        size = ids.reduce(0) { max($0, Int($1) + 1) }
        longestToken = zip(starts, starts.dropFirst()).reduce(0) { max($0, Int($1.1 - $1.0)) }
        indices = Array(repeating: -1, count: size)
        var capacity = 16
        while capacity < 2 * ids.count { capacity *= 2 }
        slots = Array(repeating: 0, count: capacity)
        mask = UInt64(capacity - 1)
        for index in ids.indices {
            var hash = Hash()
            for position in Int(starts[index])..<Int(starts[index + 1]) { hash.combine(bytes[position]) }
            insert(index, hash: hash)
        }
        for slot in slots where slot != 0 {
            let index = Int32(truncatingIfNeeded: slot & 0xFFFF_FFFF) - 1
            indices[Int(ids[Int(index)])] = index
        }
    }

    private mutating func insert(_ index: Int, hash: Hash) {
        let token = bytes[Int(starts[index])..<Int(starts[index + 1])]
        var slot = (hash.state ^ hash.state >> 32) & mask
        while slots[Int(slot)] != 0 {
            let other = Int(slots[Int(slot)] & 0xFFFF_FFFF) - 1
            if bytes[Int(starts[other])..<Int(starts[other + 1])] == token { break }
            slot = (slot + 1) & mask
        }
        slots[Int(slot)] = hash.state & 0xFFFF_FFFF_0000_0000 | UInt64(index + 1)
    }

    /// Id of the token `prefix` + `text[range]`, whose hash is `hash`.
    @inline(__always)
    func id(_ text: Span<UInt8>, _ range: Range<Int>, after prefix: [UInt8], hash: Hash) -> Int32? {
        var slot = (hash.state ^ hash.state >> 32) & mask
        while true {
            let entry = slots[Int(slot)]
            if entry == 0 { return nil }
            if (entry ^ hash.state) >> 32 == 0 {
                let index = Int(entry & 0xFFFF_FFFF) - 1
                if matches(index, text, range, after: prefix) { return ids[index] }
            }
            slot = (slot + 1) & mask
        }
    }

    private func matches(_ index: Int, _ text: Span<UInt8>, _ range: Range<Int>, after prefix: [UInt8])
        -> Bool
    {
        var position = Int(starts[index])
        guard Int(starts[index + 1]) - position == prefix.count + range.count else { return false }
        for byte in prefix {
            if bytes[position] != byte { return false }
            position += 1
        }
        for other in range {
            if bytes[position] != text[other] { return false }
            position += 1
        }
        return true
    }

    /// Id of a token.
    func id(of token: String) -> Int32? {
        var hash = Hash()
        for byte in token.utf8 { hash.combine(byte) }
        let utf8 = token.utf8
        return id(utf8.span, 0..<utf8.count, after: [], hash: hash)
    }

    /// UTF-8 of the token of an id.
    func token(of id: Int32) -> ArraySlice<UInt8>? {
        guard id >= 0, Int(id) < size, indices[Int(id)] >= 0 else { return nil }
        let index = Int(indices[Int(id)])
        return bytes[Int(starts[index])..<Int(starts[index + 1])]
    }
}
