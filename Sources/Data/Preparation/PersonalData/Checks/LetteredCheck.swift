// Checks of national numbers that hold letters. Each takes letters in upper case and digits.

enum LetteredCheck {
    private static func digits(_ bytes: ArraySlice<UInt8>) -> DigitString? {
        guard bytes.count <= DigitString.capacity else { return nil }
        var digits = DigitString()
        for byte in bytes {
            guard byte.isDigit else { return nil }
            digits.append(byte &- 0x30)
        }
        return digits
    }

    private static func letter(_ index: Int, of letters: StaticString) -> UInt8 {
        letters.description.utf8.dropFirst(index).first ?? 0
    }

    /// Spanish NIF: eight digits and a letter that is their remainder modulo 23.
    static func isSpanish(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == 9, let digits = digits(bytes[..<8]) else { return false }
        return letter(digits.value(0..<8) % 23, of: "TRWAGMYFPDXBNJZSQVHLCKE") == bytes[8]
    }

    /// Spanish NIE: X, Y or Z stands for 0, 1 or 2 before seven digits.
    static func isForeigner(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == 9, 0x58...0x5A ~= bytes[0] else { return false }
        return isSpanish([bytes[0] - 0x58 + 0x30] + bytes[1...])
    }

    /// British national insurance number: prefixes that are given out, six digits, A to D.
    static func isInsurance(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == 9, digits(bytes[2..<8]) != nil, 0x41...0x44 ~= bytes[8] else { return false }
        let prefix = String(decoding: bytes[..<2], as: UTF8.self)
        return bytes[0].isUpper && bytes[1].isUpper && !"DFIQUV".utf8.contains(bytes[0])
            && !"DFIQUVO".utf8.contains(bytes[1])
            && !["BG", "GB", "KN", "NK", "NT", "TN", "ZZ"].contains(prefix)
    }

    /// Irish PPS number: seven digits, a check letter, and since 2013 a second letter.
    static func isIrish(_ bytes: [UInt8]) -> Bool {
        guard 8...9 ~= bytes.count, let digits = digits(bytes[..<7]), bytes[7].isUpper else { return false }
        let second = bytes.count == 9 ? bytes[8] : UInt8(ascii: "W")
        guard second == UInt8(ascii: "W") || 0x41...0x49 ~= second else { return false }
        let extra = second == UInt8(ascii: "W") ? 0 : Int(second - 0x40) * 9
        return letter((digits.weighted([8, 7, 6, 5, 4, 3, 2]) + extra) % 23, of: "WABCDEFGHIJKLMNOPQRSTUV")
            == bytes[7]
    }

    /// Singaporean NRIC and FIN.
    static func isSingaporean(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == 9, let digits = digits(bytes[1..<8]) else { return false }
        let sum = digits.weighted([2, 7, 6, 5, 4, 3, 2])
        switch bytes[0] {
        case UInt8(ascii: "S"): return letter(sum % 11, of: "JZIHGFEDCBA") == bytes[8]
        case UInt8(ascii: "T"): return letter((sum + 4) % 11, of: "JZIHGFEDCBA") == bytes[8]
        case UInt8(ascii: "F"): return letter(sum % 11, of: "XWUTRQPNMLK") == bytes[8]
        case UInt8(ascii: "G"): return letter((sum + 4) % 11, of: "XWUTRQPNMLK") == bytes[8]
        case UInt8(ascii: "M"): return letter(10 - (sum + 3) % 11, of: "XWUTRQPNJLK") == bytes[8]
        default: return false
        }
    }

    /// Indian PAN: the fourth letter is the kind of holder.
    static func isPermanentAccount(_ bytes: [UInt8]) -> Bool {
        bytes.count == 10 && bytes[..<5].allSatisfy(\.isUpper) && "ABCFGHJKLPT".utf8.contains(bytes[3])
            && digits(bytes[5..<9]).map { $0.value(0..<4) > 0 } == true && bytes[9].isUpper
    }

    /// Finnish identity code: date, sign of the century, number and check character.
    static func isFinnish(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == 11, let date = digits(bytes[..<6]), let number = digits(bytes[7..<10]),
            "-+ABCDEFUVWXY".utf8.contains(bytes[6]), date.isDay(month: 2, day: 0)
        else { return false }
        return letter(
            (date.value(0..<6) * 1000 + number.value(0..<3)) % 31, of: "0123456789ABCDEFHJKLMNPRSTUVWXY")
            == bytes[10]
    }

    /// Italian fiscal code: names, date of birth, town, check letter; digits may have been replaced by
    /// letters.
    static func isItalian(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == 16, bytes[..<6].allSatisfy(\.isUpper), "ABCDEHLMPRST".utf8.contains(bytes[8]),
            bytes[11].isUpper, bytes[15].isUpper
        else { return false }
        guard
            [6, 7, 9, 10, 12, 13, 14].allSatisfy({
                bytes[$0].isDigit || "LMNPQRSTUV".utf8.contains(bytes[$0])
            })
        else { return false }
        let odd = [
            1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
        ]
        var sum = 0
        for (index, byte) in bytes[..<15].enumerated() {
            let value = byte.isDigit ? Int(byte - 0x30) : Int(byte - 0x41)
            sum += index.isMultiple(of: 2) ? odd[value] : value
        }
        return sum % 26 == Int(bytes[15]) - 0x41
    }

    /// Mexican CURP: names, date, sex, state, check digit.
    static func isMexican(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == 18, bytes[..<4].allSatisfy(\.isUpper), let date = digits(bytes[4..<10]),
            date.isDay(month: 2, day: 4), "HMX".utf8.contains(bytes[10]),
            bytes[11..<16].allSatisfy(\.isUpper),
            bytes[17].isDigit
        else { return false }
        // The Ñ, between N and O, has no place in a code but one in the count.
        var sum = 0
        for (index, byte) in bytes[..<17].enumerated() {
            guard byte.isDigit || byte.isUpper else { return false }
            let value = byte.isDigit ? Int(byte) - 0x30 : Int(byte) - 0x41 + 10 + (byte > 0x4E ? 1 : 0)
            sum += value * (18 - index)
        }
        return (10 - sum % 10) % 10 == Int(bytes[17]) - 0x30
    }

    /// French NIR of someone born on Corsica, whose department is 2A or 2B.
    static func isCorsican(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == 15, bytes[5] == UInt8(ascii: "2"), 0x41...0x42 ~= bytes[6] else { return false }
        let department = bytes[6] == 0x41 ? Array("19".utf8) : Array("18".utf8)
        return digits((bytes[..<5] + department + bytes[7...])[...]).map(NationalCheck.isFrench) == true
    }

    /// Chinese resident number whose check character is X.
    static func isChinese(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == 18, bytes[17] == UInt8(ascii: "X"), let digits = digits(bytes[..<17]) else {
            return false
        }
        return NationalCheck.isChinese(digits, check: 10)
    }

    /// Chilean RUT whose check character is K.
    static func isChilean(_ bytes: [UInt8]) -> Bool {
        guard 8...9 ~= bytes.count, bytes.last == UInt8(ascii: "K"), let digits = digits(bytes.dropLast())
        else {
            return false
        }
        return NationalCheck.isChilean(digits, check: 10)
    }
}
