// The small normalisers of tokenizer.json, and several of them in a row.

/// Several normalisers one after the other; none leaves the text as it is.
struct NormalizerChain: TextNormalizer {
    let steps: [any TextNormalizer]

    func normalize(
        _ input: Span<UInt8>, _ range: Range<Int>, firstScalar: Int, into text: inout NormalizedText
    ) {
        guard let first = steps.first else {
            text.append(input, range, firstScalar: firstScalar) { text, scalar, source in
                text.append(scalar, source: source)
            }
            return
        }
        if steps.count == 1 {
            first.normalize(input, range, firstScalar: firstScalar, into: &text)
            return
        }
        var current = NormalizedText()
        first.normalize(input, range, firstScalar: firstScalar, into: &current)
        for step in steps.dropFirst() {
            var next = NormalizedText()
            let bytes = current.bytes
            let span = bytes.span
            step.normalize(span, 0..<span.count, firstScalar: 0, into: &next)
            var sources: [Int32] = []
            for position in 0..<span.count where !span[position].isUTF8Continuation {
                sources.append(current.sources[position])
            }
            for index in next.sources.indices { next.sources[index] = sources[Int(next.sources[index])] }
            current = next
        }
        text.append(current, 0..<current.bytes.count)
    }
}

extension NormalizedText {
    /// Hands the scalars of `input[range]` to `body` together with their numbers.
    mutating func append(
        _ input: Span<UInt8>, _ range: Range<Int>, firstScalar: Int,
        _ body: (inout NormalizedText, Unicode.Scalar, Int32) -> Void
    ) {
        var source = Int32(truncatingIfNeeded: firstScalar)
        var position = range.lowerBound
        while position < range.upperBound {
            let (scalar, width) = input.scalar(at: position)
            body(&self, scalar, source)
            position += width
            source += 1
        }
    }
}

/// `Lowercase`: each scalar's full mapping.
struct LowercaseNormalizer: TextNormalizer {
    func normalize(
        _ input: Span<UInt8>, _ range: Range<Int>, firstScalar: Int, into text: inout NormalizedText
    ) {
        text.append(input, range, firstScalar: firstScalar) { text, scalar, source in
            if scalar.isASCII {
                let isCapital = 0x41...0x5A ~= scalar.value
                text.append(UInt8(scalar.value) | (isCapital ? 0x20 : 0), source: source)
            } else {
                for lower in scalar.lowercase { text.append(lower, source: source) }
            }
        }
    }
}

/// `Prepend`: puts a string before a text that is not empty.
struct PrependNormalizer: TextNormalizer {
    let prefix: [UInt8]

    func normalize(
        _ input: Span<UInt8>, _ range: Range<Int>, firstScalar: Int, into text: inout NormalizedText
    ) {
        guard !range.isEmpty else { return }
        text.append(prefix, source: Int32(truncatingIfNeeded: firstScalar))
        NormalizerChain(steps: []).normalize(input, range, firstScalar: firstScalar, into: &text)
    }
}
