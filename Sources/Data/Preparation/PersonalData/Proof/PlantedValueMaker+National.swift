// Invented national numbers: drawn until the rules of their country hold.

extension PlantedValueMaker {
    /// Year, month and day together.
    private mutating func yearFirst() -> String {
        let (year, month, day) = date()
        return year + month + day
    }

    private mutating func dayFirst() -> String {
        let (year, month, day) = date()
        return day + month + year
    }

    /// A national number of Europe; nil for other types.
    mutating func european(_ type: PersonalDataType) -> String? {
        switch type {
        case .ukHealthService:
            grouped(digits(10, where: NationalCheck.isHealthService), [3, 3, 4], [" ", ""])
        case .ukNationalInsurance:
            text(
                { $0.letters(2) + $0.digits(6) + $0.letters(1, of: "ABCD") }, where: LetteredCheck.isInsurance
            )
        case .germanTaxNumber: grouped(digits(11, where: NationalCheck.isGerman), [2, 3, 3, 3], [" ", ""])
        case .frenchSocialSecurity:
            digits(
                15, from: { maker in "1" + maker.yearFirst().prefix(4) + "75" + maker.digits(6) },
                where: NationalCheck.isFrench)
        case .spanishTaxNumber: text({ $0.digits(8) + $0.letters(1) }, where: LetteredCheck.isSpanish)
        case .spanishForeigner:
            text(
                { $0.letters(1, of: "XYZ") + $0.digits(7) + $0.letters(1) }, where: LetteredCheck.isForeigner)
        case .italianFiscalCode:
            text(
                {
                    $0.letters(6, of: "BCDFGLMNPRST") + $0.date().year + $0.letters(1, of: "ABCDEHLMPRST")
                        + $0.date().day + "H501" + $0.letters(1)
                }, where: LetteredCheck.isItalian)
        case .polishCitizen: digits(11, from: { $0.yearFirst() }, where: NationalCheck.isPolish)
        case .dutchCitizen: digits(9, from: { _ in "1" }, where: NationalCheck.isDutch)
        case .belgianNational: digits(11, from: { $0.yearFirst() }, where: NationalCheck.isBelgian)
        case .swedishPersonal:
            grouped(
                digits(10, from: { $0.yearFirst() }, where: { NationalCheck.isSwedish($0, from: 0) }),
                [6, 4], ["-"])
        case .norwegianBirth: digits(11, from: { $0.dayFirst() }, where: NationalCheck.isNorwegian)
        case .danishPersonal: grouped(dayFirst() + digits(4), [6, 4], ["-"])
        case .finnishIdentity:
            text(
                { $0.dayFirst() + "-" + $0.digits(3) + $0.letters(1, of: "0123456789ABCDEFHJKLMNPRSTUVWXY") },
                where: LetteredCheck.isFinnish)
        case .swissSocialSecurity:
            grouped(digits(13, from: { _ in "756" }, where: \.hasEAN), [3, 4, 4, 2], [".", ""])
        case .portugueseTaxNumber: digits(9, from: { _ in "2" }, where: NationalCheck.isPortuguese)
        case .irishPublicService: text({ $0.digits(7) + $0.letters(1) }, where: LetteredCheck.isIrish)
        case .czechBirth:
            grouped(digits(10, from: { $0.yearFirst() }, where: NationalCheck.isCzech), [6, 4], ["/"])
        case .romanianPersonal:
            digits(13, from: { "1" + $0.yearFirst() + "40" }, where: NationalCheck.isRomanian)
        case .bulgarianCivil: digits(10, from: { $0.yearFirst() }, where: NationalCheck.isBulgarian)
        case .turkishNational: digits(11, where: NationalCheck.isTurkish)
        default: nil
        }
    }

    /// A national number of another continent.
    mutating func other(_ type: PersonalDataType) -> String {
        switch type {
        case .usSocialSecurity: grouped(digits(9, where: SocialSecurity.isNumber), [3, 2, 4], ["-"])
        case .usTaxpayer:
            grouped(digits(9, from: { _ in "9" }, where: SocialSecurity.isTaxpayer), [3, 2, 4], ["-"])
        case .usPassport: "C" + digits(8)
        case .usDriverLicense: "D" + digits(7)
        case .brazilianTaxpayer: digits(11, where: NationalCheck.isBrazilian)
        case .chileanNational:
            grouped(
                digits(9, from: { _ in "1" }, where: { NationalCheck.isChilean($0, check: nil) }), [8, 1],
                ["-"])
        case .argentineTaxpayer:
            grouped(digits(11, from: { _ in "20" }, where: NationalCheck.isArgentine), [2, 8, 1], ["-"])
        case .mexicanPopulation:
            text(
                {
                    $0.letters(4) + $0.yearFirst() + $0.letters(1, of: "HM") + "DF"
                        + $0.letters(3, of: "BCDFGL") + $0.digits(2)
                },
                where: LetteredCheck.isMexican)
        case .canadianInsurance:
            grouped(digits(9, from: { _ in "1" }, where: { $0.hasLuhn() }), [3, 3, 3], [" ", "-", ""])
        case .indianAadhaar:
            grouped(digits(12, from: { _ in "3" }, where: \.hasVerhoeff), [4, 4, 4], [" ", ""])
        case .indianTaxpayer:
            text(
                { $0.letters(3) + "P" + $0.letters(1) + $0.digits(4) + $0.letters(1) },
                where: LetteredCheck.isPermanentAccount)
        case .chineseResident:
            digits(
                18, from: { "11010119" + $0.yearFirst() }, where: { NationalCheck.isChinese($0, check: nil) })
        case .koreanResident:
            grouped(
                digits(
                    13, from: { $0.yearFirst() + "1" },
                    where: { NationalCheck.isKorean($0) && NationalCheck.hasKoreanCheck($0) }), [6, 7],
                ["-"])
        case .japaneseIndividual: digits(12, where: NationalCheck.isJapanese)
        case .singaporeanIdentity:
            text({ "S" + $0.digits(7) + $0.letters(1) }, where: LetteredCheck.isSingaporean)
        case .thaiNational: grouped(digits(13, where: NationalCheck.isThai), [1, 4, 5, 2, 1], ["-"])
        case .israeliIdentity: digits(9, from: { _ in "0" }, where: { $0.hasLuhn() })
        case .southAfricanIdentity:
            digits(13, from: { $0.yearFirst() + $0.digits(4) + "08" }, where: NationalCheck.isSouthAfrican)
        case .australianTaxFile:
            grouped(digits(9, where: NationalCheck.isAustralianTaxFile), [3, 3, 3], [" ", ""])
        case .australianMedicare: grouped(digits(10, where: NationalCheck.isMedicare), [4, 5, 1], [" "])
        default: preconditionFailure("no value is made for \(type.rawValue)")
        }
    }
}
