// Check digits of the national numbers of Asia, Africa, America and Australia.

extension NationalCheck {
    /// Brazilian CPF: two check digits.
    static func isBrazilian(_ digits: DigitString) -> Bool {
        let first = digits.weighted([10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10 % 11 % 10
        let second = digits.weighted([11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10 % 11 % 10
        return first == digits[9] && second == digits[10]
    }

    /// Chilean RUT of seven or eight digits and its check digit, the last digit unless `check` is K (10).
    static func isChilean(_ digits: DigitString, check: Int?) -> Bool {
        let length = check == nil ? digits.count - 1 : digits.count
        guard 7...8 ~= length, digits[0] != 0 else { return false }
        var (sum, weight) = (0, 2)
        for index in (0..<length).reversed() {
            sum += digits[index] * weight
            weight = weight == 7 ? 2 : weight + 1
        }
        return (11 - sum % 11) % 11 == check ?? digits[length]
    }

    /// Argentine CUIT or CUIL of a person.
    static func isArgentine(_ digits: DigitString) -> Bool {
        let kind = digits.value(0..<2)
        guard [20, 23, 24, 27, 30, 33, 34, 50, 51, 55].contains(kind) else { return false }
        // A remainder of 1 would leave the check 10, for which 9 is written.
        let check = 11 - digits.weighted([5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
        return (check == 11 ? 0 : check == 10 ? 9 : check) == digits[10]
    }

    /// Chinese resident number: date and ISO 7064 MOD 11,2; `check` is 10 where an X stands last.
    static func isChinese(_ digits: DigitString, check: Int?) -> Bool {
        guard digits.count == (check == nil ? 18 : 17), 11...82 ~= digits.value(0..<2),
            18...20 ~= digits.value(6..<8), digits.isDay(month: 10, day: 12)
        else { return false }
        let sum = digits.weighted([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
        return (12 - sum % 11) % 11 == check ?? digits[17]
    }

    /// Korean resident number: date, sex and century.
    static func isKorean(_ digits: DigitString) -> Bool { digits[6] <= 8 && digits.isDay(month: 2, day: 4) }

    /// The check digit that Korean numbers before October 2020 have.
    static func hasKoreanCheck(_ digits: DigitString) -> Bool {
        (11 - digits.weighted([2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11) % 10 == digits[12]
    }

    /// Japanese individual number.
    static func isJapanese(_ digits: DigitString) -> Bool {
        let remainder = digits.weighted([6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
        return (remainder <= 1 ? 0 : 11 - remainder) == digits[11]
    }

    /// Thai national number.
    static func isThai(_ digits: DigitString) -> Bool {
        let sum = digits.weighted([13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2])
        return digits[0] != 0 && digits[0] != 9 && (11 - sum % 11) % 10 == digits[12]
    }

    /// South African identity number: date, citizenship, Luhn.
    static func isSouthAfrican(_ digits: DigitString) -> Bool {
        digits.isDay(month: 2, day: 4) && digits[10] <= 2 && digits[11] >= 8 && digits.hasLuhn()
    }

    /// Australian tax file number of eight or nine digits.
    static func isAustralianTaxFile(_ digits: DigitString) -> Bool {
        digits.weighted(digits.count == 8 ? [10, 7, 8, 4, 6, 3, 5, 1] : [1, 4, 3, 7, 5, 8, 6, 9, 10])
            .isMultiple(of: 11)
    }

    /// Australian Medicare number of ten digits, or eleven with the place on the card.
    static func isMedicare(_ digits: DigitString) -> Bool {
        2...6 ~= digits[0] && digits.weighted([1, 3, 7, 9, 1, 3, 7, 9]) % 10 == digits[8] && digits[9] != 0
    }
}

/// US numbers of nine digits, which have no check digit.
enum SocialSecurity {
    /// Area, group and serial that can be given out.
    static func isNumber(_ digits: DigitString) -> Bool {
        let area = digits.value(0..<3)
        return area != 0 && area != 666 && area < 900 && digits.value(3..<5) != 0 && digits.value(5..<9) != 0
            && digits.value(0..<9) != 78_051_120 && digits.value(0..<9) != 123_456_789
    }

    /// Taxpayer numbers start with 9 and have certain groups.
    static func isTaxpayer(_ digits: DigitString) -> Bool {
        switch digits.value(3..<5) {
        case 50...65, 70...88, 90...92, 94...99: digits[0] == 9
        default: false
        }
    }
}
