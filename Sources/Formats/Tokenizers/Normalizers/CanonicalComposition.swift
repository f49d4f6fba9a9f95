// Canonical composition (Unicode Standard Annex 15), with the tables of Unicode 9 as the Rust library has
// them.

import Foundation

/// The `NFC` normaliser.
struct CanonicalComposition: TextNormalizer {
    /// A scalar with what it does to the sources: `change` 0 takes the next scalar of the input, a negative
    /// one also that many after it, a positive one none.
    private struct Item {
        var scalar: Unicode.Scalar
        var change: Int
    }

    /// Primary composites by their two parts.
    private static let composites: [UInt64: Unicode.Scalar] = {
        var composites: [UInt64: Unicode.Scalar] = [:]
        for value in Array(UInt32(0xC0)...0x30FE) + Array(UInt32(0x1109A)...0x115BB) {
            guard let scalar = Unicode.Scalar(value), let parts = scalar.canonicalDecomposition,
                let last = parts.last, parts.count > 1
            else { continue }
            var text = String(String.UnicodeScalarView(parts))
            guard isSingle(text.precomposedStringWithCanonicalMapping, scalar) else { continue }
            text.unicodeScalars.removeLast()
            let rest = Array(text.precomposedStringWithCanonicalMapping.unicodeScalars)
            if rest.count == 1 { composites[key(rest[0], last)] = scalar }
        }
        return composites
    }()

    /// Scalars that may change or be changed, for values below 0x30000.
    private static let isInvolved: [Bool] = {
        var seconds: Set<UInt32> = []
        for pair in composites.keys { seconds.insert(UInt32(truncatingIfNeeded: pair)) }
        return (0..<0x30000).map { (value: UInt32) in
            guard value >= 0x300, let scalar = Unicode.Scalar(value) else { return false }
            if 0xAC00...0xD7A3 ~= value { return false }
            if 0x1161...0x1175 ~= value || 0x11A8...0x11C2 ~= value { return true }
            if scalar.combiningClass != 0 || seconds.contains(value) { return true }
            guard scalar.canonicalDecomposition != nil else { return false }
            return !isSingle(String(scalar).precomposedStringWithCanonicalMapping, scalar)
        }
    }()

    private static func isSingle(_ text: String, _ scalar: Unicode.Scalar) -> Bool {
        text.unicodeScalars.elementsEqual([scalar])
    }

    private static func key(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> UInt64 {
        UInt64(first.value) << 32 | UInt64(second.value)
    }

    private static func composite(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Unicode.Scalar? {
        switch (first.value, second.value) {
        case (0x1100...0x1112, 0x1161...0x1175):
            return Unicode.Scalar(0xAC00 + ((first.value - 0x1100) * 21 + second.value - 0x1161) * 28)
        case (0xAC00...0xD7A3, 0x11A8...0x11C2) where (first.value - 0xAC00) % 28 == 0:
            return Unicode.Scalar(first.value + second.value - 0x11A7)
        default: return composites[key(first, second)]
        }
    }

    func normalize(
        _ input: Span<UInt8>, _ range: Range<Int>, firstScalar: Int, into text: inout NormalizedText
    ) {
        guard Self.isInvolved(input, range) else {
            NormalizerChain(steps: []).normalize(input, range, firstScalar: firstScalar, into: &text)
            return
        }
        var order = CanonicalOrder<Item>()
        var position = range.lowerBound
        while position < range.upperBound {
            let (scalar, width) = input.scalar(at: position)
            for (index, part) in (scalar.canonicalDecomposition ?? [scalar]).enumerated() {
                let item = Item(scalar: part, change: index == 0 ? 0 : 1)
                order.append(item, combiningClass: part.combiningClass)
            }
            position += width
        }
        let items = order.finish()
        var taken = firstScalar
        for item in Self.composed(items) {
            let source = item.change > 0 ? max(taken - 1, firstScalar) : taken
            text.append(item.scalar, source: Int32(truncatingIfNeeded: source))
            if item.change <= 0 { taken += 1 - item.change }
        }
    }

    private static func isInvolved(_ input: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var position = range.lowerBound
        let table = isInvolved
        while position < range.upperBound {
            if input[position] < 0xCC {
                position += input[position] < 0x80 ? 1 : 2
                continue
            }
            let (scalar, width) = input.scalar(at: position)
            if scalar.value < 0x30000, table[Int(scalar.value)] { return true }
            position += width
        }
        return false
    }

    /// Joins starters with the marks after them that nothing blocks.
    private static func composed(_ items: [Item]) -> [Item] {
        var result: [Item] = []
        var starter: Int?
        var lastClass: UInt8?
        for item in items {
            let combiningClass = item.scalar.combiningClass
            guard let place = starter else {
                if combiningClass == 0 { starter = result.count }
                result.append(item)
                continue
            }
            let isBlocked = lastClass.map { $0 >= combiningClass } ?? false
            if !isBlocked, let composite = composite(result[place].scalar, item.scalar) {
                result[place].scalar = composite
                result[place].change += item.change - 1
                continue
            }
            if combiningClass == 0 {
                starter = result.count
                lastClass = nil
            } else {
                lastClass = combiningClass
            }
            result.append(item)
        }
        return result
    }
}
