// Telephone numbers: with a calling code, with a trunk prefix, of North America, or bare beside a word for
// them.

/// Why a number can be a telephone number.
struct PhoneFit {
    /// The rule that needs no word beside the number.
    var alone: String?
    /// The rule that needs one.
    var withCue: String?
}

extension PersonalDataScanner {
    /// Countries whose numbers are often written with the trunk prefix 0 and nothing before it.
    private static let trunkCodes = [44, 49, 33, 31, 32, 41, 43, 46, 61, 81, 82, 86, 39, 91, 27, 90, 62, 66]

    /// How a number can be a telephone number.
    func phoneFit(_ number: NumberCandidate) -> PhoneFit {
        let digits = number.digits
        if number.leading.contains(.plus) {
            return internationalFit(digits, from: 0, rule: "+ and calling code")
        }
        var fit = PhoneFit()
        guard 6...15 ~= digits.count, !digits.isUniform, isPhoneForm(number) else { return fit }
        if digits.count <= 12 || digits[0] == 0 { fit.withCue = "word for a telephone and length" }
        if digits[0] == 0, digits[1] == 0, digits.count >= 10 {
            fit.alone = internationalFit(digits, from: 2, rule: "00 and calling code").alone
        } else if digits.count > 12, digits.value(0..<3) == 11 {
            fit.alone = internationalFit(digits, from: 3, rule: "011 and calling code").alone
            fit.withCue = fit.alone
        }
        if fit.alone == nil {
            fit.alone =
                americanRule(number) ?? trunkRule(number) ?? russianRule(number) ?? chineseRule(number)
        }
        return fit
    }

    private func internationalFit(_ digits: DigitString, from start: Int, rule: String) -> PhoneFit {
        guard digits.count - start <= 15, digits.count - start >= 7 else { return PhoneFit() }
        switch plan.international(digits, from: start) {
        case .valid: return PhoneFit(alone: rule + ", national number", withCue: rule)
        case .possible: return PhoneFit(alone: rule + ", national length", withCue: rule)
        case .impossible: return PhoneFit()
        }
    }

    /// Groups of one digit stand at the start alone, and points part all groups or none.
    private func isPhoneForm(_ number: NumberCandidate) -> Bool {
        guard number.groupCount > 1, number.shape != 0 else { return true }
        if number.inner.contains(.point), !number.inner.subtracting(.point).isEmpty,
            !number.inner.contains(.parenthesis)
        {
            return false
        }
        var shape = number.shape
        var singles = 0
        while shape >= 10 {
            if shape % 10 == 1 { singles += 1 }
            shape /= 10
        }
        return singles == 0 && number.groupCount <= 7
    }

    /// (212) 555-0123 and its like: area and exchange start with 2 to 9.
    private func americanRule(_ number: NumberCandidate) -> String? {
        let digits = number.digits
        let first = digits.count == 11 && digits[0] == 1 ? 1 : 0
        guard digits.count - first == 10 else { return nil }
        let isFormed: Bool
        switch number.shape {
        case 334, 1334, 37, 137: isFormed = !number.inner.isEmpty
        case 64: isFormed = number.leading.contains(.parenthesis)
        default: isFormed = false
        }
        guard isFormed, digits[first] > 1 else { return nil }
        let isMarked = !number.inner.isDisjoint(with: [.hyphen, .parenthesis, .point]) && number.shape != 37
        let isValid = plan.fit(digits, from: first, code: 1) == .valid && digits[first + 3] > 1
        return isValid || isMarked ? "North American area and exchange" : nil
    }

    /// 020 7946 0958: a trunk prefix and a national number of one of the large plans.
    private func trunkRule(_ number: NumberCandidate) -> String? {
        let digits = number.digits
        guard digits[0] == 0, digits[1] != 0, 9...12 ~= digits.count else { return nil }
        let isGrouped = number.groupCount > 1
        guard isGrouped ? number.inner != .point || number.shape == 22222 : 10...11 ~= digits.count else {
            return nil
        }
        let fits = Self.trunkCodes.contains { code in
            plan.fit(digits, from: code == 39 ? 0 : 1, code: code) == .valid
        }
        return fits ? "trunk prefix and national number" : nil
    }

    /// 8 (495) 123-45-67: the trunk prefix 8 and ten digits.
    private func russianRule(_ number: NumberCandidate) -> String? {
        let digits = number.digits
        guard digits.count == 11, digits[0] == 8,
            number.inner.contains(.parenthesis) || number.shape == 13322,
            plan.fit(digits, from: 1, code: 7) == .valid
        else { return nil }
        return "trunk prefix 8 and national number"
    }

    /// Eleven digits that start with 13 to 19 right behind a Chinese character.
    private func chineseRule(_ number: NumberCandidate) -> String? {
        let digits = number.digits
        guard digits.count == 11, number.groupCount == 1 || number.shape == 344, digits[0] == 1,
            digits[1] > 2,
            at(number.start - 1) >= 0x80
        else { return nil }
        return plan.fit(digits, from: 0, code: 86) == .valid ? "Chinese mobile number" : nil
    }

    /// Where a number ends with its extension: `x12`, `ext. 12`.
    func phoneEnd(_ end: Int) -> Int {
        var place = end
        while at(place).isBlank || at(place) == UInt8(ascii: ","), place - end < 2 { place += 1 }
        let word = (0..<3).map { at(place + $0) | 0x20 }
        if word == Array("ext".utf8) {
            place += 3
            while at(place).isLower { place += 1 }
            while at(place) == UInt8(ascii: ".") || at(place).isBlank || at(place) == UInt8(ascii: ":") {
                place += 1
            }
        } else if word[0] == UInt8(ascii: "x") {
            place += 1
        } else {
            return end
        }
        let start = place
        while at(place).isDigit { place += 1 }
        return 1...6 ~= place - start && !at(place).isLetter ? place : end
    }
}
