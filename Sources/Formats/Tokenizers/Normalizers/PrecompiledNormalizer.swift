// SentencePiece's normaliser: a table from strings to strings, compiled into a double-array trie (Aoe 1989,
// in the layout of darts-clone) and the strings it leads to.

import Foundation
internal import JSON

/// The `Precompiled` normaliser of tokenizer.json.
struct PrecompiledNormalizer: TextNormalizer {
    /// Longer grapheme clusters are looked up scalar by scalar only.
    private static let longestCluster = 5

    private let units: [UInt32]
    /// Strings, each ended by a NUL.
    private let strings: [UInt8]
    /// Bytes of the longest string that an entry may become.
    let longestReplacement: Int
    /// What each ASCII character becomes if it stands alone; nil where it stays.
    private var asciiChanges = [Bool](repeating: false, count: 128)

    /// Reads the base64 text of `precompiled_charsmap`: the number of bytes of the trie, the trie, the
    /// strings.
    init(_ node: TokenizerReader) throws(TokenizerError) {
        guard let data = Data(base64Encoded: try node.string()) else { throw node.mismatch("base64") }
        let bytes = Array(data)
        func word(_ start: Int) -> UInt32 {
            (0..<4).reversed().reduce(0) { $0 << 8 | UInt32(bytes[start + $1]) }
        }
        guard bytes.count >= 4, case let size = Int(word(0)), size > 0, size % 4 == 0, 4 + size <= bytes.count
        else { throw node.mismatch("a trie and its strings") }
        units = stride(from: 4, to: 4 + size, by: 4).map(word)
        strings = Array(bytes[(4 + size)...])
        longestReplacement = strings.split(separator: 0).map(\.count).max() ?? 0
        for value in UInt8(1)..<128 {
            let text = [value]
            asciiChanges[Int(value)] = match(text.span, 0..<1) != nil
        }
    }

    /// Range in `strings` of what the shortest entry that `bytes[range]` begins with becomes.
    private func match(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int>? {
        var place = 0
        var unit = units[0]
        place ^= Self.offset(unit)
        for position in range {
            let byte = bytes[position]
            if byte == 0 { return nil }
            place ^= Int(byte)
            guard place < units.count else { return nil }
            unit = units[place]
            if unit & 0x8000_00FF != UInt32(byte) { return nil }
            place ^= Self.offset(unit)
            guard unit >> 8 & 1 == 1 else { continue }
            guard place < units.count else { return nil }
            let start = Int(units[place] & 0x7FFF_FFFF)
            guard start <= strings.count else { return nil }
            return start..<(strings[start...].firstIndex(of: 0) ?? strings.count)
        }
        return nil
    }

    private static func offset(_ unit: UInt32) -> Int { Int((unit >> 10) << ((unit & 1 << 9) >> 6)) }

    /// A scalar of the result; `change` as in `CanonicalComposition`.
    private struct Item {
        var scalar: Unicode.Scalar
        var change: Int
    }

    func normalize(
        _ input: Span<UInt8>, _ range: Range<Int>, firstScalar: Int, into text: inout NormalizedText
    ) {
        if isPlain(input, range) {
            NormalizerChain(steps: []).normalize(input, range, firstScalar: firstScalar, into: &text)
            return
        }
        var items: [Item] = []
        var start = range.lowerBound
        let whole = String(decoding: range.map { input[$0] }, as: UTF8.self)
        for cluster in whole {
            let end = start + cluster.utf8.count
            if end - start <= Self.longestCluster, let found = match(input, start..<end) {
                replace(input.scalarCount(start..<end), by: found, in: &items)
                start = end
                continue
            }
            while start < end {
                let (scalar, width) = input.scalar(at: start)
                if let found = match(input, start..<start + width) {
                    replace(1, by: found, in: &items)
                } else {
                    items.append(Item(scalar: scalar, change: 0))
                }
                start += width
            }
        }
        var taken = firstScalar
        for item in items {
            let source = item.change > 0 ? max(taken - 1, firstScalar) : taken
            text.append(item.scalar, source: Int32(truncatingIfNeeded: source))
            if item.change <= 0 { taken += 1 - item.change }
        }
    }

    /// Whether all is ASCII that stays as it is. CR LF is one cluster, but neither stays alone in real
    /// tables.
    private func isPlain(_ input: Span<UInt8>, _ range: Range<Int>) -> Bool {
        for position in range {
            let byte = input[position]
            if byte == 0x0D || byte >= 0x80 || asciiChanges[Int(byte)] { return false }
        }
        return true
    }

    /// Adds the replacement of `count` scalars. The last scalars of a longer one are new, and the last of a
    /// shorter one stands for all that went; if nothing is left, the one before it does.
    private func replace(_ count: Int, by found: Range<Int>, in items: inout [Item]) {
        let scalars = String(decoding: strings[found], as: UTF8.self).unicodeScalars
        let difference = scalars.count - count
        for scalar in scalars { items.append(Item(scalar: scalar, change: 0)) }
        if difference > 0 {
            for index in items.indices.suffix(difference) { items[index].change = 1 }
        } else if difference < 0, !items.isEmpty {
            items[items.count - 1].change += difference
        }
    }
}
