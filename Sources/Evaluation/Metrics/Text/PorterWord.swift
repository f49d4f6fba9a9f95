// The steps of the Porter stemmer on one word.

/// A word at the end of a buffer, cut down step by step.
struct PorterWord {
    var bytes: [UInt8]
    let start: Int

    private var count: Int { bytes.count - start }

    // MARK: - Conditions

    /// Whether the letter at `index` of the buffer is a vowel: a, e, i, o, u, or y after a consonant.
    private func isVowel(at index: Int) -> Bool {
        switch bytes[index] {
        case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"), UInt8(ascii: "u"):
            return true
        case UInt8(ascii: "y"):
            // Vowels and consonants alternate along a run of y; the first of a word is a consonant.
            var first = index
            while first > start && bytes[first - 1] == UInt8(ascii: "y") { first -= 1 }
            let firstIsVowel = first > start && !isVowel(at: first - 1)
            return firstIsVowel == ((index - first) % 2 == 0)
        default: return false
        }
    }

    /// Number of vowel–consonant sequences in the word without its last `dropped` letters.
    private func measure(dropping dropped: Int) -> Int {
        var measure = 0
        var previousIsVowel = false
        for index in start..<bytes.count - dropped {
            let letter = bytes[index]
            let isVowel =
                letter == UInt8(ascii: "y") ? index > start && !previousIsVowel : self.isVowel(at: index)
            if previousIsVowel && !isVowel { measure += 1 }
            previousIsVowel = isVowel
        }
        return measure
    }

    private func containsVowel(dropping dropped: Int) -> Bool {
        (start..<bytes.count - dropped).contains { isVowel(at: $0) }
    }

    private var endsInDoubleConsonant: Bool {
        let last = bytes.count - 1
        return count >= 2 && bytes[last] == bytes[last - 1] && !isVowel(at: last)
    }

    /// Consonant, vowel, consonant but w, x, y; or NLTK's two letters, vowel and consonant.
    private func endsInShortSyllable(dropping dropped: Int) -> Bool {
        let (length, last) = (count - dropped, bytes.count - dropped - 1)
        if length == 2 { return isVowel(at: start) && !isVowel(at: start + 1) }
        guard length >= 3 else { return false }
        let isExcluded = [UInt8(ascii: "w"), UInt8(ascii: "x"), UInt8(ascii: "y")].contains(bytes[last])
        return !isExcluded && !isVowel(at: last - 2) && isVowel(at: last - 1) && !isVowel(at: last)
    }

    private func ends(in suffix: [UInt8]) -> Bool {
        guard suffix.count <= count else { return false }
        let offset = bytes.count - suffix.count
        for index in suffix.indices.reversed() where bytes[offset + index] != suffix[index] { return false }
        return true
    }

    private func ends(in suffix: String) -> Bool {
        var index = bytes.count - suffix.utf8.count
        guard index >= start else { return false }
        for letter in suffix.utf8 {
            if bytes[index] != letter { return false }
            index += 1
        }
        return true
    }

    // MARK: - Changes

    private mutating func drop(_ letters: Int) { bytes.removeLast(letters) }

    private mutating func append(_ letter: Unicode.Scalar) { bytes.append(UInt8(ascii: letter)) }

    /// Applies the first rule whose suffix the word has, if what stands before has a measure above `bound`.
    mutating func apply(_ rules: PorterRules, measureAbove bound: Int) {
        guard count > 0 else { return }
        for rule in rules[bytes[bytes.count - 1]] where ends(in: rule.suffix) {
            if measure(dropping: rule.suffix.count) > bound {
                drop(rule.suffix.count)
                bytes.append(contentsOf: rule.replacement)
            }
            return
        }
    }

    /// Step 1a: sses → ss, ies → i (ie in words of four letters), ss → ss, s → nothing.
    mutating func stripPlural() {
        guard bytes[bytes.count - 1] == UInt8(ascii: "s") else { return }
        if ends(in: "ies") {
            drop(count == 4 ? 1 : 2)
        } else if ends(in: "sses") {
            drop(2)
        } else if !ends(in: "ss") {
            drop(1)
        }
    }

    /// Step 1b: ied → i (ie in words of four letters), eed → ee, ed and ing → nothing with repairs.
    mutating func stripPastAndGerund() {
        let last = bytes[bytes.count - 1]
        guard last == UInt8(ascii: "d") || last == UInt8(ascii: "g") else { return }
        if ends(in: "ied") {
            drop(count == 4 ? 1 : 2)
        } else if ends(in: "eed") {
            if measure(dropping: 3) > 0 { drop(1) }
        } else if ends(in: "ed") && containsVowel(dropping: 2) {
            drop(2)
            repairStem()
        } else if ends(in: "ing") && containsVowel(dropping: 3) {
            drop(3)
            repairStem()
        }
    }

    /// at → ate, bl → ble, iz → ize; one of a double consonant but l, s, z; e after a short syllable.
    private mutating func repairStem() {
        if ends(in: "at") || ends(in: "bl") || ends(in: "iz") {
            append("e")
        } else if endsInDoubleConsonant {
            let kept = [UInt8(ascii: "l"), UInt8(ascii: "s"), UInt8(ascii: "z")]
            if !kept.contains(bytes[bytes.count - 1]) { drop(1) }
        } else if measure(dropping: 0) == 1 && endsInShortSyllable(dropping: 0) {
            append("e")
        }
    }

    /// Step 1c: y → i after a consonant that is not the whole stem.
    mutating func turnFinalY() {
        guard bytes[bytes.count - 1] == UInt8(ascii: "y"), count > 2, !isVowel(at: bytes.count - 2) else {
            return
        }
        bytes[bytes.count - 1] = UInt8(ascii: "i")
    }

    /// Step 2: alli → al first, and once more; then the other double suffixes, logi → log last.
    mutating func mapDoubleSuffixes() {
        while ends(in: "alli") && measure(dropping: 4) > 0 { drop(2) }
        if ends(in: "logi") {
            if measure(dropping: 3) > 0 { drop(1) }
        } else {
            apply(.step2, measureAbove: 0)
        }
    }

    /// Step 4: single suffixes after a measure above 1; ion only after s or t.
    mutating func stripSuffix() {
        guard ends(in: "ion") else { return apply(.step4, measureAbove: 1) }
        guard measure(dropping: 3) > 1 else { return }
        let before = bytes[bytes.count - 4]
        if before == UInt8(ascii: "s") || before == UInt8(ascii: "t") { drop(3) }
    }

    /// Step 5a: e → nothing after a measure above 1, or of 1 without a short syllable.
    mutating func stripFinalE() {
        guard count > 0, bytes[bytes.count - 1] == UInt8(ascii: "e") else { return }
        let measure = measure(dropping: 1)
        if measure > 1 || (measure == 1 && !endsInShortSyllable(dropping: 1)) { drop(1) }
    }

    /// Step 5b: ll → l after a measure above 1.
    mutating func stripDoubleL() {
        if ends(in: "ll") && measure(dropping: 1) > 1 { drop(1) }
    }
}
