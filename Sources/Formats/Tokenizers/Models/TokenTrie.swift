// A tree of bytes: finds all tokens that a text begins with, byte by byte.

/// Tokens by their bytes.
struct TokenTrie: Sendable {
    static let root: Int32 = 0
    private static let free = UInt64.max

    /// Open addressing: place << 8 | byte, or `free`.
    private var edges: [UInt64]
    private var targets: [Int32]
    /// Number of the token that ends at each place, or -1.
    private var tokens: [Int32] = [-1]
    private var shift: UInt64

    /// Numbers the tokens from 0; of equal ones the last counts.
    init(_ list: [String]) {
        var bits: UInt64 = 4
        let bytes = list.reduce(0) { $0 + $1.utf8.count }
        while 1 << bits < 2 * bytes { bits += 1 }
        shift = 64 - bits
        edges = Array(repeating: Self.free, count: 1 << bits)
        targets = Array(repeating: 0, count: 1 << bits)
        for (number, token) in list.enumerated() where !token.isEmpty {
            var place = Self.root
            for byte in token.utf8 {
                let slot = slot(place, byte)
                if edges[slot] == Self.free {
                    edges[slot] = Self.edge(place, byte)
                    targets[slot] = Int32(tokens.count)
                    tokens.append(-1)
                }
                place = targets[slot]
            }
            tokens[Int(place)] = Int32(number)
        }
    }

    @inline(__always)
    private static func edge(_ place: Int32, _ byte: UInt8) -> UInt64 {
        UInt64(UInt32(bitPattern: place)) << 8 | UInt64(byte)
    }

    /// Where the edge stands, or the free slot for it.
    @inline(__always)
    private func slot(_ place: Int32, _ byte: UInt8) -> Int {
        let edge = Self.edge(place, byte)
        var slot = Int(truncatingIfNeeded: (edge &* 0x9E37_79B9_7F4A_7C15) >> shift)
        while edges[slot] != edge, edges[slot] != Self.free { slot = (slot + 1) & (edges.count - 1) }
        return slot
    }

    /// The place that `byte` leads to from `place`.
    @inline(__always)
    func next(_ place: Int32, _ byte: UInt8) -> Int32? {
        let slot = slot(place, byte)
        return edges[slot] == Self.free ? nil : targets[slot]
    }

    /// Number of the token that ends at a place, or -1.
    @inline(__always)
    func token(at place: Int32) -> Int32 { tokens[Int(place)] }
}
