// Names of people, where words around them tell: titles, greetings, introductions, forms, signatures.

extension PersonalDataScanner {
    /// Looks at a word of letters: whether a name starts with it, and whether one will follow it.
    mutating func visitName(_ word: ScannedWord) {
        let expected = expectation
        let (expectedEnd, wasCapital) = (expectationEnd, isCapital(previous.start))
        expectation = Self.expectation(of: cues)
        expectationEnd = word.end
        if let expected, word.start >= consumed, isReached(word.start, from: expectedEnd, by: expected),
            expected != .title || wasCapital || at(expectedEnd) == UInt8(ascii: ".")
        {
            if startsName(word, expected) {
                keepName(word, rule: expected)
                return
            }
            // `my name is the same`: nothing more is expected; `Dr. med. Weber`: it still is.
            if expectation == nil, expected == .title, word.count <= 3, at(word.end) == UInt8(ascii: ".") {
                (expectation, expectationEnd) = (.title, word.end)
            }
        }
        if cues.contains(.firstName), isCapital(word.start), !cues.contains(.noName) { keepFullName(word) }
    }

    /// What the words so far lead one to expect next.
    private static func expectation(of cues: CueSet) -> CueRole? {
        let roles: [CueRole] = [.introduction, .title, .closing, .nameLabel, .greeting, .weakIntroduction]
        return cues.roles == 0 ? nil : roles.first { cues.contains($0) }
    }

    /// Whether nothing but the separators that a role has stand between two places.
    private func isReached(_ start: Int, from end: Int, by role: CueRole) -> Bool {
        guard 1...4 ~= start - end else { return false }
        let gap = bytes[end..<start]
        let hasBreak = gap.contains(0x0A)
        let signs = gap.filter { !$0.isSpace }
        switch role {
        case .title: return !hasBreak && (signs.isEmpty || signs == [UInt8(ascii: ".")])
        case .introduction: return !hasBreak && signs.allSatisfy { ":\"'?".utf8.contains($0) }
        case .nameLabel:
            return signs.count == 1 && (signs[0] == UInt8(ascii: ":") || signs[0] == UInt8(ascii: "="))
        case .closing: return hasBreak && signs.allSatisfy { ",-".utf8.contains($0) }
        default: return !hasBreak && signs.isEmpty
        }
    }

    private func isCapital(_ place: Int) -> Bool {
        let byte = at(place)
        switch byte {
        case 0xC3: return at(place + 1) < 0x9F
        case 0xC4, 0xC5: return true
        case 0xD0: return 0x80...0xAF ~= at(place + 1)
        default: return byte.isUpper
        }
    }

    private func startsName(_ word: ScannedWord, _ role: CueRole) -> Bool {
        guard !cues.contains(.noName), !cues.contains(.title) else { return false }
        let isFirst = cues.contains(.firstName)
        guard isCapital(word.start) else { return role == .introduction && isFirst }
        switch role {
        case .title: return true
        case .introduction: return !cues.contains(.month)
        case .closing:
            let end = nameEnd(word)
            return isLineEnd(end) || isFirst
        case .nameLabel:
            let end = nameEnd(word)
            return isFirst || end > word.end && (isLineEnd(end) || at(end) == UInt8(ascii: ","))
        case .greeting:
            let end = nameEnd(word)
            return isFirst || at(end) == UInt8(ascii: ",") && end - word.start > 2
        default: return isFirst && !cues.contains(.month)
        }
    }

    private func isLineEnd(_ place: Int) -> Bool {
        var end = place
        while at(end).isBlank || at(end) == UInt8(ascii: ".") || at(end) == 0x0D { end += 1 }
        return at(end) == 0 || at(end) == 0x0A
    }

    private mutating func keepName(_ word: ScannedWord, rule: CueRole) {
        let reason: String
        switch rule {
        case .title: reason = "title"
        case .introduction, .weakIntroduction: reason = "introduction"
        case .closing: reason = "signature"
        case .nameLabel: reason = "label of a form"
        default: reason = "salutation"
        }
        keep(word.start, nameEnd(word), .person, reason)
    }

    /// A given name and a word with a capital behind it.
    private mutating func keepFullName(_ word: ScannedWord) {
        let end = nameEnd(word)
        guard end > word.end, !isPlace(word.end + 1) else { return }
        keep(word.start, end, .person, "given name and surname")
    }

    /// Whether a word is part of an address rather than a surname: `Melissa TX`, `Sarah Street`.
    private func isPlace(_ start: Int) -> Bool {
        var end = start
        var hash = CueLexicon.hashStart
        while at(end).isLetter {
            hash = CueLexicon.hash(hash, at(end) | 0x20)
            end += 1
        }
        guard let node = lexicon.node(after: 0, word: hash) else { return false }
        let cues = lexicon.nodes[node].cues
        return cues.contains(.unit) || end - start == 2 && cues.contains(.state) && at(start + 1).isUpper
            || cues.contains(.streetSuffix) && !at(end).isBlank
    }

    private static let particles: Set<String> = [
        "van", "von", "de", "der", "den", "di", "da", "del", "della", "la", "le", "du", "dos", "bin", "al",
        "el", "ter",
        "zu",
    ]

    /// Where the name ends that starts with a word: at most four more words with capitals.
    private func nameEnd(_ word: ScannedWord) -> Int {
        var end = word.end
        var place = end
        for _ in 0..<5 {
            // An initial's point, then one blank; or a hyphen or an apostrophe.
            var next = place
            if at(next) == UInt8(ascii: "."), at(next - 2).isSpace || next - word.start == 1 { next += 1 }
            if at(next) == 0x20 {
                next += 1
            } else if next == place, at(next) == UInt8(ascii: "-") || at(next) == UInt8(ascii: "'") {
                next += 1
                if at(next) == UInt8(ascii: "s"), !at(next + 1).isWord { return end }
            } else {
                return end
            }
            var wordEnd = next
            var hash = CueLexicon.hashStart
            while isWord(at: wordEnd), !at(wordEnd).isDigit {
                hash = CueLexicon.hash(hash, at(wordEnd) < 0x80 ? at(wordEnd) | 0x20 : at(wordEnd))
                wordEnd += 1
            }
            guard wordEnd > next, wordEnd - next < 32 else { return end }
            place = wordEnd
            if isCapital(next) {
                let cues = lexicon.node(after: 0, word: hash).map { lexicon.nodes[$0].cues } ?? CueSet()
                if cues.contains(.noName) || cues.contains(.title) { return end }
                end = wordEnd
            } else if !Self.particles.contains(String(decoding: bytes[next..<wordEnd], as: UTF8.self)) {
                return end
            }
        }
        return end
    }

    /// Looks at a word of letters for everything but names.
    mutating func visitLetters(_ word: ScannedWord) {
        if cues.contains(.month) { visitMonth(word) }
        if cues.contains(.secretLabel) { visitSecretLabel(word.end) }
        let next = at(word.end)
        switch next {
        case UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: "."):
            if word.count <= 4, visitNetwork(word) { return }
            if visitSecret(word) { return }
            if visitSpacedNumber(word) { return }
        case UInt8(ascii: "_"): _ = visitSecret(word)
        case 0x20: if visitSpacedNumber(word) { return }
        default: break
        }
        visitStreet(word)
    }
}
