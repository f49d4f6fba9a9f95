// Numbers in groups of digits: which part of a run is which kind of number.

extension PersonalDataScanner {
    /// Looks at the run of groups that starts here.
    mutating func visitNumber(from start: Int) {
        let run = NumberRun(self, from: start)
        guard run.count > 0 else { return }
        if isInsideName(start) {
            consumed = max(consumed, run.end(0))
            return
        }
        if visitLetteredEnd(run) { return }
        var first = 0
        while first < run.count {
            if first == 0 || isBoundary(run.separator(before: first)) {
                if let last = dateEnd(run, first) {
                    visitDate(run, first, last)
                    first = last + 1
                    continue
                }
                if let last = numberEnd(run, first, from: start) {
                    first = last + 1
                    continue
                }
            }
            visitHouseNumber(run, first)
            first += 1
        }
        consumed = max(consumed, run.end(run.count - 1))
    }

    /// Whether the digits are part of a file's name, an identifier or a path.
    private func isInsideName(_ start: Int) -> Bool {
        switch at(start - 1) {
        case UInt8(ascii: "_"): return true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"): return at(start - 2).isAlphanumeric
        default: return at(start - 1).isAlphanumeric
        }
    }

    /// Whether a number may start or end where these separators stand.
    private func isBoundary(_ separator: NumberRun.Separator) -> Bool {
        !separator.isDisjoint(with: [.blank, .slash, .parenthesis])
    }

    /// Tries the groups from `first` on, the longest number first.
    /// - Returns: the last group of the number that was kept.
    private mutating func numberEnd(_ run: NumberRun, _ first: Int, from start: Int) -> Int? {
        var last = first
        var total = run.digitCount(first)
        while last + 1 < run.count, total + run.digitCount(last + 1) <= 20 {
            last += 1
            total += run.digitCount(last)
        }
        while last >= first {
            let isWhole = last == run.count - 1
            if total >= 6, total <= 20, isWhole || isBoundary(run.separator(before: last + 1)),
                isWorthwhile(run, first...last)
            {
                let candidate = candidate(run, first...last, from: start)
                if isWhole ? !isGluedBehind(candidate.end) : true, keepNumber(candidate) { return last }
            }
            total -= run.digitCount(last)
            last -= 1
        }
        return nil
    }

    /// Whether what separates the groups of a number from each other separates it from the rest of its run.
    private func isSetOff(_ run: NumberRun, _ groups: ClosedRange<Int>) -> Bool {
        let before = groups.lowerBound > 0 ? run.separator(before: groups.lowerBound) : []
        let behind = groups.upperBound + 1 < run.count ? run.separator(before: groups.upperBound + 1) : []
        return run.inner(groups).isDisjoint(with: before.union(behind).subtracting(.parenthesis))
    }

    /// A part of a row of figures is a number only beside a cue: tables are passed over quickly.
    private func isWorthwhile(_ run: NumberRun, _ groups: ClosedRange<Int>) -> Bool {
        let start = run.start(groups.lowerBound)
        return start - lastTypeCue < Self.nationalReach || at(start - 1) == UInt8(ascii: "+")
            || isSetOff(run, groups)
    }

    /// Whether a name goes on behind a number: `55512345.com`, `123-4ab`. In `123-Fax` none does.
    private func isGluedBehind(_ end: Int) -> Bool {
        switch at(end) {
        case UInt8(ascii: "-"): at(end + 1).isAlphanumeric && !isLoneWord(end + 1)
        case UInt8(ascii: "_"): true
        case UInt8(ascii: "."): at(end + 1).isLower
        case UInt8(ascii: "@"): true
        default: false
        }
    }

    /// Whether at least three letters stand here, and nothing hangs on them.
    private func isLoneWord(_ start: Int) -> Bool {
        var end = start
        while at(end).isLetter { end += 1 }
        let isLast = !isWord(at: end) && at(end) != UInt8(ascii: "-") && at(end) != UInt8(ascii: "_")
        return end - start >= 3 && isLast && !(at(end) == UInt8(ascii: ".") && isWord(at: end + 1))
    }

    private func candidate(_ run: NumberRun, _ groups: ClosedRange<Int>, from start: Int) -> NumberCandidate {
        var digits = DigitString()
        for group in groups {
            for index in run.start(group)..<run.end(group) { digits.append(bytes[index] &- 0x30) }
        }
        var leading: NumberRun.Separator = []
        var begin = run.start(groups.lowerBound)
        // What opens the number: +, ( or both.
        while begin > 0, at(begin - 1) == UInt8(ascii: "+") || at(begin - 1) == UInt8(ascii: "(") {
            leading.insert(at(begin - 1) == UInt8(ascii: "+") ? .plus : .parenthesis)
            begin -= 1
        }
        var end = run.end(groups.upperBound)
        if leading.contains(.parenthesis), at(end) == UInt8(ascii: ")") {
            let isOpen = (begin..<end).allSatisfy { bytes[$0] != UInt8(ascii: ")") }
            if isOpen { end += 1 }
        }
        let inner = run.inner(groups)
        return NumberCandidate(
            digits: digits, start: begin, end: end, shape: run.shape(groups), inner: inner, leading: leading,
            groupCount: groups.count,
            isSetOff: isSetOff(run, groups))
    }

    /// Keeps a number if some rule knows it: the kind whose cue is nearest, then what is certain by itself.
    private mutating func keepNumber(_ number: NumberCandidate) -> Bool {
        if keepAddress(number) { return true }
        let (start, end) = (number.start, number.end)
        let readings = readings(of: number)
        let phone = phoneFit(number)
        if number.isSetOff, let reading = readings.first(where: \.isIrrefutable) {
            keep(start, end, reading.type, reading.rule)
            return true
        }
        // The nearest cue on the left decides between several kinds.
        var best: (distance: Int, type: PersonalDataType, rule: String)?
        for reading in readings where isNear(reading.type, start, end) {
            let distance = distance(reading.type, before: start)
            if distance > reading.reach, distance < 200 { continue }
            if distance < best?.distance ?? .max { best = (distance, reading.type, reading.rule) }
        }
        if let rule = phone.withCue, isNear(.phoneNumber, start, end), !isAmount(end) {
            let distance = distance(.phoneNumber, before: start)
            if distance < best?.distance ?? .max { best = (distance, .phoneNumber, rule) }
        }
        if let best {
            let isPhone = best.type == .phoneNumber
            keep(start, isPhone ? phoneEnd(end) : end, best.type, best.rule)
            return true
        }
        let isCounted = isCounted(start, end)
        for reading in readings where reading.isCertain && number.isSetOff && !isCounted {
            keep(start, end, reading.type, reading.rule)
            return true
        }
        if let rule = phone.alone, number.leading.contains(.plus) || number.isSetOff && !isCounted {
            keep(start, phoneEnd(end), .phoneNumber, rule)
            return true
        }
        if !isCounted, isIdentity(start, end), let reading = readings.first(where: \.isChecked) {
            keep(start, end, reading.type, "identity word, " + reading.rule)
            return true
        }
        if let rule = phone.withCue, !isCounted, number.isSetOff, distance(.ownNumber, before: start) < 24,
            number.digits.count > 6
        {
            keep(start, phoneEnd(end), .phoneNumber, rule)
            return true
        }
        return false
    }
}
