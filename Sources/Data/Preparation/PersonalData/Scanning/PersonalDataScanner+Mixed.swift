// Words of letters and digits: account numbers, national numbers with letters, addresses of crypto
// currencies.

extension PersonalDataScanner {
    /// Looks at a word that has both letters and digits.
    mutating func visitMixed(_ word: ScannedWord) {
        if visitNetwork(word) || visitSecret(word) { return }
        if at(word.start).isDigit {
            var end = word.start
            while at(end).isDigit { end += 1 }
            if phoneEnd(end) != end || at(end) >= 0x80 { return visitNumber(from: word.start) }
        }
        guard !isPartOfIdentifier(word) else { return }
        if visitAccount(word) || visitCrypto(word) || visitLetteredNumber(word) { return }
        visitHouseNumber(word)
    }

    /// Whether other letters or digits hang on the word by `_` or `-`.
    private func isPartOfIdentifier(_ word: ScannedWord) -> Bool {
        let before = at(word.start - 1)
        return before == UInt8(ascii: "_")
            || before == UInt8(ascii: "-") && at(word.start - 2).isAlphanumeric
    }

    /// Letters in upper case and digits from a place on, single separators left out, at most `limit`.
    /// - Returns: the characters, and where each ends.
    func compacted(from start: Int, limit: Int) -> (characters: [UInt8], ends: [Int]) {
        var (characters, ends): ([UInt8], [Int]) = ([], [])
        characters.reserveCapacity(limit)
        ends.reserveCapacity(limit)
        var place = start
        while characters.count < limit {
            let byte = at(place)
            if byte.isAlphanumeric {
                characters.append(byte.uppercased)
                ends.append(place + 1)
            } else if byte == 0xC2, at(place + 1) == 0xA0, at(place + 2).isAlphanumeric {
                place += 1
            } else if !(byte == 0x20 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "."))
                || !at(place + 1).isAlphanumeric
            {
                break
            }
            place += 1
        }
        return (characters, ends)
    }

    /// An IBAN that starts with this word.
    private mutating func visitAccount(_ word: ScannedWord) -> Bool {
        let start = word.start
        guard word.count >= 4, at(start).isLetter, at(start + 1).isLetter, at(start + 2).isDigit,
            at(start + 3).isDigit,
            let length = IBANCountry.length(at(start).uppercased, at(start + 1).uppercased)
        else { return false }
        let (characters, ends) = compacted(from: start, limit: length)
        guard let end = ends.last, !at(end).isAlphanumeric, IBANCountry.isValid(characters) else {
            return false
        }
        keep(start, end, .iban, "country, length and modulo 97")
        return true
    }

    /// A national number that has letters in it.
    private mutating func visitLetteredNumber(_ word: ScannedWord) -> Bool {
        guard 5...18 ~= word.count else { return false }
        let upper = bytes[word.start..<word.end].map(\.uppercased)
        let isUpper = !bytes[word.start..<word.end].contains { $0.isLower }
        let reading = Self.lettered(upper)
        if let reading {
            let isKnown = isNear(reading.type, word.start, word.end) || isIdentity(word.start, word.end)
            let isAlone = reading.isCertain && isUpper && thing(before: word.start) > 24
            if isKnown || reading.isIrrefutable || isAlone {
                keep(word.start, word.end, reading.type, reading.rule)
                return true
            }
        }
        if isNear(.usDriverLicense, word.start, word.end) {
            keep(word.start, word.end, .usDriverLicense, "word for a driver's license")
            return true
        }
        let isPassport = word.count == 9 && upper[0].isUpper && upper[1...].allSatisfy(\.isDigit)
        if isPassport, isNear(.usPassport, word.start, word.end) {
            keep(word.start, word.end, .usPassport, "word for a passport")
            return true
        }
        return false
    }

    private static func lettered(_ bytes: [UInt8]) -> NumberReading? {
        switch bytes.count {
        case 8 where LetteredCheck.isIrish(bytes): NumberReading(.irishPublicService, "modulo 23")
        case 9 where LetteredCheck.isForeigner(bytes):
            NumberReading(.spanishForeigner, "modulo 23", certain: true)
        case 9 where LetteredCheck.isSpanish(bytes):
            NumberReading(.spanishTaxNumber, "modulo 23", certain: true)
        case 9 where LetteredCheck.isInsurance(bytes):
            NumberReading(.ukNationalInsurance, "prefix and suffix", certain: true)
        case 9 where LetteredCheck.isSingaporean(bytes):
            NumberReading(.singaporeanIdentity, "modulo 11", certain: true)
        case 9 where LetteredCheck.isIrish(bytes): NumberReading(.irishPublicService, "modulo 23")
        case 8...9 where LetteredCheck.isChilean(bytes): NumberReading(.chileanNational, "modulo 11")
        case 10 where LetteredCheck.isPermanentAccount(bytes):
            NumberReading(.indianTaxpayer, "kind of holder", certain: true)
        case 11 where LetteredCheck.isFinnish(bytes):
            NumberReading(.finnishIdentity, "date and modulo 31", irrefutable: true)
        case 15 where LetteredCheck.isCorsican(bytes):
            NumberReading(.frenchSocialSecurity, "month and modulo 97", irrefutable: true)
        case 16 where LetteredCheck.isItalian(bytes):
            NumberReading(.italianFiscalCode, "month and check letter", irrefutable: true)
        case 18 where LetteredCheck.isMexican(bytes):
            NumberReading(.mexicanPopulation, "date and check digit", irrefutable: true)
        case 18 where LetteredCheck.isChinese(bytes):
            NumberReading(.chineseResident, "date and modulo 11", irrefutable: true)
        default: nil
        }
    }

    /// Numbers that start with digits and end with letters behind a sign: 12345678-Z, 131052-308T,
    /// 12.345.678-K.
    mutating func visitLetteredEnd(_ run: NumberRun) -> Bool {
        let start = run.start(0)
        guard run.count <= 4, run.end(run.count - 1) - start <= 12 else { return false }
        let isDated = run.digitCount(0) == 6
        let sign = at(run.end(0))
        if isDated, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            let end = run.end(0) + 5
            let code = bytes[start..<min(end, bytes.count)].map(\.uppercased)
            if !at(end).isWord, at(end - 1).isLetter, LetteredCheck.isFinnish(code) {
                keep(start, end, .finnishIdentity, "date and modulo 31")
                return true
            }
        }
        let last = run.end(run.count - 1)
        let letter = at(last) == UInt8(ascii: "-") || at(last) == 0x20 ? last + 1 : last
        guard at(letter).isLetter, !at(letter + 1).isWord else { return false }
        let code = (bytes[start..<last].filter(\.isDigit) + [at(letter)]).map(\.uppercased)
        let isUpper = at(letter).isUpper
        let isChilean = LetteredCheck.isChilean(code) && at(last) == UInt8(ascii: "-")
        if LetteredCheck.isSpanish(code),
            isUpper && !isChilean || isNear(.spanishTaxNumber, start, letter + 1)
        {
            keep(start, letter + 1, .spanishTaxNumber, "modulo 23")
            return true
        }
        if isChilean {
            keep(start, letter + 1, .chileanNational, "modulo 11")
            return true
        }
        return false
    }

    /// National numbers that start with letters apart: AB 12 34 56 C, X-1234567-L, S 1234567 D.
    mutating func visitSpacedNumber(_ word: ScannedWord) -> Bool {
        guard word.count <= 6, at(word.start).isUpper else { return false }
        let separator = at(word.end)
        guard separator.isBlank || separator == UInt8(ascii: "-"), at(word.end + 1).isDigit else {
            return false
        }
        let limit = word.count == 6 ? 16 : 9
        let (characters, ends) = compacted(from: word.start, limit: limit)
        guard characters.count == limit, let end = ends.last, !at(end).isWord else { return false }
        let type: PersonalDataType
        switch word.count {
        case 2 where LetteredCheck.isInsurance(characters): type = .ukNationalInsurance
        case 1 where LetteredCheck.isForeigner(characters): type = .spanishForeigner
        case 6 where LetteredCheck.isItalian(characters): type = .italianFiscalCode
        default: return false
        }
        keep(word.start, end, type, "letters apart, check")
        return true
    }
}
