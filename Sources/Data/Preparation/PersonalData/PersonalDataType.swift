// The kinds of personal data that are found, under the names that Presidio gives them.

/// A kind of personal data. The raw value is the name in a placeholder: `<EMAIL_ADDRESS>`.
///
/// Names are Presidio's where it has one; `DATE_OF_BIRTH`, `SECRET` and some national numbers are named in
/// its
/// manner.
package enum PersonalDataType: String, Sendable, Hashable, CaseIterable, Comparable {
    case emailAddress = "EMAIL_ADDRESS"
    case phoneNumber = "PHONE_NUMBER"
    case creditCard = "CREDIT_CARD"
    case iban = "IBAN_CODE"
    case ipAddress = "IP_ADDRESS"
    case macAddress = "MAC_ADDRESS"
    /// An address on the web that carries a token or a password.
    case url = "URL"
    /// An address of a crypto currency.
    case crypto = "CRYPTO"
    /// A key, token or password.
    case secret = "SECRET"
    case person = "PERSON"
    /// A postal address.
    case location = "LOCATION"
    case dateOfBirth = "DATE_OF_BIRTH"
    case usSocialSecurity = "US_SSN"
    case usTaxpayer = "US_ITIN"
    case usPassport = "US_PASSPORT"
    case usDriverLicense = "US_DRIVER_LICENSE"
    case ukHealthService = "UK_NHS"
    case ukNationalInsurance = "UK_NINO"
    case germanTaxNumber = "DE_TAX_ID"
    case frenchSocialSecurity = "FR_NIR"
    case spanishTaxNumber = "ES_NIF"
    case spanishForeigner = "ES_NIE"
    case italianFiscalCode = "IT_FISCAL_CODE"
    case polishCitizen = "PL_PESEL"
    case dutchCitizen = "NL_BSN"
    case belgianNational = "BE_NATIONAL_NUMBER"
    case swedishPersonal = "SE_PERSONNUMMER"
    case norwegianBirth = "NO_FODSELSNUMMER"
    case danishPersonal = "DK_CPR"
    case finnishIdentity = "FI_PERSONAL_IDENTITY_CODE"
    case swissSocialSecurity = "CH_AHV"
    case portugueseTaxNumber = "PT_NIF"
    case irishPublicService = "IE_PPSN"
    case czechBirth = "CZ_RODNE_CISLO"
    case romanianPersonal = "RO_CNP"
    case bulgarianCivil = "BG_EGN"
    case turkishNational = "TR_NATIONAL_ID"
    case brazilianTaxpayer = "BR_CPF"
    case chileanNational = "CL_RUT"
    case argentineTaxpayer = "AR_CUIT"
    case mexicanPopulation = "MX_CURP"
    case canadianInsurance = "CA_SIN"
    case indianAadhaar = "IN_AADHAAR"
    case indianTaxpayer = "IN_PAN"
    case chineseResident = "CN_RESIDENT_ID"
    case koreanResident = "KR_RRN"
    case japaneseIndividual = "JP_MY_NUMBER"
    case singaporeanIdentity = "SG_NRIC_FIN"
    case thaiNational = "TH_TNIN"
    case israeliIdentity = "IL_ID_NUMBER"
    case southAfricanIdentity = "ZA_ID_NUMBER"
    case australianTaxFile = "AU_TFN"
    case australianMedicare = "AU_MEDICARE"

    /// The type's placeholder without a number.
    package var placeholder: String { "<\(rawValue)>" }

    package static func < (first: Self, second: Self) -> Bool { first.rawValue < second.rawValue }

    /// Names and postal addresses, which rules find only where the text around them tells; all others have a
    /// form or a check of their own.
    package var isStructured: Bool { self != .person && self != .location }
}

extension Set<PersonalDataType> {
    /// Every type that there is.
    package static var all: Self { Set(PersonalDataType.allCases) }
}
