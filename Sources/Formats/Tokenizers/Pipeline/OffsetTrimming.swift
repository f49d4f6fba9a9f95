// `trim_offsets` of the ByteLevel and RobertaProcessing post-processors: offsets leave out the spaces of
// their tokens.

/// How offsets are trimmed.
struct OffsetTrimming: Sendable {
    /// The first token of a text keeps a single space, which the pre-tokeniser may have put there.
    let keepsFirstSpace: Bool

    /// `source` without the whitespace at either end of a token that is spelled `token[range]`.
    func trimmed(
        _ source: Range<Int>, isFirst: Bool, spelled token: Span<UInt8>, _ range: Range<Int>
    ) -> Range<Int> {
        var leading = 0
        var position = range.lowerBound
        while position < range.upperBound {
            let (scalar, width) = token.scalar(at: position)
            guard Self.isSpace(scalar) else { break }
            leading += 1
            position += width
        }
        var trailing = 0
        position = range.upperBound
        while position > range.lowerBound {
            let (scalar, width) = token.scalar(before: position)
            guard Self.isSpace(scalar) else { break }
            trailing += 1
            position -= width
        }
        var start = source.lowerBound
        var end = source.upperBound
        if leading > 0 {
            if keepsFirstSpace, leading == 1, isFirst || start == 0 { leading = 0 }
            start = min(start + leading, end)
        }
        if trailing > 0, end >= trailing { end = max(end - trailing, start) }
        return start..<end
    }

    /// The byte-level character for a space, or whitespace.
    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value == 0x120 || scalar.isUnicodeWhitespace
    }
}

extension TokenizedText {
    /// Adds a token that stands for the scalars `source` and is spelled `token[range]`.
    mutating func append(
        _ id: Int32, _ source: Range<Int>, spelled token: Span<UInt8>, _ range: Range<Int>,
        _ trimming: OffsetTrimming?
    ) {
        let isFirst = ids.isEmpty
        ids.append(id)
        offsets.append(
            trimming?.trimmed(source, isFirst: isFirst, spelled: token, range) ?? source)
    }
}
