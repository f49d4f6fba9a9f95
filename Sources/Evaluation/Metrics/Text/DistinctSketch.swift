// Distinct-n of any amount of text in memory that does not grow with it.

/// The distinct n-grams of texts by their hashes: all of them while they are few, then a random share.
///
/// Exact, but for collisions of 64-bit hashes, up to `limit` distinct n-grams of an order. Beyond it n-grams
/// stay whose hash has at least as many leading zeros as the level says, and the number of distinct ones is
/// that of the kept ones times 2^level: off by about 1/√(kept), which is 0.3% or less. Sum `totals` over
/// ranks and merge the rest.
///
/// Source: Flajolet 1990, "On adaptive sampling", after Wegman.
package struct DistinctSketch: Sendable, Equatable {
    package let limit: Int
    /// By order from 1: hashes of the kept n-grams.
    private var kept: [Set<UInt64>]
    private var levels: [Int]
    /// Number of n-grams of each order.
    package private(set) var totals: [Int64]

    /// No texts. Orders 1 to `maximumOrder` are counted.
    package init(maximumOrder: Int = 2, limit: Int = 1 << 18) {
        precondition(maximumOrder > 0 && limit > 0, "a sketch of \(limit) n-grams of order \(maximumOrder)")
        self.limit = limit
        kept = [Set<UInt64>](repeating: [], count: maximumOrder)
        levels = [Int](repeating: 0, count: maximumOrder)
        totals = [Int64](repeating: 0, count: maximumOrder)
    }

    /// Counts one text, cut into tokens as sacrebleu's 13a does.
    package mutating func add(_ text: String) {
        let bytes = BLEUTokenizer.mteval13a.separated(text, lowercased: false)
        var words: [UInt64] = []
        WhiteSpace.forEachWord(in: bytes) { range in
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            for index in range { hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01B3 }
            words.append(hash)
        }
        for order in totals.indices {
            for start in words.indices.dropLast(order) {
                let hash = words[start...start + order].reduce(UInt64(order)) { state, word in
                    BootstrapKey(seed: state, index: word).word(0)
                }
                totals[order] += 1
                insert(hash, order)
            }
        }
    }

    private mutating func insert(_ hash: UInt64, _ order: Int) {
        guard hash.leadingZeroBitCount >= levels[order] else { return }
        kept[order].insert(hash)
        while kept[order].count > limit {
            levels[order] += 1
            let level = levels[order]
            kept[order] = kept[order].filter { $0.leadingZeroBitCount >= level }
        }
    }

    /// Distinct-n in 0...1 for `order` n; 0 without n-grams.
    package func ratio(order: Int) -> Double {
        guard totals[order - 1] > 0 else { return 0 }
        let distinct = Double(
            sign: .plus, exponent: levels[order - 1], significand: Double(kept[order - 1].count))
        return distinct / Double(totals[order - 1])
    }

    /// The kept n-grams as integers, for exchange between ranks; totals are among them.
    package var serialized: [Int64] {
        var words: [Int64] = []
        for order in totals.indices {
            words += [totals[order], Int64(levels[order]), Int64(kept[order].count)]
            words += kept[order].map { Int64(bitPattern: $0) }
        }
        return words
    }

    /// Adds the texts of another rank, as it serialised them.
    package mutating func merge(serialized words: [Int64]) {
        var place = 0
        for order in totals.indices {
            precondition(place + 3 <= words.count, "\(words.count) words are no sketch")
            totals[order] += words[place]
            levels[order] = max(levels[order], Int(words[place + 1]))
            let count = Int(words[place + 2])
            let level = levels[order]
            kept[order] = kept[order].filter { $0.leadingZeroBitCount >= level }
            for word in words[(place + 3)..<(place + 3 + count)] {
                insert(UInt64(bitPattern: word), order)
            }
            place += 3 + count
        }
    }
}
