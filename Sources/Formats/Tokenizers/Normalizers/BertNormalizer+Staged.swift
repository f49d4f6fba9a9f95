// BERT's normaliser one stage after the other, for texts in which combining characters survive that canonical
// ordering may move (such as U+302E after an accent).

extension BertNormalizer {
    private struct Item {
        var scalar: Unicode.Scalar
        var source: Int32
        /// Whether this is the first scalar of its source's decomposition.
        var isFirst = true
    }

    /// The same as `normalize`, for any text. Strips accents.
    func normalizeByStages(
        _ input: Span<UInt8>, _ range: Range<Int>, firstScalar: Int, into text: inout NormalizedText
    ) {
        var items: [Item] = []
        var position = range.lowerBound
        var source = Int32(truncatingIfNeeded: firstScalar)
        while position < range.upperBound {
            let (scalar, width) = input.scalar(at: position)
            for prepared in cleanedAndPadded(scalar) { items.append(Item(scalar: prepared, source: source)) }
            position += width
            source += 1
        }
        for item in decomposed(items) where !item.scalar.isBertAccent {
            for scalar in options.lowercases ? item.scalar.lowercase : [item.scalar] {
                text.append(scalar, source: item.source)
            }
        }
    }

    private func cleanedAndPadded(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        if options.cleansText {
            if scalar.value == 0 || scalar.value == 0xFFFD || scalar.isBertControl { return [] }
            if scalar.isUnicodeWhitespace { return [" "] }
        }
        return options.padsChinese && scalar.isBertChinese ? [" ", scalar, " "] : [scalar]
    }

    /// Canonical decomposition and ordering. The library hands the sources of a run out in order: each scalar
    /// that was the first of a decomposition takes the next one, wherever the ordering has moved it.
    private func decomposed(_ items: [Item]) -> [Item] {
        var result: [Item] = []
        var run: [(item: Item, combiningClass: UInt8)] = []
        func flush() {
            result.append(contentsOf: run.sorted { $0.combiningClass < $1.combiningClass }.map(\.item))
            run.removeAll(keepingCapacity: true)
        }
        for item in items {
            for (index, scalar) in (item.scalar.canonicalDecomposition ?? [item.scalar]).enumerated() {
                let combiningClass = scalar.combiningClass
                let part = Item(scalar: scalar, source: item.source, isFirst: index == 0)
                if combiningClass == 0 {
                    flush()
                    result.append(part)
                } else {
                    run.append((part, combiningClass))
                }
            }
        }
        flush()
        var sources = items.map(\.source)[...]
        var source: Int32 = 0
        for index in result.indices {
            if result[index].isFirst, let next = sources.popFirst() { source = next }
            result[index].source = source
        }
        return result
    }
}
