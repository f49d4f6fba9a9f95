// Decomposed forms of text (Unicode Standard Annex 15) and what is removed from them: NFD, NFKD, NFKC,
// accents, whitespace at the ends.

import Foundation

/// The `NFD` and `NFKD` normalisers, and `NFKC`, which composes what NFKD gives.
struct Decomposition: TextNormalizer {
    /// Whether characters are replaced that mean the same but look different, such as ligatures.
    let isCompatible: Bool
    let composes: Bool

    private struct Item {
        var scalar: Unicode.Scalar
        var source: Int32
    }

    func normalize(
        _ input: Span<UInt8>, _ range: Range<Int>, firstScalar: Int, into text: inout NormalizedText
    ) {
        var order = CanonicalOrder<Item>()
        var position = range.lowerBound
        var source = Int32(truncatingIfNeeded: firstScalar)
        while position < range.upperBound {
            let (scalar, width) = input.scalar(at: position)
            for part in parts(of: scalar) {
                order.append(Item(scalar: part, source: source), combiningClass: part.combiningClass)
            }
            position += width
            source += 1
        }
        var items = order.finish()
        // Sources never go back, wherever the order of the marks has moved them.
        var latest = Int32(truncatingIfNeeded: firstScalar)
        for index in items.indices {
            latest = max(latest, items[index].source)
            items[index].source = latest
        }
        guard composes else {
            for item in items { text.append(item.scalar, source: item.source) }
            return
        }
        var decomposed = NormalizedText()
        for (index, item) in items.enumerated() { decomposed.append(item.scalar, source: Int32(index)) }
        var composed = NormalizedText()
        CanonicalComposition().normalize(
            decomposed.bytes.span, 0..<decomposed.bytes.count, firstScalar: 0, into: &composed)
        for (byte, place) in zip(composed.bytes, composed.sources) {
            text.append(byte, source: items[min(Int(place), items.count - 1)].source)
        }
    }

    private func parts(of scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        if scalar.isASCII { return [scalar] }
        if let parts = scalar.canonicalDecomposition, !isCompatible || 0xAC00...0xD7A3 ~= scalar.value {
            return parts
        }
        guard isCompatible, scalar.isAssigned(by: 9) else { return [scalar] }
        return Array(String(scalar).decomposedStringWithCompatibilityMapping.unicodeScalars)
    }
}

/// `StripAccents`: removes combining marks.
struct AccentStripper: TextNormalizer {
    func normalize(
        _ input: Span<UInt8>, _ range: Range<Int>, firstScalar: Int, into text: inout NormalizedText
    ) {
        var position = range.lowerBound
        var source = Int32(truncatingIfNeeded: firstScalar)
        while position < range.upperBound {
            let (scalar, width) = input.scalar(at: position)
            if !scalar.isMark { text.append(scalar, source: source) }
            position += width
            source += 1
        }
    }
}

/// `Strip`: removes whitespace at the ends of a text.
struct WhitespaceStripper: TextNormalizer {
    let left: Bool
    let right: Bool

    func normalize(
        _ input: Span<UInt8>, _ range: Range<Int>, firstScalar: Int, into text: inout NormalizedText
    ) {
        var (start, end, source) = (range.lowerBound, range.upperBound, firstScalar)
        while left, start < end {
            let (scalar, width) = input.scalar(at: start)
            guard scalar.isUnicodeWhitespace else { break }
            start += width
            source += 1
        }
        while right, end > start {
            let (scalar, width) = input.scalar(before: end)
            guard scalar.isUnicodeWhitespace else { break }
            end -= width
        }
        NormalizerChain(steps: []).normalize(input, start..<end, firstScalar: source, into: &text)
    }
}

extension Unicode.Scalar {
    /// Categories Mn, Mc and Me (Unicode 9).
    fileprivate var isMark: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: isAssigned(by: 9)
        default: false
        }
    }
}
