// Dates, which are no other numbers, and are personal beside a word for someone's birth.

extension PersonalDataScanner {
    /// How far behind a word for a birth its date may start, in bytes.
    private static let birthReach = 48

    /// The last group of a date in digits that starts at a group: 2024-03-15, 15.3.2024, 3/15/24.
    func dateEnd(_ run: NumberRun, _ first: Int) -> Int? {
        guard first + 2 < run.count else { return nil }
        let separator = run.separator(before: first + 1)
        guard separator == .hyphen || separator == .point || separator == .slash,
            run.separator(before: first + 2) == separator
        else { return nil }
        if first + 3 < run.count, !run.separator(before: first + 3).contains(.blank) { return nil }
        let counts = (run.digitCount(first), run.digitCount(first + 1), run.digitCount(first + 2))
        guard counts.1 <= 2 else { return nil }
        let isYearFirst = counts.0 == 4 && counts.2 <= 2
        guard isYearFirst || counts.0 <= 2 && (counts.2 == 4 || counts.2 == 2) else { return nil }
        let (left, middle) = (value(run, isYearFirst ? first + 2 : first), value(run, first + 1))
        guard left > 0, middle > 0, min(left, middle) <= 12, max(left, middle) <= 31 else { return nil }
        let year = value(run, isYearFirst ? first : first + 2)
        return year < 100 || 1800...2200 ~= year ? first + 2 : nil
    }

    private func value(_ run: NumberRun, _ group: Int) -> Int {
        bytes[run.start(group)..<run.end(group)].reduce(0) { $0 * 10 + Int($1 &- 0x30) }
    }

    mutating func visitDate(_ run: NumberRun, _ first: Int, _ last: Int) {
        guard isBirth(run.start(first)) else { return }
        keep(run.start(first), run.end(last), .dateOfBirth, "word for a birth and date")
        typeCues[PersonalDataType.dateOfBirth.ordinal] = -1000
    }

    private func isBirth(_ place: Int) -> Bool { distance(.dateOfBirth, before: place) < Self.birthReach }

    /// A date with the name of its month, which this word is: 5 March 1985, March 5th, 1985, 5 de marzo de
    /// 1985.
    mutating func visitMonth(_ word: ScannedWord) {
        guard isBirth(word.start) else { return }
        var start = word.start
        if let day = dayBefore(word.start) { start = day }
        var place = skipped(word.end)
        var length = digitLength(place)
        if length == 1 || length == 2, start == word.start {
            place += length
            if at(place).isLower, at(place + 1).isLower, !at(place + 2).isWord { place += 2 }
            place = skipped(place)
            length = digitLength(place)
        }
        guard length == 4, !at(place + 4).isWord else { return }
        keep(start, place + 4, .dateOfBirth, "word for a birth and month")
        typeCues[PersonalDataType.dateOfBirth.ordinal] = -1000
    }

    /// Where the day before a month starts: `5`, `5.`, `5th of`, `5 de`.
    private func dayBefore(_ month: Int) -> Int? {
        var place = month
        while at(place - 1).isBlank || at(place - 1) == UInt8(ascii: ".")
            || at(place - 1) == UInt8(ascii: "-")
        {
            place -= 1
        }
        guard place < month else { return nil }
        if at(place - 1).isLower, at(place - 2).isLower, !at(place - 3).isLetter {
            // `th`, or `of` and `de` behind it.
            place -= 2
            while at(place - 1).isBlank || at(place - 1) == UInt8(ascii: ".") { place -= 1 }
            if at(place - 1).isLower, at(place - 2).isLower, at(place - 3).isDigit { place -= 2 }
        }
        guard at(place - 1).isDigit else { return nil }
        let start = at(place - 2).isDigit ? place - 2 : place - 1
        return at(start - 1).isAlphanumeric ? nil : start
    }

    /// Behind blanks, commas and points, and `de`, `of`.
    private func skipped(_ start: Int) -> Int {
        var place = start
        while at(place).isBlank || at(place) == UInt8(ascii: ",") || at(place) == UInt8(ascii: ".")
            || at(place) == UInt8(ascii: "-")
        {
            place += 1
        }
        if place - start > 4 { return start }
        if at(place).isLower, at(place + 1).isLower, at(place + 2).isBlank, at(place + 3).isDigit {
            place += 3
        }
        return place
    }

    private func digitLength(_ start: Int) -> Int {
        var place = start
        while at(place).isDigit, place - start < 6 { place += 1 }
        return place - start
    }
}
