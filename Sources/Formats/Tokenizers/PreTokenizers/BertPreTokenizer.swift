// BERT's pre-tokeniser: words end at whitespace, and each punctuation character is a word of its own.

/// The `BertPreTokenizer` of tokenizer.json.
struct BertPreTokenizer: WordSplitter {
    private static let letter: UInt8 = 0
    private static let space: UInt8 = 1
    private static let punctuation: UInt8 = 2

    /// Class of each scalar of the basic multilingual plane.
    private let classes: [UInt8]

    init() {
        classes = (0...0xFFFF).map { value in Unicode.Scalar(UInt32(value)).map(Self.classify) ?? Self.letter
        }
    }

    private static func classify(_ scalar: Unicode.Scalar) -> UInt8 {
        scalar.isUnicodeWhitespace ? space : scalar.isBertPunctuation ? punctuation : letter
    }

    func split(_ bytes: Span<UInt8>, _ range: Range<Int>, into words: inout [Range<Int>]) {
        var start = range.lowerBound
        var position = start
        while position < range.upperBound {
            let (scalar, width) = bytes.scalar(at: position)
            let kind = scalar.value < 0x10000 ? classes[Int(scalar.value)] : Self.classify(scalar)
            if kind != Self.letter {
                if start < position { words.append(start..<position) }
                start = position + width
                if kind == Self.punctuation { words.append(position..<start) }
            }
            position += width
        }
        if start < position { words.append(start..<position) }
    }
}
