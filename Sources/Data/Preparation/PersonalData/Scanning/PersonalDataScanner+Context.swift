// What the words before and behind a place say about it.

extension PersonalDataScanner {
    /// How far a cue reaches to the right, in bytes.
    static let reach = 64
    /// As `reach` for national numbers, which are often explained before they are given.
    static let nationalReach = 100
    /// How far behind a value a cue is looked for, in bytes.
    static let lookahead = 40

    /// How far the last cue of a role ends before a place, in bytes.
    func distance(_ role: CueRole, before place: Int) -> Int { place - roleCues[role.rawValue] }

    func distance(_ type: PersonalDataType, before place: Int) -> Int { place - typeCues[type.ordinal] }

    /// The cues of the first words behind a place, up to the end of the line or of the sentence.
    func following(_ place: Int) -> CueSet {
        var cues = CueSet()
        var node = 0
        var index = place
        let limit = min(bytes.count, place + Self.lookahead)
        while index < limit {
            let byte = bytes[index]
            if byte == 0x0A || byte == 0x2E && at(index + 1).isSpace && index > place { break }
            guard isWord(at: index) else {
                index += 1
                continue
            }
            if byte.isDigit { break }
            var hash = CueLexicon.hashStart
            while isWord(at: index) {
                let byte = bytes[index]
                hash = CueLexicon.hash(hash, byte < 0x80 && !byte.isDigit ? byte | 0x20 : byte)
                index += 1
            }
            let next = node == 0 ? nil : lexicon.node(after: node, word: hash)
            node = next ?? lexicon.node(after: 0, word: hash) ?? 0
            if node != 0 { cues.formUnion(lexicon.nodes[node].cues) }
        }
        return cues
    }

    /// Whether a cue for a type stands near a place, and nearer than one for something that is counted.
    func isNear(_ type: PersonalDataType, _ start: Int, _ end: Int) -> Bool {
        let own = distance(type, before: start)
        let reach = type == .phoneNumber || type == .creditCard ? Self.reach : Self.nationalReach
        if own < reach { return own <= thing(before: start) }
        guard thing(before: start) > 24 else { return false }
        return following(end).contains(type)
    }

    /// Whether words near a place speak of someone's number without saying which.
    func isIdentity(_ start: Int, _ end: Int) -> Bool {
        let own = distance(.identity, before: start)
        return own < Self.reach && own <= thing(before: start)
    }

    /// How far a word that counts things, or a `#`, stands before a place, in bytes.
    func thing(before start: Int) -> Int { distance(.thing, before: start) }

    /// Whether a number at a place counts something or costs something.
    func isCounted(_ start: Int, _ end: Int) -> Bool {
        if thing(before: start) < 24 { return true }
        var place = start - 1
        while at(place).isBlank, start - place < 3 { place -= 1 }
        switch at(place) {
        case UInt8(ascii: "$"), UInt8(ascii: "#"), 0xAC, 0xA3, 0xA5: return true
        default: break
        }
        return isAmount(end)
    }

    /// Whether a fraction, a currency or a percent sign follows a number.
    func isAmount(_ end: Int) -> Bool {
        var place = end
        if at(place) == UInt8(ascii: ",") || at(place) == UInt8(ascii: "."), at(place + 1).isDigit {
            place += 2
            while at(place).isDigit { place += 1 }
            if place - end <= 3 { return true }
            place = end
        }
        if at(place) == UInt8(ascii: "%") { return true }
        if at(place).isBlank { place += 1 }
        switch (at(place), at(place + 1), at(place + 2)) {
        case (UInt8(ascii: "$"), _, _), (0xE2, 0x82, 0xAC), (0xC2, 0xA3, _): return true
        case (UInt8(ascii: "E"), UInt8(ascii: "U"), UInt8(ascii: "R")): return !at(place + 3).isWord
        case (UInt8(ascii: "U"), UInt8(ascii: "S"), UInt8(ascii: "D")): return !at(place + 3).isWord
        default: return false
        }
    }

    /// Hears the cues within a word of a script without blanks, where a number follows it.
    mutating func listenWithin(_ word: ScannedWord) {
        var next = word.end
        while next - word.end < 4, !at(next).isDigit { next += 1 }
        guard at(next).isDigit, word.count.isMultiple(of: 3) else { return }
        for start in stride(from: max(word.start, word.end - 30), to: word.end, by: 3) {
            var hash = CueLexicon.hashStart
            for place in start..<word.end {
                hash = CueLexicon.hash(hash, bytes[place])
                guard (place + 1 - start).isMultiple(of: 3), place + 1 - start > 3 else { continue }
                if let node = lexicon.node(after: 0, word: hash) {
                    note(lexicon.nodes[node].cues, end: word.end)
                }
            }
        }
    }
}
