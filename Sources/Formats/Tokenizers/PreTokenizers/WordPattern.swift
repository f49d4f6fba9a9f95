// The regular expressions by which byte-level families split text into words, each as a scanner written by
// hand. Families are told apart by the text of their expression; an unknown one is refused.

/// One of the known expressions.
enum WordPattern: Sendable, Equatable {
    /// GPT-2's, which RoBERTa and SmolLM2 use too.
    case gpt2
    /// GPT-4's (cl100k) and its descendants Llama 3 (numbers of up to three digits) and Qwen 2 (of one).
    case gpt4(longestNumber: Int)

    private static let contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
    private static let gpt2Source =
        #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
    private static let gpt4Words = contractions + #"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"#
    private static let gpt4Tail = #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#

    /// The scanner for an expression, or nil if it is not known.
    init?(expression: String) {
        switch expression {
        case Self.gpt2Source,
            Self.gpt2Source.replacing("'s|'t|'re|'ve|'m|'ll|'d", with: "'(?:[sdmt]|ll|ve|re)"):
            self = .gpt2
        case Self.qwen2Expression: self = .gpt4(longestNumber: 1)
        case Self.gpt4Words + "{1,3}" + Self.gpt4Tail: self = .gpt4(longestNumber: 3)
        default: return nil
        }
    }

    /// The expression of Qwen 2.
    static let qwen2Expression = gpt4Words + gpt4Tail

    /// What is supported, for a message.
    static let supported = "the expressions of GPT-2, GPT-4 (cl100k), Llama 3 and Qwen 2"

    /// Appends the words of `range` to `words`; together they cover it.
    func split(_ bytes: Span<UInt8>, _ range: Range<Int>, into words: inout [Range<Int>]) {
        let classes = ScalarClasses.Lookup()
        var start = range.lowerBound
        while start < range.upperBound {
            let end: Int
            switch self {
            case .gpt2: end = Self.gpt2End(classes, start, range.upperBound, bytes)
            case .gpt4(let longest):
                end = Self.gpt4End(classes, start, range.upperBound, bytes, longestNumber: longest)
            }
            words.append(start..<end)
            start = end
        }
    }

    /// End of an English contraction such as 've that begins at `start`, which must be an apostrophe; nil if
    /// none does.
    private static func contractionEnd(
        _ start: Int, _ end: Int, _ bytes: Span<UInt8>, ignoringCase: Bool
    ) -> Int? {
        guard start + 1 < end else { return nil }
        let fold: UInt8 = ignoringCase ? 0x20 : 0
        let first = bytes[start + 1] | fold
        switch first {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return start + 2
        default: break
        }
        guard start + 2 < end else { return nil }
        // The long s, U+017F, is an s to an expression that ignores case.
        if ignoringCase, bytes[start + 1] == 0xC5, bytes[start + 2] == 0xBF { return start + 3 }
        let second = bytes[start + 2] | fold
        switch (first, second) {
        case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
            (UInt8(ascii: "l"), UInt8(ascii: "l")):
            return start + 3
        default: return nil
        }
    }

    /// ` ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+` after the contractions.
    private static func gpt2End(
        _ classes: ScalarClasses.Lookup, _ start: Int, _ end: Int, _ bytes: Span<UInt8>
    ) -> Int {
        let byte = bytes[start]
        if byte == 0x27, let stop = contractionEnd(start, end, bytes, ignoringCase: false) { return stop }
        let first = classes.at(start, bytes)
        if first.kind != ScalarClasses.space {
            return classes.endOfRun(first.kind, from: start + first.width, to: end, bytes)
        }
        if byte == 0x20, start + 1 < end {
            let next = classes.at(start + 1, bytes)
            if next.kind != ScalarClasses.space {
                return classes.endOfRun(next.kind, from: start + 1 + next.width, to: end, bytes)
            }
        }
        return spaceEnd(classes, start, end, bytes)
    }

    /// `\s+(?!\S)|\s+`: a run of whitespace leaves its last character to the word that follows it.
    private static func spaceEnd(
        _ classes: ScalarClasses.Lookup, _ start: Int, _ end: Int, _ bytes: Span<UInt8>
    ) -> Int {
        let stop = classes.endOfRun(ScalarClasses.space, from: start, to: end, bytes)
        if stop == end { return stop }
        let last = stop - bytes.scalar(before: stop).width
        return last == start ? stop : last
    }

    private static func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

    /// `[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,n}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+` after the
    /// contractions.
    private static func gpt4End(
        _ classes: ScalarClasses.Lookup, _ start: Int, _ end: Int, _ bytes: Span<UInt8>, longestNumber: Int
    ) -> Int {
        let byte = bytes[start]
        if byte == 0x27, let stop = contractionEnd(start, end, bytes, ignoringCase: true) { return stop }
        let first = classes.at(start, bytes)
        let second = start + first.width
        if first.kind == ScalarClasses.letter {
            return classes.endOfRun(ScalarClasses.letter, from: second, to: end, bytes)
        }
        if first.kind == ScalarClasses.number {
            var stop = second
            for _ in 1..<longestNumber where stop < end {
                let next = classes.at(stop, bytes)
                guard next.kind == ScalarClasses.number else { break }
                stop += next.width
            }
            return stop
        }
        if !isLineEnd(byte), second < end {
            let next = classes.at(second, bytes)
            if next.kind == ScalarClasses.letter {
                return classes.endOfRun(ScalarClasses.letter, from: second + next.width, to: end, bytes)
            }
            if byte == 0x20, next.kind == ScalarClasses.other {
                return symbolsEnd(classes, second + next.width, end, bytes)
            }
        }
        if first.kind == ScalarClasses.other { return symbolsEnd(classes, second, end, bytes) }
        let stop = classes.endOfRun(ScalarClasses.space, from: start, to: end, bytes)
        for position in (start..<stop).reversed() where isLineEnd(bytes[position]) { return position + 1 }
        return spaceEnd(classes, start, end, bytes)
    }

    /// The rest of `[^\s\p{L}\p{N}]+[\r\n]*`.
    private static func symbolsEnd(
        _ classes: ScalarClasses.Lookup, _ start: Int, _ end: Int, _ bytes: Span<UInt8>
    ) -> Int {
        var stop = classes.endOfRun(ScalarClasses.other, from: start, to: end, bytes)
        while stop < end, isLineEnd(bytes[stop]) { stop += 1 }
        return stop
    }
}
