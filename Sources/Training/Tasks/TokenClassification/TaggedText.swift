// A text as words, each a range of its characters.

internal import Evaluation

/// The words of a text.
struct TaggedText: Equatable {
    /// What spans are counted in.
    enum Unit {
        /// The words of a row that lists them.
        case words
        /// The characters, as Unicode scalars, of a row with a text.
        case characters
    }

    let unit: Unit
    /// What the tokenizer reads; spans of characters count in it.
    let scalars: [Unicode.Scalar]
    /// Where each word stands in `scalars`, ascending, without overlap; empty words have empty ranges.
    private(set) var words: [Range<Int>]

    var text: String { string(0..<scalars.count) }

    /// What a person is shown.
    var shown: String { unit == .words ? String(text.dropFirst()) : text }

    /// Words that a row lists. A space stands before each, also the first, as transformers gives them to
    /// tokenizers with `add_prefix_space`.
    init(listed: [String]) {
        unit = .words
        var scalars: [Unicode.Scalar] = []
        var words: [Range<Int>] = []
        for word in listed {
            if !word.isEmpty { scalars.append(" ") }
            let start = scalars.count
            scalars += word.unicodeScalars
            words.append(start..<scalars.count)
        }
        (self.scalars, self.words) = (scalars, words)
    }

    /// A text, cut into words: runs of letters, digits and marks, and every other visible character by
    /// itself.
    init(_ text: String) {
        unit = .characters
        scalars = Array(text.unicodeScalars)
        words = []
        var isOpen = false
        for (place, scalar) in scalars.enumerated() {
            let kind = Kind(scalar)
            if kind == .letter, isOpen {
                words[words.count - 1] = words[words.count - 1].lowerBound..<place + 1
            } else if kind != .space {
                words.append(place..<place + 1)
            }
            isOpen = kind == .letter
        }
    }

    private enum Kind {
        case space, letter, symbol

        init(_ scalar: Unicode.Scalar) {
            let properties = scalar.properties
            if properties.isWhitespace {
                self = .space
            } else if properties.isIdeographic || Self.unspaced.contains(where: { $0.contains(scalar.value) })
            {
                self = .symbol
            } else {
                self =
                    properties.isAlphabetic || properties.numericType != nil || Self.isMark(properties)
                    ? .letter : .symbol
            }
        }

        /// Thai, Lao and Khmer, and Japanese syllables: no spaces part their words.
        private static let unspaced: [ClosedRange<UInt32>] = [
            0xE00...0xEFF, 0x1780...0x17FF, 0x3040...0x30FF,
        ]

        private static func isMark(_ properties: Unicode.Scalar.Properties) -> Bool {
            [.nonspacingMark, .spacingMark, .enclosingMark].contains(properties.generalCategory)
        }
    }

    /// The number of the word at each scalar; nil between words.
    var wordOfScalar: [Int?] {
        var numbers = [Int?](repeating: nil, count: scalars.count)
        for (number, word) in words.enumerated() { for place in word { numbers[place] = number } }
        return numbers
    }

    /// Joins words that one token covers: words of a text are no finer than the model's tokens.
    mutating func join(coveredBy tokens: [Range<Int>]) {
        guard unit == .characters else { return }
        let numbers = wordOfScalar
        var joined = Set<Int>()
        for token in tokens {
            for place in token.dropFirst() {
                guard let left = numbers[place - 1], let right = numbers[place], left != right else {
                    continue
                }
                joined.insert(right)
            }
        }
        guard !joined.isEmpty else { return }
        var merged: [Range<Int>] = []
        for (number, word) in words.enumerated() {
            if joined.contains(number), let last = merged.popLast() {
                merged.append(last.lowerBound..<word.upperBound)
            } else {
                merged.append(word)
            }
        }
        words = merged
    }

    /// The characters of a range.
    private func string(_ range: Range<Int>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[range])
        return String(view)
    }

    /// An entity over a range of words, in the row's own unit, with its text.
    func entity(_ label: String, words range: Range<Int>) -> (entity: Entity, text: String) {
        let place = words[range.lowerBound].lowerBound..<words[range.upperBound - 1].upperBound
        return (Entity(label: label, range: unit == .words ? range : place), string(place))
    }

    /// The tags that spans of characters, which do not overlap, give the words: a word belongs to the first
    /// span that has a part of it.
    func tags(of spans: [Entity]) -> [EntityTag] {
        let spans = spans.sorted { $0.range.lowerBound < $1.range.lowerBound }
        var (next, previous) = (0, -1)
        return words.map { word in
            while next < spans.count, spans[next].range.upperBound <= word.lowerBound { next += 1 }
            guard next < spans.count, spans[next].range.overlaps(word) else { return .outside }
            defer { previous = next }
            return EntityTag(previous == next ? .inside : .beginning, label: spans[next].label)
        }
    }
}
