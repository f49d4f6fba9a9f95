// International bank account numbers: lengths by country and the check of ISO 13616.

/// The check of an IBAN.
enum IBANCountry {
    /// Country, length and next country without separators, from the registry of ISO 13616.
    private static let registry =
        "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18"
        + "FO18FR27GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21"
        + "LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24"
        + "SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20YE30"

    private static let lengths: [UInt16: Int] = {
        let bytes = Array(registry.utf8)
        var lengths: [UInt16: Int] = [:]
        for start in stride(from: 0, to: bytes.count, by: 4) {
            let country = UInt16(bytes[start]) << 8 | UInt16(bytes[start + 1])
            lengths[country] = Int(bytes[start + 2] - 0x30) * 10 + Int(bytes[start + 3] - 0x30)
        }
        return lengths
    }()

    /// The length of a country's numbers, from the two letters of its code in upper case; nil without any.
    static func length(_ first: UInt8, _ second: UInt8) -> Int? {
        lengths[UInt16(first) << 8 | UInt16(second)]
    }

    /// Every country with the length of its numbers.
    static var countries: [(code: String, length: Int)] {
        lengths.map { (String(decoding: [UInt8($0 >> 8), UInt8($0 & 0xFF)], as: UTF8.self), $1) }
            .sorted { $0.code < $1.code }
    }

    /// Whether the number leaves 1 modulo 97 once its first four characters stand at its end.
    /// - Parameter characters: letters in upper case and digits, without separators.
    static func isValid(_ characters: [UInt8]) -> Bool {
        guard characters.count > 4, length(characters[0], characters[1]) == characters.count else {
            return false
        }
        return remainder(characters[4...]) { remainder(characters[..<4], after: $0) } == 1
    }

    /// The remainder modulo 97 of a text in which A is 10 and Z is 35.
    static func remainder(
        _ characters: ArraySlice<UInt8>, after start: Int = 0, then next: (Int) -> Int = { $0 }
    ) -> Int {
        var remainder = start
        for byte in characters {
            let digit = Int(byte) - 0x30
            remainder = digit < 10 ? (remainder * 10 + digit) % 97 : (remainder * 100 + digit + 3 - 10) % 97
        }
        return next(remainder)
    }
}
