// Postal addresses: a street with a number, and what follows it up to the postcode.

extension PersonalDataScanner {
    /// A word at a place, with its cues; what is skipped before it is for the caller to judge.
    private func word(at start: Int) -> (end: Int, cues: CueSet, isCapital: Bool)? {
        var end = start
        var hash = CueLexicon.hashStart
        while isWord(at: end) {
            hash = CueLexicon.hash(hash, at(end).isLetter ? at(end) | 0x20 : at(end))
            end += 1
        }
        guard end > start else { return nil }
        let cues = lexicon.node(after: 0, word: hash).map { lexicon.nodes[$0].cues } ?? CueSet()
        return (end, cues, at(start).isUpper || at(start) == 0xC3 || at(start).isDigit)
    }

    /// The first place behind at most four blanks, line ends, commas and points.
    private func skipped(_ start: Int) -> Int {
        var place = start
        while place - start < 5,
            at(place).isSpace || at(place) == UInt8(ascii: ",") || at(place) == UInt8(ascii: ".")
        {
            place += 1
        }
        return place
    }

    mutating func visitHouseNumber(_ run: NumberRun, _ group: Int) {
        guard run.digitCount(group) <= 5,
            at(run.end(group)).isBlank || at(run.end(group)) == UInt8(ascii: ",")
        else {
            return
        }
        keepStreet(run.start(group), behind: run.end(group))
    }

    mutating func visitHouseNumber(_ word: ScannedWord) {
        guard word.count <= 5, at(word.start).isDigit, at(word.end) == 0x20 else {
            return visitPostcode(word)
        }
        keepStreet(word.start, behind: word.end)
    }

    /// 12 High Street; 12 rue de la Paix.
    private mutating func keepStreet(_ start: Int, behind number: Int) {
        var place = at(number) == UInt8(ascii: ",") ? number + 2 : number + 1
        guard let first = word(at: place) else { return }
        if first.cues.contains(.streetPrefix), let end = frenchEnd(first.end) {
            keep(start, addressEnd(end), .location, "house number and street")
            return
        }
        guard first.isCapital, !at(place).isDigit || !at(first.end - 1).isDigit else { return }
        for index in 0..<5 {
            guard let next = word(at: place), next.isCapital else { return }
            let isLast =
                !at(next.end).isBlank || word(at: next.end + 1)?.isCapital != true
                || word(at: next.end + 1)?.cues.contains(.unit) == true
            if index > 0, next.cues.contains(.streetSuffix), isLast {
                keep(start, addressEnd(next.end), .location, "house number and street")
                return
            }
            guard at(next.end).isBlank else { return }
            place = next.end + 1
        }
    }

    /// The end of a street's name behind `rue`: up to five words, the last with a capital.
    private func frenchEnd(_ start: Int) -> Int? {
        var (place, end): (Int, Int?) = (start, nil)
        for _ in 0..<6 {
            guard at(place) == 0x20 || at(place) == UInt8(ascii: "'") || at(place) == UInt8(ascii: "-"),
                let next = word(at: place + 1), !at(place + 1).isDigit
            else { return end }
            if next.isCapital { end = next.end } else if next.end - place > 5 { return end }
            place = next.end
        }
        return end
    }

    /// A street's name that ends in the word for it, or starts with it, and its number: Hauptstraße 12, Calle
    /// Mayor 5.
    mutating func visitStreet(_ word: ScannedWord) {
        guard word.start >= consumed, at(word.start).isUpper || at(word.start) >= 0x80 else { return }
        var end = word.end
        if cues.contains(.streetPrefix), at(end) == 0x20, let name = frenchEnd(end) {
            end = name
        } else {
            guard word.count > 5, Self.suffixes.contains(where: { bytes[word.start..<word.end].hasEnd($0) })
            else { return }
            if at(end) == UInt8(ascii: ".") { end += 1 }
        }
        if at(end) == UInt8(ascii: ",") { end += 1 }
        guard at(end) == 0x20, at(end + 1).isDigit else { return }
        var number = end + 1
        while at(number).isDigit { number += 1 }
        guard number - end <= 5 else { return }
        if at(number).isLower, !at(number + 1).isWord { number += 1 }
        keep(word.start, addressEnd(number), .location, "street and house number")
    }

    private static let suffixes: [[UInt8]] = [
        "straße", "strasse", "str", "weg", "platz", "allee", "gasse", "ring", "damm", "ufer", "straat",
        "laan", "plein",
        "gracht", "gade", "vej", "gatan", "vägen", "veien", "gata", "katu", "tie",
    ].map { Array($0.utf8) }

    /// Where an address ends whose street ends at a place: unit, town, state and postcode may follow.
    private func addressEnd(_ street: Int) -> Int {
        var end = street
        for _ in 0..<3 {
            let place = skipped(end)
            guard place > end, let unit = word(at: place), unit.cues.contains(.unit) else { break }
            var number = unit.end
            while at(number) == UInt8(ascii: ".") || at(number) == 0x20 || at(number) == UInt8(ascii: "#") {
                number += 1
            }
            guard number > unit.end, number - unit.end < 4, let value = word(at: number) else { break }
            end = value.end
        }
        return townEnd(end)
    }

    /// Where a town, a state and a postcode behind an address end; the same place if none follows.
    private func townEnd(_ start: Int) -> Int {
        var (end, place) = (start, skipped(start))
        // A town alone stands between commas or at the end of a line.
        var sure = start
        var isParted = at(start) == UInt8(ascii: ",") || at(start) == 0x0A
        for count in 0..<8 {
            guard place > end, let next = word(at: place) else { return sure }
            if let postcode = postcodeEnd(place) {
                let town = skipped(postcode)
                if count == 0, at(postcode) == 0x20, let name = word(at: town), name.isCapital,
                    !at(town).isDigit
                {
                    return name.end
                }
                return postcode
            }
            let isState = next.cues.contains(.state) && next.end - place == 2 && at(place + 1).isUpper
            guard isState || next.isCapital && !next.cues.contains(.noName) && next.cues.types == 0,
                !at(place).isDigit
            else { return sure }
            let isClosed =
                at(next.end) == UInt8(ascii: ",") || at(next.end) == 0x0A || at(next.end) == 0
                || at(next.end) == UInt8(ascii: ".")
            if isState || isParted && isClosed { sure = next.end }
            if isClosed { isParted = at(next.end) == UInt8(ascii: ",") || at(next.end) == 0x0A }
            end = next.end
            place = skipped(end)
        }
        return sure
    }

    /// The end of a postcode: five digits and perhaps four more, four digits, or letters and digits as in
    /// Britain.
    private func postcodeEnd(_ start: Int) -> Int? {
        var end = start
        while at(end).isDigit { end += 1 }
        switch end - start {
        case 5 where at(end) == UInt8(ascii: "-") && (1...4).allSatisfy({ at(end + $0).isDigit }):
            return end + 5
        case 4 where at(end) == 0x20 && at(end + 1).isUpper && at(end + 2).isUpper && !at(end + 3).isWord:
            return end + 3
        case 4, 5: return at(end).isWord ? nil : end
        default: return britishEnd(start)
        }
    }

    /// SW1A 1AA: one or two letters, a digit, a digit or letter; a digit and two letters.
    private func britishEnd(_ start: Int) -> Int? {
        var place = start
        while at(place).isUpper, place - start < 2 { place += 1 }
        guard place > start, at(place).isDigit else { return nil }
        place += 1
        if at(place).isDigit || at(place).isUpper { place += 1 }
        guard at(place) == 0x20, at(place + 1).isDigit, at(place + 2).isUpper, at(place + 3).isUpper,
            !at(place + 4).isWord
        else { return nil }
        return place + 4
    }

    private mutating func visitPostcode(_ word: ScannedWord) {
        guard word.count <= 4, let end = britishEnd(word.start) else { return }
        keep(word.start, end, .location, "postcode")
    }
}

extension ArraySlice<UInt8> {
    func hasEnd(_ other: [UInt8]) -> Bool { suffix(other.count).elementsEqual(other) }
}
