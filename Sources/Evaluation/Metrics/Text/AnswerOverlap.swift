// How well a short answer agrees with those of people, as the official evaluation of SQuAD measures it.

/// Exact match and F1 of words, after Rajpurkar et al. 2016 (SQuAD 1.1) and 2018 (SQuAD 2.0): in lower case,
/// without ASCII punctuation, without the articles a, an and the.
package struct AnswerOverlap: Sendable, Equatable {
    /// Whether the answer equals a reference.
    package let isExact: Bool
    /// The best harmonic mean of precision and recall over words, in 0...1.
    package let f1: Double

    /// Compares with each of `references` and takes the best, exact match and F1 each by itself.
    ///
    /// - Parameter knowsNoAnswer: as SQuAD 2.0: references without a word are left out, the empty answer is
    ///   the one reference when none is left, and an answer without words agrees with that alone. SQuAD 1.1
    ///   gives such an answer an F1 of 0.
    package init(prediction: String, references: [String], knowsNoAnswer: Bool) {
        let words = Self.words(of: prediction)
        var others = references.map(Self.words)
        if knowsNoAnswer {
            others.removeAll(where: \.isEmpty)
            if others.isEmpty { others = [[]] }
        }
        isExact = others.contains(words)
        f1 = others.map { Self.f1(words, $0, knowsNoAnswer: knowsNoAnswer) }.max() ?? 0
    }

    private static func f1(_ words: [[UInt8]], _ reference: [[UInt8]], knowsNoAnswer: Bool) -> Double {
        if knowsNoAnswer, words.isEmpty || reference.isEmpty { return words == reference ? 1 : 0 }
        var counts: [[UInt8]: Int] = [:]
        for word in reference { counts[word, default: 0] += 1 }
        var common = 0
        for word in words {
            guard let count = counts[word], count > 0 else { continue }
            counts[word] = count - 1
            common += 1
        }
        guard common > 0 else { return 0 }
        let precision = Double(common) / Double(words.count)
        let recall = Double(common) / Double(reference.count)
        return 2 * precision * recall / (precision + recall)
    }

    /// The normalised words of an answer, as UTF-8.
    static func words(of answer: String) -> [[UInt8]] {
        let lowered = String(decoding: LowerCase.bytes(of: answer), as: UTF8.self)
        var words: [[UInt8]] = []
        // A word may hold several runs of letters, such as 5°c: an article is a whole run.
        var (word, run): ([UInt8], [UInt8]) = ([], [])
        func endRun() {
            if !articles.contains(run) {
                word += run
            } else {
                endWord()
            }
            run = []
        }
        func endWord() {
            if !word.isEmpty { words.append(word) }
            word = []
        }
        for scalar in lowered.unicodeScalars where !isPunctuation(scalar) {
            if isWordCharacter(scalar) {
                run += Array(String(scalar).utf8)
                continue
            }
            endRun()
            if WhiteSpace.contains(scalar) { endWord() } else { word += Array(String(scalar).utf8) }
        }
        endRun()
        endWord()
        return words
    }

    private static let articles: Set<[UInt8]> = Set(["a", "an", "the"].map { Array($0.utf8) })

    /// Python's `string.punctuation`.
    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
        default: false
        }
    }

    /// What `\w` is to Python's `re`, whose `\b` bounds articles: letters and numbers.
    private static func isWordCharacter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .decimalNumber, .letterNumber, .otherNumber:
            true
        default: scalar.properties.numericType != nil
        }
    }
}
