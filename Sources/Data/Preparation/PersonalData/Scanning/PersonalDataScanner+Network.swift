// Addresses of machines: IPv4, IPv6 and those of network cards.

extension PersonalDataScanner {
    /// An IPv4 address: four groups up to 255 with points between.
    mutating func keepAddress(_ number: NumberCandidate) -> Bool {
        guard number.groupCount == 4, number.inner == .point, number.digits.count <= 12,
            let octets = octets(number.start, number.end), number.leading.isEmpty
        else { return false }
        let start = number.start
        let isNamed = distance(.ipAddress, before: start) < 32
        let isVersion = distance(.version, before: start) < 24 || at(start - 1).isLetter
        if !isNamed, isVersion || octets.allSatisfy({ $0 < 10 }) { return false }
        keep(start, number.end, .ipAddress, "four octets")
        return true
    }

    func octets(_ start: Int, _ end: Int) -> [Int]? {
        var octets: [Int] = []
        var (value, length) = (0, 0)
        for index in start...end {
            if index < end, bytes[index].isDigit {
                value = value * 10 + Int(bytes[index] &- 0x30)
                length += 1
                if length > 3 { return nil }
            } else {
                guard length > 0, value < 256, length == 1 || value > 9, length < 3 || value > 99,
                    index == end || bytes[index] == UInt8(ascii: ".")
                else {
                    return nil
                }
                octets.append(value)
                (value, length) = (0, 0)
            }
        }
        return octets.count == 4 ? octets : nil
    }

    /// An address of a network card, or an IPv6 address, that starts with this word.
    mutating func visitNetwork(_ word: ScannedWord) -> Bool {
        guard word.count <= 4, word.start >= consumed else { return false }
        let separator = at(word.end)
        switch separator {
        case UInt8(ascii: ":") where at(word.end + 1).isHex || at(word.end + 1) == separator:
            guard at(word.start - 1) != UInt8(ascii: ":") else { return false }
            return word.count == 2 && keepHardware(word.start, separator) || keepIPv6(word.start)
        case UInt8(ascii: "-") where word.count == 2 && at(word.end + 1).isHex:
            return keepHardware(word.start, separator)
        case UInt8(ascii: ".") where word.count == 4 && at(word.end + 1).isHex:
            return keepDottedHardware(word)
        default: return false
        }
    }

    /// Six pairs of hexadecimal digits.
    private mutating func keepHardware(_ start: Int, _ separator: UInt8) -> Bool {
        var hasLetter = false
        for pair in 0..<6 {
            let place = start + pair * 3
            guard at(place).isHex, at(place + 1).isHex, pair == 5 || at(place + 2) == separator else {
                return false
            }
            if at(place).isLetter || at(place + 1).isLetter { hasLetter = true }
        }
        let end = start + 17
        guard !at(end).isAlphanumeric, at(end) != separator || !at(end + 1).isHex,
            !at(start - 1).isAlphanumeric
        else { return false }
        guard hasLetter || separator == UInt8(ascii: ":") || distance(.macAddress, before: start) < 32 else {
            return false
        }
        keep(start, end, .macAddress, "six octets")
        return true
    }

    /// Three groups of four hexadecimal digits with points between.
    private mutating func keepDottedHardware(_ word: ScannedWord) -> Bool {
        let (start, end) = (word.start, word.start + 14)
        var hasLetter = false
        for offset in 0..<14 {
            let byte = at(start + offset)
            let isPoint = offset == 4 || offset == 9
            guard isPoint ? byte == UInt8(ascii: ".") : byte.isHex else { return false }
            if byte.isLetter { hasLetter = true }
        }
        guard !at(end).isAlphanumeric, hasLetter || distance(.macAddress, before: start) < 32 else {
            return false
        }
        keep(start, end, .macAddress, "three groups")
        return true
    }

    /// Eight groups of hexadecimal digits, or fewer with `::` among them (RFC 4291).
    mutating func keepIPv6(_ start: Int) -> Bool {
        var (place, groups, hasGap, hasDigit) = (start, 0, false, false)
        if at(place) == UInt8(ascii: ":") {
            guard at(place + 1) == UInt8(ascii: ":") else { return false }
            (hasGap, place) = (true, place + 2)
        }
        while groups < 8, at(place).isHex {
            var length = 0
            while at(place + length).isHex, length < 5 {
                if at(place + length).isDigit { hasDigit = true }
                length += 1
            }
            guard length <= 4, !at(place + length).isLetter else { return false }
            groups += 1
            place += length
            guard at(place) == UInt8(ascii: ":") else { break }
            if at(place + 1) == UInt8(ascii: ":") {
                guard !hasGap else { return false }
                (hasGap, place) = (true, place + 2)
            } else if at(place + 1).isHex {
                place += 1
            } else {
                break
            }
        }
        let first = at(start)
        let isUsual = first == 0x32 || first | 0x20 == 0x66 || first == 0x33
        let isEnough =
            hasGap ? hasDigit && (groups >= 3 || groups >= 1 && isUsual) && groups < 8 : groups == 8
        guard isEnough, !at(place).isAlphanumeric, !at(start - 1).isAlphanumeric else { return false }
        keep(start, place, .ipAddress, "groups of IPv6")
        return true
    }
}
