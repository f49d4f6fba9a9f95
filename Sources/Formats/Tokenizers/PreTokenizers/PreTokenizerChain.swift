// The pre-tokenisers of the byte-level and SentencePiece families, and several of them in a row.

/// Several pre-tokenisers one after the other; none leaves the text one word.
struct PreTokenizerChain: PreTokenizer {
    let steps: [any PreTokenizer]

    func apply(to text: inout NormalizedText, words: inout [Range<Int>]) {
        for step in steps { step.apply(to: &text, words: &words) }
    }
}

/// `Split` by one of the known expressions.
struct PatternSplitter: WordSplitter {
    let pattern: WordPattern

    func split(_ bytes: Span<UInt8>, _ range: Range<Int>, into words: inout [Range<Int>]) {
        pattern.split(bytes, range, into: &words)
    }
}

/// `ByteLevel`: puts a space before each word that has none, if asked, and splits by GPT-2's expression, if
/// asked. That the model then spells in bytes is the model's matter.
struct ByteLevelPreTokenizer: PreTokenizer {
    let addsPrefixSpace: Bool
    let splits: Bool

    func apply(to text: inout NormalizedText, words: inout [Range<Int>]) {
        if addsPrefixSpace {
            text.prepend([0x20], to: &words) { bytes, word in bytes[word.lowerBound] != 0x20 }
        }
        if splits { PatternSplitter(pattern: .gpt2).apply(to: &text, words: &words) }
    }
}

/// `Digits`: numbers are words of their own, or each digit is.
struct DigitsPreTokenizer: WordSplitter {
    let isolatesEach: Bool

    func split(_ bytes: Span<UInt8>, _ range: Range<Int>, into words: inout [Range<Int>]) {
        var start = range.lowerBound
        var wasNumber = false
        var position = start
        while position < range.upperBound {
            let (scalar, width) = bytes.scalar(at: position)
            let isNumber = scalar.isNumber
            if position > start, isNumber != wasNumber || (isNumber && isolatesEach) {
                words.append(start..<position)
                start = position
            }
            wasNumber = isNumber
            position += width
        }
        if start < position { words.append(start..<position) }
    }
}

/// `WhitespaceSplit`: words end at whitespace, which is left out.
struct WhitespaceSplitter: WordSplitter {
    func split(_ bytes: Span<UInt8>, _ range: Range<Int>, into words: inout [Range<Int>]) {
        var start = range.lowerBound
        var position = start
        while position < range.upperBound {
            let (scalar, width) = bytes.scalar(at: position)
            if scalar.isUnicodeWhitespace {
                if start < position { words.append(start..<position) }
                start = position + width
            }
            position += width
        }
        if start < position { words.append(start..<position) }
    }
}

/// `Split` at a string.
struct LiteralSplitter: WordSplitter {
    /// What becomes of the string where it is found.
    enum Behavior: String, Sendable, CaseIterable {
        case removed = "Removed"
        case isolated = "Isolated"
        case contiguous = "Contiguous"
        case mergedWithPrevious = "MergedWithPrevious"
        case mergedWithNext = "MergedWithNext"
    }

    /// Not empty.
    let delimiter: [UInt8]
    let behavior: Behavior

    func split(_ bytes: Span<UInt8>, _ range: Range<Int>, into words: inout [Range<Int>]) {
        let pattern = ReplaceNormalizer.Pattern.literal(delimiter)
        var parts: [(range: Range<Int>, isDelimiter: Bool)] = []
        var start = range.lowerBound
        var position = start
        while position < range.upperBound {
            let match = pattern.match(bytes, at: position, end: range.upperBound)
            guard match > 0 else {
                position += 1
                continue
            }
            if start < position { parts.append((start..<position, false)) }
            parts.append((position..<position + match, true))
            position += match
            start = position
        }
        if start < position { parts.append((start..<position, false)) }
        words.append(contentsOf: joined(parts))
    }

    private func joined(_ parts: [(range: Range<Int>, isDelimiter: Bool)]) -> [Range<Int>] {
        switch behavior {
        case .isolated: return parts.map(\.range)
        case .removed: return parts.filter { !$0.isDelimiter }.map(\.range)
        case .mergedWithNext:
            // A delimiter goes to the word that follows, unless that is a delimiter too.
            return merge(parts.reversed()) { part, next in part.lowerBound..<next.upperBound }.reversed()
        case .mergedWithPrevious:
            return merge(parts) { part, previous in previous.lowerBound..<part.upperBound }
        case .contiguous:
            var result: [Range<Int>] = []
            var wasDelimiter: Bool?
            for part in parts {
                if part.isDelimiter == wasDelimiter, let last = result.popLast() {
                    result.append(last.lowerBound..<part.range.upperBound)
                } else {
                    result.append(part.range)
                }
                wasDelimiter = part.isDelimiter
            }
            return result
        }
    }

    private func merge(
        _ parts: [(range: Range<Int>, isDelimiter: Bool)], _ union: (Range<Int>, Range<Int>) -> Range<Int>
    ) -> [Range<Int>] {
        var result: [Range<Int>] = []
        var wasDelimiter = false
        for part in parts {
            if part.isDelimiter, !wasDelimiter, let last = result.popLast() {
                result.append(union(part.range, last))
            } else {
                result.append(part.range)
            }
            wasDelimiter = part.isDelimiter
        }
        return result
    }
}

/// `Metaspace`: SentencePiece's words, each of which begins with the character that stands for a space.
struct MetaspacePreTokenizer: PreTokenizer {
    /// Which words get the character in front if they have none.
    enum Prepending: String, Sendable, CaseIterable {
        case always
        /// Only the first word of the text.
        case first
        case never
    }

    /// UTF-8 of one scalar.
    let replacement: [UInt8]
    let prepending: Prepending
    let splits: Bool

    func apply(to text: inout NormalizedText, words: inout [Range<Int>]) {
        var replaced = NormalizedText()
        replaced.bytes.reserveCapacity(text.bytes.count * 5 / 4)
        replaced.sources.reserveCapacity(text.bytes.count * 5 / 4)
        for index in words.indices {
            let start = replaced.bytes.count
            for position in words[index] {
                if text.bytes[position] == 0x20 {
                    replaced.append(replacement, source: text.sources[position])
                } else {
                    replaced.append(text.bytes[position], source: text.sources[position])
                }
            }
            words[index] = start..<replaced.bytes.count
        }
        text = replaced
        if prepending != .never {
            let isFirstOnly = prepending == .first
            let sources = text.sources
            text.prepend(replacement, to: &words) { bytes, word in
                if isFirstOnly, sources[word.lowerBound] != 0 { return false }
                return ReplaceNormalizer.Pattern.literal(replacement)
                    .match(bytes, at: word.lowerBound, end: word.upperBound) == 0
            }
        }
        if splits {
            LiteralStartSplitter(delimiter: replacement).apply(to: &text, words: &words)
        }
    }

    /// Words begin at each delimiter: `MergedWithNext` where the delimiter is a scalar.
    private struct LiteralStartSplitter: WordSplitter {
        let delimiter: [UInt8]

        func split(_ bytes: Span<UInt8>, _ range: Range<Int>, into words: inout [Range<Int>]) {
            let pattern = ReplaceNormalizer.Pattern.literal(delimiter)
            var start = range.lowerBound
            for position in range.dropFirst() where bytes[position] == delimiter[0] {
                if pattern.match(bytes, at: position, end: range.upperBound) > 0 {
                    words.append(start..<position)
                    start = position
                }
            }
            if start < range.upperBound { words.append(start..<range.upperBound) }
        }
    }
}

extension NormalizedText {
    /// Puts `prefix` before each of `words` that satisfies `isWithout`; the prefix comes from the word's
    /// first scalar.
    fileprivate mutating func prepend(
        _ prefix: [UInt8], to words: inout [Range<Int>], where isWithout: (Span<UInt8>, Range<Int>) -> Bool
    ) {
        let old = self
        let span = old.bytes.span
        let flags = words.map { !$0.isEmpty && isWithout(span, $0) }
        guard flags.contains(true) else { return }
        var result = NormalizedText()
        result.bytes.reserveCapacity(bytes.count + words.count * prefix.count)
        result.sources.reserveCapacity(bytes.count + words.count * prefix.count)
        for (index, word) in words.enumerated() {
            let start = result.bytes.count
            if flags[index] { result.append(prefix, source: old.sources[word.lowerBound]) }
            result.append(old, word)
            words[index] = start..<result.bytes.count
        }
        self = result
    }
}
