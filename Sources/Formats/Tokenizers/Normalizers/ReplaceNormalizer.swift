// `Replace` of tokenizer.json: strings, and the expressions that real models have.

/// `Replace` of one string by another.
struct ReplaceNormalizer: TextNormalizer {
    /// What is replaced.
    enum Pattern: Sendable, Equatable {
        /// A string that is not empty.
        case literal([UInt8])
        /// ` {2,}`: two spaces or more.
        case severalSpaces
        /// `\A +| +\z`: the spaces that the text begins or ends with.
        case edgeSpaces
        /// `\A▁`: a string that the text begins with.
        case leading([UInt8])

        static let edgeExpression = #"\A +| +\z"#
        static let leadingExpression = #"\A▁"#
        static let supported = #"' {2,}', '\n', '\A +| +\z', '\A▁' and strings"#

        /// The expressions that the normalisers of real models have; nil for others.
        init?(expression: String) {
            switch expression {
            case " {2,}": self = .severalSpaces
            case #"\n"#, "\n": self = .literal([0x0A])
            case Self.edgeExpression: self = .edgeSpaces
            case Self.leadingExpression: self = .leading(Array("▁".utf8))
            default: return nil
            }
        }

        /// Bytes of the shortest match.
        var shortestMatch: Int {
            switch self {
            case .literal(let string), .leading(let string): string.count
            case .severalSpaces: 2
            case .edgeSpaces: 1
            }
        }

        /// Number of bytes of a match at `position` of a text that ends at `end`; 0 for none.
        func match(_ bytes: Span<UInt8>, at position: Int, end: Int, isFirst: Bool = false) -> Int {
            switch self {
            case .literal(let string), .leading(let string):
                if case .leading = self, !isFirst { return 0 }
                guard position + string.count <= end else { return 0 }
                for (offset, byte) in string.enumerated() where bytes[position + offset] != byte { return 0 }
                return string.count
            case .severalSpaces:
                var stop = position
                while stop < end, bytes[stop] == 0x20 { stop += 1 }
                return stop - position > 1 ? stop - position : 0
            case .edgeSpaces:
                var stop = position
                while stop < end, bytes[stop] == 0x20 { stop += 1 }
                return isFirst || stop == end ? stop - position : 0
            }
        }
    }

    let pattern: Pattern
    let replacement: [UInt8]

    func normalize(
        _ input: Span<UInt8>, _ range: Range<Int>, firstScalar: Int, into text: inout NormalizedText
    ) {
        var source = Int32(truncatingIfNeeded: firstScalar)
        var position = range.lowerBound
        while position < range.upperBound {
            let match = pattern.match(
                input, at: position, end: range.upperBound, isFirst: position == range.lowerBound)
            if match > 0 {
                source += Int32(truncatingIfNeeded: input.scalarCount(position..<position + match))
                text.append(replacement, source: source - 1)
                position += match
            } else {
                let (scalar, width) = input.scalar(at: position)
                text.append(scalar, source: source)
                position += width
                source += 1
            }
        }
    }
}
