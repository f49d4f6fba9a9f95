// Check digits of the national numbers of Europe.

/// The rules that a national number must keep, by country. Each takes exactly the digits of the number.
enum NationalCheck {
    /// UK NHS number: weights 10 to 2, modulo 11.
    static func isHealthService(_ digits: DigitString) -> Bool {
        let check = 11 - digits.weighted([10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11
        return digits[0] != 0 && check % 11 == digits[9] && check != 10
    }

    /// German tax identification number: one digit occurs two or three times among the first ten.
    static func isGerman(_ digits: DigitString) -> Bool {
        guard digits[0] != 0, digits.hasModulus11And10 else { return false }
        var counts = InlineArray<10, Int>(repeating: 0)
        for index in 0..<10 { counts[digits[index]] += 1 }
        var (repeated, most) = (0, 0)
        for digit in 0..<10 where counts[digit] > 1 {
            repeated += 1
            most = max(most, counts[digit])
        }
        return repeated == 1 && most <= 3
    }

    /// French NIR with its key: sex, year, month, department.
    /// For Corsica 19 stands in the place of 2A, and 18 in that of 2B.
    static func isFrench(_ digits: DigitString) -> Bool {
        guard 1...4 ~= digits[0] || 7...8 ~= digits[0] else { return false }
        let month = digits.value(3..<5)
        guard 1...12 ~= month || 20...42 ~= month || month >= 50, digits.value(5..<7) > 0 else {
            return false
        }
        return 97 - digits.value(0..<13) % 97 == digits.value(13..<15)
    }

    /// Dutch BSN: the eleven test, the last digit with weight -1.
    static func isDutch(_ digits: DigitString) -> Bool {
        digits.value(0..<9) > 9_999_999 && digits.weighted([9, 8, 7, 6, 5, 4, 3, 2, -1]).isMultiple(of: 11)
    }

    /// Belgian national number, of births before and since 2000; months are raised by 20 or 40 in some
    /// registers.
    static func isBelgian(_ digits: DigitString) -> Bool {
        let month = digits.value(2..<4) % 20
        let isDay = digits.isDay(monthValue: month, dayValue: digits.value(4..<6))
        guard isDay || month == 0 else { return false }
        let (number, check) = (digits.value(0..<9), digits.value(9..<11))
        return 97 - number % 97 == check || 97 - (2_000_000_000 + number) % 97 == check
    }

    /// Polish PESEL: the century is in the month.
    static func isPolish(_ digits: DigitString) -> Bool {
        digits.isDay(monthValue: digits.value(2..<4) % 20, dayValue: digits.value(4..<6))
            && digits.weighted([1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).isMultiple(of: 10)
    }

    /// Swedish personal number, ten digits from `start` on; co-ordination numbers add 60 to the day.
    static func isSwedish(_ digits: DigitString, from start: Int) -> Bool {
        let day = digits.value(start + 4..<start + 6)
        return digits.isDay(
            monthValue: digits.value(start + 2..<start + 4), dayValue: day > 60 ? day - 60 : day)
            && digits.hasLuhn(from: start)
    }

    /// Finnish identity code of the twentieth century whose check character is a digit, ten digits.
    static func isFinnish(_ digits: DigitString) -> Bool {
        digits.isDay(month: 2, day: 0) && digits.value(0..<9) % 31 == digits[9]
    }

    /// Norwegian birth number: two check digits; D numbers add 40 to the day.
    static func isNorwegian(_ digits: DigitString) -> Bool {
        let day = digits.value(0..<2)
        let isDay = digits.isDay(monthValue: digits.value(2..<4), dayValue: day > 40 ? day - 40 : day)
        return isDay && digits.weighted([3, 7, 6, 1, 8, 9, 4, 5, 2, 1]).isMultiple(of: 11)
            && digits.weighted([5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).isMultiple(of: 11)
    }

    /// Portuguese NIF of a person.
    static func isPortuguese(_ digits: DigitString) -> Bool {
        let check = 11 - digits.weighted([9, 8, 7, 6, 5, 4, 3, 2]) % 11
        return (1...3 ~= digits[0] || digits.value(0..<2) == 45 || digits[0] >= 5)
            && (check > 9 ? 0 : check) == digits[8]
    }

    /// Czech and Slovak birth number; women's months are raised by 50, and by 20 or 70 when numbers run out.
    static func isCzech(_ digits: DigitString) -> Bool {
        let month = digits.value(2..<4) % 50
        let isDay = digits.isDay(
            monthValue: month > 20 ? month - 20 : month, dayValue: digits.value(4..<6))
        return isDay && digits.value(0..<9) % 11 % 10 == digits[9]
    }

    /// Bulgarian EGN: the century is in the month.
    static func isBulgarian(_ digits: DigitString) -> Bool {
        let month = digits.value(2..<4)
        let isDay = digits.isDay(
            monthValue: month > 40 ? month - 40 : month > 20 ? month - 20 : month,
            dayValue: digits.value(4..<6))
        return isDay && digits.weighted([2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10 == digits[9]
    }

    /// Romanian CNP: sex and century, date, county.
    static func isRomanian(_ digits: DigitString) -> Bool {
        let county = digits.value(7..<9)
        guard 1...8 ~= digits[0], digits.isDay(month: 3, day: 5), 1...52 ~= county || county == 70 else {
            return false
        }
        let check = digits.weighted([2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11
        return (check == 10 ? 1 : check) == digits[12]
    }

    /// Turkish identity number: two check digits.
    static func isTurkish(_ digits: DigitString) -> Bool {
        let odd = digits[0] + digits[2] + digits[4] + digits[6] + digits[8]
        let even = digits[1] + digits[3] + digits[5] + digits[7]
        return digits[0] != 0 && (odd * 7 - even + 100) % 10 == digits[9]
            && (odd + even + digits[9]) % 10 == digits[10]
    }
}
