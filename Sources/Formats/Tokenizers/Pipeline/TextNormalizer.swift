// The stations of a tokenizer, as protocols: text → normaliser → pre-tokeniser → model. The added tokens, the
// template and the decoder stand around them in `TokenizerPipeline`.

/// Rewrites text before it is split: cleaning, case, accents.
protocol TextNormalizer: Sendable {
    /// Appends the normal form of `input[range]` (UTF-8, whole scalars) to `text`. `firstScalar` is the index
    /// of the range's first scalar in the whole input, from which the sources in `text` are counted.
    func normalize(
        _ input: Span<UInt8>, _ range: Range<Int>, firstScalar: Int, into text: inout NormalizedText)
}

/// Splits normalised text into words.
protocol PreTokenizer: Sendable {
    /// Splits the words of `text`, ranges of its bytes in order, into smaller ones, and may rewrite the text.
    func apply(to text: inout NormalizedText, words: inout [Range<Int>])
}

/// A pre-tokeniser that leaves the text as it is.
protocol WordSplitter: PreTokenizer {
    /// Appends the words within `range` of `bytes` (UTF-8, whole scalars) to `words`, in order.
    func split(_ bytes: Span<UInt8>, _ range: Range<Int>, into words: inout [Range<Int>])
}

extension WordSplitter {
    func apply(to text: inout NormalizedText, words: inout [Range<Int>]) {
        let bytes = text.bytes.span
        var result: [Range<Int>] = []
        result.reserveCapacity(max(words.count, bytes.count / 4 + 1))
        for word in words { split(bytes, word, into: &result) }
        words = result
    }
}

/// Splits a word into pieces of its vocabulary.
protocol SubwordModel: Sendable {
    var vocabulary: Vocabulary { get }
    /// Id for what the vocabulary cannot spell; nil if the model can spell everything.
    var unknownID: Int32? { get }
    /// Appends the pieces of the word `bytes[word]`, at least one, to `pieces`.
    func tokenize(_ bytes: Span<UInt8>, _ word: Range<Int>, into pieces: inout [Piece])
}

/// One token and the bytes of the normalised text that it covers.
struct Piece {
    var id: Int32
    var start: Int32
    var end: Int32
}

/// Normalised text, and for each of its bytes the input scalar that the byte came from.
struct NormalizedText {
    /// UTF-8.
    var bytes: [UInt8] = []
    /// `sources[i]`: index in the input of the scalar that byte `i` belongs to; never decreasing.
    var sources: [Int32] = []

    @inline(__always)
    mutating func append(_ byte: UInt8, source: Int32) {
        bytes.append(byte)
        sources.append(source)
    }

    /// Appends a scalar's UTF-8 form.
    mutating func append(_ scalar: Unicode.Scalar, source: Int32) {
        for byte in scalar.utf8 { append(byte, source: source) }
    }

    /// Appends the bytes of `range` of another text with their sources.
    mutating func append(_ other: NormalizedText, _ range: Range<Int>) {
        bytes.append(contentsOf: other.bytes[range])
        sources.append(contentsOf: other.sources[range])
    }

    /// Appends whole bytes of a scalar or more, all from one source.
    mutating func append(_ string: [UInt8], source: Int32) {
        bytes.append(contentsOf: string)
        sources.append(contentsOf: repeatElement(source, count: string.count))
    }

    /// The input scalars that the bytes of `range`, which is not empty, came from.
    func sourceRange(_ range: Range<Int>) -> Range<Int> {
        Int(sources[range.lowerBound])..<Int(sources[range.upperBound - 1]) + 1
    }
}
