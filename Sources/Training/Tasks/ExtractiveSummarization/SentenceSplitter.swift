// Cuts English text, legal text above all, into sentences by rules.

/// A splitter of sentences for English.
///
/// The rules, in the order in which they are asked, for a word with white space behind it:
/// 1. An empty line ends a sentence; so does a line end before a bullet or a clause number (`1.`, `2.3`,
///   `(a)`, `iv)`).
/// 2. A word that does not end with `.`, `!`, `?` or `…`, closing quotes and brackets left out, ends none.
/// 3. A clause number that begins a sentence does not end it: `1. You agree …` is one sentence.
/// 4. Titles and the like (`Mr.`, `e.g.`, `vs.`) end none; abbreviations that stand before numbers (`No.`,
///    `Sec.`, `Art.`) end none before a number.
/// 5. Company forms, months, initials and dotted letters (`Inc.`, `etc.`, `U.S.`) end a sentence only before
///    a word that often begins one, such as `The` or `You`.
/// 6. Any other end counts when the next word begins with a capital, a digit or a sign. In a text without a
///    capital a small letter will do.
///
/// Sentences come without white space at their ends, and with single spaces within.
package enum SentenceSplitter {
    /// The sentences of a text, in order; none of a blank text.
    package static func sentences(of text: String) -> [String] {
        let isCased = text.contains(where: \.isUppercase)
        let words = words(of: text)
        var sentences: [String] = []
        var start = 0
        for (index, word) in words.enumerated() {
            let next = index + 1 < words.count ? words[index + 1] : nil
            guard let next else { continue }
            guard endsSentence(word.text, isFirst: index == start, before: next, isCased: isCased) else {
                continue
            }
            sentences.append(words[start...index].map(\.text).joined(separator: " "))
            start = index + 1
        }
        if start < words.count { sentences.append(words[start...].map(\.text).joined(separator: " ")) }
        return sentences
    }

    /// A stretch without white space, and how many line ends stand before it.
    private struct Word {
        let text: String
        let linesBefore: Int
    }

    private static func words(of text: String) -> [Word] {
        var words: [Word] = []
        var current = ""
        var lines = 0
        for character in text {
            guard character.isWhitespace else {
                current.append(character)
                continue
            }
            if !current.isEmpty {
                words.append(Word(text: current, linesBefore: lines))
                (current, lines) = ("", 0)
            }
            if character.isNewline { lines += 1 }
        }
        if !current.isEmpty { words.append(Word(text: current, linesBefore: lines)) }
        return words
    }

    private static func endsSentence(
        _ word: String, isFirst: Bool, before next: Word, isCased: Bool
    ) -> Bool {
        if next.linesBefore > 1 { return true }
        if next.linesBefore == 1, isBullet(next.text) || isClauseNumber(next.text) { return true }
        let core = word.trimmed(end: closers)
        guard let end = core.last, ends.contains(end) else { return false }
        if isFirst, isClauseNumber(core) { return false }
        let follower = next.text.trimmed(start: openers)
        let canFollow = follower.first.map { !$0.isLowercase || !isCased } ?? true
        guard end == "." else { return canFollow }
        let body = String(core.dropLast()).trimmed(start: openers).lowercased()
        if plainAbbreviations.contains(body) { return false }
        if numberAbbreviations.contains(body), isNumber(follower) { return false }
        if softAbbreviations.contains(body) || body.count == 1 && body.first?.isLetter == true
            || isDottedLetters(body)
        {
            return canFollow && sentenceOpeners.contains(follower.trimmed(end: closers).lowercased())
        }
        return canFollow
    }

    // MARK: Kinds of words

    private static let ends: Set<Character> = [".", "!", "?", "…"]
    private static let closers: Set<Character> = ["\"", "'", ")", "]", "}", "»", "”", "’", ",", ";", ":"]
    private static let openers: Set<Character> = ["\"", "'", "(", "[", "{", "«", "“", "‘"]

    private static func isBullet(_ word: String) -> Bool {
        ["-", "*", "•", "–", "—", "·", "o"].contains(word)
    }

    /// `1`, `1.`, `2.3.1`, `(a)`, `b)`, `iv.`, `§`: what numbers a clause when it begins a line or a
    /// sentence. A bare letter or number without a dot or bracket is none.
    private static func isClauseNumber(_ word: String) -> Bool {
        if word.first == "§" { return true }
        guard let last = word.last, last == "." || last == ")" || word.contains(".") else { return false }
        let body = word.filter { $0 != "(" && $0 != ")" }
        let parts = body.split(separator: ".")
        guard !parts.isEmpty, body.count <= 8 else { return false }
        return parts.allSatisfy { part in
            part.allSatisfy { $0.isASCII && $0.isNumber } || part.count == 1 && part.first?.isLetter == true
                || isRomanNumeral(part)
        }
    }

    private static func isRomanNumeral(_ part: Substring) -> Bool {
        !part.isEmpty && part.lowercased().allSatisfy { "ivxl".contains($0) }
    }

    private static func isNumber(_ word: String) -> Bool {
        let body = word.trimmed(end: closers.union([".", ","]))
        return word.first?.isNumber == true || isRomanNumeral(body[...])
    }

    /// Single letters with dots between them: `u.s`, `a.m`.
    private static func isDottedLetters(_ body: String) -> Bool {
        let parts = body.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count > 1 && parts.allSatisfy { $0.count == 1 && $0.first?.isLetter == true }
    }

    private static let plainAbbreviations: Set<String> = [
        "mr", "mrs", "ms", "dr", "prof", "hon", "rev", "gen", "messrs", "e.g", "eg", "i.e", "ie", "cf", "vs",
        "v",
        "viz", "approx", "incl", "excl", "esp", "ca",
    ]
    private static let numberAbbreviations: Set<String> = [
        "no", "nos", "sec", "secs", "sect", "art", "arts", "cl", "para", "paras", "par", "pt", "ch", "chap",
        "fig",
        "figs", "vol", "p", "pp", "ex", "app", "sched", "reg", "regs", "stat", "ext", "tel", "jan", "feb",
        "mar",
        "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
    ]
    private static let softAbbreviations: Set<String> = [
        "inc", "ltd", "co", "corp", "llc", "plc", "bros", "jr", "sr", "st", "ave", "blvd", "dept", "etc",
        "et al",
        "al", "seq", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
    ]
    private static let sentenceOpeners: Set<String> = [
        "a", "after", "all", "an", "and", "any", "as", "at", "because", "before", "both", "but", "by", "each",
        "for",
        "from", "he", "however", "i", "if", "in", "it", "its", "no", "nothing", "on", "once", "only", "other",
        "our",
        "please", "she", "should", "since", "some", "such", "that", "the", "their", "there", "therefore",
        "these",
        "they", "this", "those", "to", "under", "unless", "until", "upon", "use", "we", "what", "when",
        "where",
        "while", "with", "without", "you", "your",
    ]
}

extension String {
    /// Without the characters of `start` at its beginning and those of `end` at its end.
    fileprivate func trimmed(start: Set<Character> = [], end: Set<Character> = []) -> String {
        let rest = drop(while: start.contains)
        guard let last = rest.lastIndex(where: { !end.contains($0) }) else { return "" }
        return String(rest[...last])
    }
}
