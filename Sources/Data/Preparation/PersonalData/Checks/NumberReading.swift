// What a number can be: a kind whose check it passes, and how far that alone decides.

/// One kind that a number may be of.
struct NumberReading {
    let type: PersonalDataType
    let rule: String
    /// Whether form and check decide without a word beside the number.
    let isCertain: Bool
    /// Whether they decide even beside a word for things that are counted.
    let isIrrefutable: Bool
    /// Whether the number has a check at all, or only the length.
    let isChecked: Bool
    /// How far before the number a word for the kind may end, in bytes.
    let reach: Int

    init(
        _ type: PersonalDataType, _ rule: String, certain: Bool = false, irrefutable: Bool = false,
        checked: Bool = true,
        reach: Int = 100
    ) {
        (self.type, self.rule, isChecked, self.reach) = (type, rule, checked, reach)
        (isCertain, isIrrefutable) = (certain || irrefutable, irrefutable)
    }
}

extension PersonalDataScanner {
    /// Every kind that a number passes the check of, the rarer kind first.
    func readings(of number: NumberCandidate) -> [NumberReading] {
        guard !number.leading.contains(.plus), !number.digits.isUniform else { return [] }
        var readings: [NumberReading] = []
        let digits = number.digits
        let isCard = 12...19 ~= digits.count && digits.hasLuhn()
        let isIssued = isCard && CardIssuer(digits) != nil
        if isIssued, digits.count != 13 { readings.append(card(number)) }
        switch digits.count {
        case 8, 9: readNineDigits(number, &readings)
        case 10: readTenDigits(number, &readings)
        case 11: readElevenDigits(number, &readings)
        case 12, 13: readThirteenDigits(number, &readings)
        case 15, 18: readLongDigits(number, &readings)
        default: break
        }
        if isIssued, digits.count == 13 { readings.append(card(number)) }
        if isCard, !isIssued, number.isSetOff {
            readings.append(NumberReading(.creditCard, "Luhn", reach: 24))
        }
        if number.groupCount == 1, 6...14 ~= digits.count {
            readings.append(NumberReading(.usDriverLicense, "word for a driver's license", checked: false))
        }
        return readings
    }

    private func card(_ number: NumberCandidate) -> NumberReading {
        let count = number.digits.count
        let isGrouped = number.groupCount > 1 && number.shape != 0
        let inFours =
            number.shape == 4444 || number.shape == 465 || number.shape == 464 || number.shape == 44443
        let isBare = number.groupCount == 1 && (14...16 ~= count || count == 19)
        return NumberReading(
            .creditCard, "Luhn and issuer", certain: inFours || isBare || !isGrouped && count == 13,
            irrefutable: inFours)
    }

    private func readNineDigits(_ number: NumberCandidate, _ readings: inout [NumberReading]) {
        let digits = number.digits
        let inTriples = number.shape == 333 || number.groupCount == 1
        if digits.count == 9 {
            let isFormed = number.shape == 324 || number.groupCount == 1
            if isFormed, SocialSecurity.isNumber(digits) {
                let isHyphenated = number.shape == 324 && number.inner == .hyphen
                readings.append(
                    NumberReading(.usSocialSecurity, "area, group and serial", certain: isHyphenated))
            }
            if isFormed, SocialSecurity.isTaxpayer(digits) {
                let isHyphenated = number.shape == 324 && number.inner == .hyphen
                readings.append(NumberReading(.usTaxpayer, "group of an ITIN", certain: isHyphenated))
            }
            if inTriples || number.shape == 423, NationalCheck.isDutch(digits) {
                readings.append(NumberReading(.dutchCitizen, "eleven test"))
            }
            if inTriples, digits.hasLuhn(), digits[0] != 8, digits[0] != 0 || number.shape == 333 {
                readings.append(NumberReading(.canadianInsurance, "Luhn"))
            }
            if inTriples, NationalCheck.isPortuguese(digits) {
                readings.append(NumberReading(.portugueseTaxNumber, "modulo 11"))
            }
            if number.groupCount <= 2, digits.hasLuhn() {
                readings.append(NumberReading(.israeliIdentity, "Luhn"))
            }
            if number.groupCount == 1 {
                readings.append(NumberReading(.usPassport, "nine digits", checked: false))
            }
        }
        if inTriples || number.shape == 323, NationalCheck.isAustralianTaxFile(digits) {
            readings.append(NumberReading(.australianTaxFile, "modulo 11"))
        }
        if NationalCheck.isChilean(digits, check: nil) {
            let isFormed = number.inner.contains(.hyphen)
            let inPoints = isFormed && number.inner.contains(.point)
            if isFormed || number.groupCount == 1 {
                readings.append(NumberReading(.chileanNational, "modulo 11", certain: inPoints))
            }
        }
    }

    private func readTenDigits(_ number: NumberCandidate, _ readings: inout [NumberReading]) {
        let digits = number.digits
        let isBare = number.groupCount == 1
        if isBare || number.shape == 334, NationalCheck.isHealthService(digits) {
            readings.append(NumberReading(.ukHealthService, "modulo 11"))
        }
        if isBare || number.shape == 64 {
            let isHyphenated = number.shape == 64 && number.inner == .hyphen
            if number.shape == 64, NationalCheck.isFinnish(digits) {
                readings.append(
                    NumberReading(.finnishIdentity, "date and modulo 31", certain: isHyphenated))
            }
            if NationalCheck.isSwedish(digits, from: 0) {
                readings.append(NumberReading(.swedishPersonal, "date and Luhn", certain: isHyphenated))
            }
            if digits.isDay(month: 2, day: 0) {
                let isChecked = digits.weighted([4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).isMultiple(of: 11)
                readings.append(
                    NumberReading(.danishPersonal, "date of birth", certain: isHyphenated && isChecked))
            }
            if NationalCheck.isCzech(digits) {
                let isSlashed = number.shape == 64 && number.inner == .slash
                readings.append(NumberReading(.czechBirth, "date and modulo 11", certain: isSlashed))
            }
        }
        if isBare, NationalCheck.isBulgarian(digits) {
            readings.append(NumberReading(.bulgarianCivil, "date and modulo 11"))
        }
        if isBare || number.shape == 451, NationalCheck.isMedicare(digits) {
            readings.append(
                NumberReading(.australianMedicare, "modulo 10", certain: number.shape == 451))
        }
    }

    private func readElevenDigits(_ number: NumberCandidate, _ readings: inout [NumberReading]) {
        let digits = number.digits
        let isBare = number.groupCount == 1
        if isBare || number.shape == 3332, NationalCheck.isBrazilian(digits) {
            let isFormed = number.shape == 3332 && number.inner.contains(.hyphen)
            readings.append(
                NumberReading(.brazilianTaxpayer, "two check digits", certain: true, irrefutable: isFormed))
        }
        if isBare || number.shape == 22232 || number.shape == 632, NationalCheck.isBelgian(digits) {
            readings.append(
                NumberReading(.belgianNational, "date and modulo 97", certain: true, irrefutable: !isBare))
        }
        if isBare || number.shape == 65, NationalCheck.isNorwegian(digits) {
            readings.append(NumberReading(.norwegianBirth, "date and two check digits", certain: true))
        }
        if isBare, NationalCheck.isPolish(digits) {
            readings.append(NumberReading(.polishCitizen, "date and modulo 10", certain: true))
        }
        if isBare || number.shape == 3332, NationalCheck.isTurkish(digits) {
            readings.append(NumberReading(.turkishNational, "two check digits", certain: true))
        }
        if isBare || number.shape == 2333, NationalCheck.isGerman(digits) {
            readings.append(
                NumberReading(.germanTaxNumber, "repeated digit and ISO 7064", certain: !isBare))
        }
        if isBare || number.shape == 281, NationalCheck.isArgentine(digits) {
            readings.append(
                NumberReading(
                    .argentineTaxpayer, "modulo 11", certain: number.shape == 281 && number.inner == .hyphen))
        }
        if isBare || number.shape == 4511, NationalCheck.isMedicare(digits) {
            readings.append(NumberReading(.australianMedicare, "modulo 10"))
        }
    }

    private func readThirteenDigits(_ number: NumberCandidate, _ readings: inout [NumberReading]) {
        let digits = number.digits
        let isBare = number.groupCount == 1
        if digits.count == 12 {
            if isBare || number.shape == 444, digits[0] > 1, digits.hasVerhoeff {
                readings.append(NumberReading(.indianAadhaar, "Verhoeff", certain: number.shape == 444))
            }
            if isBare || number.shape == 444, NationalCheck.isJapanese(digits) {
                readings.append(NumberReading(.japaneseIndividual, "modulo 11"))
            }
            if isBare || number.shape == 84, 18...20 ~= digits.value(0..<2),
                NationalCheck.isSwedish(digits, from: 2)
            {
                readings.append(
                    NumberReading(.swedishPersonal, "date and Luhn", certain: number.shape == 84 || isBare))
            }
            return
        }
        if isBare || number.shape == 6412 || number.shape == 64111 || number.shape == 643,
            NationalCheck.isSouthAfrican(digits)
        {
            readings.append(NumberReading(.southAfricanIdentity, "date and Luhn", certain: true))
        }
        if isBare || number.shape == 67, NationalCheck.isKorean(digits) {
            let isChecked = NationalCheck.hasKoreanCheck(digits)
            let isFormed = number.shape == 67 && number.inner == .hyphen
            readings.append(NumberReading(.koreanResident, "date and check", certain: isChecked || isFormed))
        }
        if digits.value(0..<3) == 756, digits.hasEAN, isBare || number.shape == 3442 {
            readings.append(NumberReading(.swissSocialSecurity, "756 and EAN", irrefutable: true))
        }
        if isBare, NationalCheck.isRomanian(digits) {
            readings.append(NumberReading(.romanianPersonal, "date, county and modulo 11", certain: true))
        }
        if isBare || number.shape == 14521, NationalCheck.isThai(digits) {
            readings.append(NumberReading(.thaiNational, "modulo 11", certain: !isBare))
        }
    }

    private func readLongDigits(_ number: NumberCandidate, _ readings: inout [NumberReading]) {
        let digits = number.digits
        if digits.count == 15, NationalCheck.isFrench(digits) {
            readings.append(NumberReading(.frenchSocialSecurity, "month and modulo 97", certain: true))
        }
        if digits.count == 18, NationalCheck.isChinese(digits, check: nil) {
            readings.append(NumberReading(.chineseResident, "date and modulo 11", irrefutable: true))
        }
    }
}
