// The Porter stemmer with NLTK's extensions, which rouge_score uses, in place at the end of a byte buffer.

/// Cuts English suffixes.
///
/// Source: Porter 1980, "An algorithm for suffix stripping", with the deviations that NLTK's
/// `PorterStemmer(mode=NLTK_EXTENSIONS)` documents.
package enum PorterStemmer {
    /// The stem of a lower-case word of ASCII letters and digits.
    package static func stem(_ word: String) -> String {
        var bytes = Array(word.utf8)
        stem(&bytes, from: 0)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Replaces the lower-case ASCII word in `bytes[start...]` by its stem.
    static func stem(_ bytes: inout [UInt8], from start: Int) {
        if bytes.count - start <= 2 || replaceIrregular(&bytes, start) { return }
        var word = PorterWord(bytes: bytes, start: start)
        bytes = []
        word.stripPlural()
        word.stripPastAndGerund()
        word.turnFinalY()
        word.mapDoubleSuffixes()
        word.apply(PorterRules.step3, measureAbove: 0)
        word.stripSuffix()
        word.stripFinalE()
        word.stripDoubleL()
        bytes = word.bytes
    }

    private static let irregular: [(word: [UInt8], stem: [UInt8])] = [
        ("sky", "sky"), ("skies", "sky"), ("dying", "die"), ("lying", "lie"), ("tying", "tie"),
        ("news", "news"), ("innings", "inning"), ("inning", "inning"), ("outings", "outing"),
        ("outing", "outing"), ("cannings", "canning"), ("canning", "canning"), ("howe", "howe"),
        ("proceed", "proceed"), ("exceed", "exceed"), ("succeed", "succeed"),
    ].map { (Array($0.utf8), Array($1.utf8)) }

    private static func replaceIrregular(_ bytes: inout [UInt8], _ start: Int) -> Bool {
        let count = bytes.count - start
        guard (3...8).contains(count) else { return false }
        for entry in irregular where entry.word.count == count && entry.word[0] == bytes[start] {
            guard bytes[start...].elementsEqual(entry.word) else { continue }
            bytes.replaceSubrange(start..., with: entry.stem)
            return true
        }
        return false
    }
}

/// A suffix and what takes its place.
struct PorterRule {
    let suffix: [UInt8]
    let replacement: [UInt8]

    init(_ suffix: String, _ replacement: String = "") {
        self.suffix = Array(suffix.utf8)
        self.replacement = Array(replacement.utf8)
    }
}

/// Rules by the last letter of their suffix, each list in the order in which they are tried.
struct PorterRules {
    private let byLastLetter: [[PorterRule]]

    init(_ rules: [PorterRule]) {
        byLastLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).map { letter in
            rules.filter { $0.suffix.last == letter }
        }
    }

    subscript(letter: UInt8) -> [PorterRule] {
        letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "z")
            ? byLastLetter[Int(letter - UInt8(ascii: "a"))] : []
    }

    static let step2 = PorterRules([
        .init("ational", "ate"), .init("tional", "tion"), .init("enci", "ence"), .init("anci", "ance"),
        .init("izer", "ize"), .init("bli", "ble"), .init("alli", "al"), .init("entli", "ent"),
        .init("eli", "e"), .init("ousli", "ous"), .init("ization", "ize"), .init("ation", "ate"),
        .init("ator", "ate"), .init("alism", "al"), .init("iveness", "ive"), .init("fulness", "ful"),
        .init("ousness", "ous"), .init("aliti", "al"), .init("iviti", "ive"), .init("biliti", "ble"),
        .init("fulli", "ful"),
    ])

    static let step3 = PorterRules([
        .init("icate", "ic"), .init("ative"), .init("alize", "al"), .init("iciti", "ic"),
        .init("ical", "ic"), .init("ful"), .init("ness"),
    ])

    /// Without ion, which has a condition of its own.
    static let step4 = PorterRules([
        .init("al"), .init("ance"), .init("ence"), .init("er"), .init("ic"), .init("able"), .init("ible"),
        .init("ant"), .init("ement"), .init("ment"), .init("ent"), .init("ou"), .init("ism"),
        .init("ate"), .init("iti"), .init("ous"), .init("ive"), .init("ize"),
    ])
}
