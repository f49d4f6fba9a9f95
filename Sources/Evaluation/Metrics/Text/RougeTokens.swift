// rouge_score's default tokenizer: lower-case ASCII letters and digits, with or without the Porter stemmer.

/// Tokens of a text as bytes, with the lines that they stand in.
struct RougeTokens {
    private(set) var bytes: [UInt8] = []
    /// Where each token ends; it starts where the one before it ends.
    private(set) var ends: [Int] = []
    /// How many tokens stand in or above each line that is not empty.
    private(set) var lineEnds: [Int] = []

    /// Tokenises `text`; with `stems`, words of more than three letters become their stems.
    init(_ text: String, stems: Bool) {
        let source = Array(text.utf8)
        bytes.reserveCapacity(source.count)
        var start = 0
        var lineStart = 0
        var index = 0
        while index < source.count {
            let (letter, length) = Self.letter(source, at: index)
            if letter != 0 {
                bytes.append(letter)
            } else {
                finishToken(&start, stems)
                if source[index] == 0x0A {
                    if index > lineStart { lineEnds.append(ends.count) }
                    lineStart = index + 1
                }
            }
            index += length
        }
        finishToken(&start, stems)
        if index > lineStart { lineEnds.append(ends.count) }
    }

    private mutating func finishToken(_ start: inout Int, _ stems: Bool) {
        if bytes.count == start { return }
        if stems && bytes.count - start > 3 { PorterStemmer.stem(&bytes, from: start) }
        if bytes.count > start { ends.append(bytes.count) }
        start = bytes.count
    }

    /// The letter or digit in lower case, or 0, and the number of bytes read.
    ///
    /// Two scalars beyond ASCII have an ASCII letter in their lower case: the Kelvin sign, and İ, which
    /// becomes i with a mark that separates, as its second byte then does.
    @inline(__always)
    private static func letter(_ source: [UInt8], at index: Int) -> (letter: UInt8, length: Int) {
        let byte = LowerCase.ascii(source[index])
        if byte < 0x80 {
            let isToken = (byte >= 0x61 && byte <= 0x7A) || (byte >= 0x30 && byte <= 0x39)
            return (isToken ? byte : 0, 1)
        }
        if byte == 0xE2 && index + 2 < source.count && source[index + 1] == 0x84 && source[index + 2] == 0xAA
        {
            return (0x6B, 3)
        }
        if byte == 0xC4 && index + 1 < source.count && source[index + 1] == 0xB0 { return (0x69, 1) }
        return (0, 1)
    }

    /// The tokens' numbers in `table`, new ones where needed.
    func inserted(in table: inout TokenTable) -> [Int32] {
        ends.indices.map { table.insert(bytes, range($0)) }
    }

    /// The tokens' numbers in `table`, -1 for tokens that it lacks.
    func found(in table: TokenTable) -> [Int32] { ends.indices.map { table.find(bytes, range($0)) } }

    private func range(_ token: Int) -> Range<Int> { (token == 0 ? 0 : ends[token - 1])..<ends[token] }

    /// Ranges of tokens, one for each line that is not empty; lines of punctuation have empty ranges.
    var lines: [Range<Int>] { zip([0] + lineEnds, lineEnds).map { $0..<$1 } }
}
