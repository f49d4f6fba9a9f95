// Which numbers a payment card may have: ranges of issuers with the lengths that they use.

/// The issuer of a payment card, by the first digits and the length of its number (ISO/IEC 7812).
enum CardIssuer: Sendable {
    case visa, mastercard, americanExpress, discover, dinersClub, jcb, unionPay, maestro, mir, ruPay

    /// - Returns: nil if no issuer has such numbers.
    init?(_ digits: DigitString) {
        guard 12...19 ~= digits.count else { return nil }
        guard let issuer = Self.issuer(first: digits.value(0..<6)), issuer.lengths ~= digits.count else {
            return nil
        }
        self = issuer
    }

    private static func issuer(first six: Int) -> Self? {
        switch six {
        case 340_000...349_999, 370_000...379_999: .americanExpress
        case 300_000...305_999, 309_500...309_599, 360_000...369_999, 380_000...399_999: .dinersClub
        case 352_800...358_999, 213_100...213_199, 180_000...180_099: .jcb
        case 220_000...220_499: .mir
        case 222_100...272_099, 510_000...559_999: .mastercard
        case 601_100...601_199, 644_000...659_999, 622_126...622_925: .discover
        case 508_500...508_999, 606_985...608_500: .ruPay
        case 620_000...629_999, 810_000...817_199: .unionPay
        case 500_000...509_999, 560_000...589_999, 600_000...699_999: .maestro
        case 400_000...499_999: .visa
        default: nil
        }
    }

    private var lengths: ClosedRange<Int> {
        switch self {
        case .americanExpress: 15...15
        case .dinersClub: 14...19
        case .visa: 13...19
        case .jcb: 15...19
        case .mastercard, .ruPay: 16...16
        case .discover, .unionPay, .mir: 16...19
        case .maestro: 12...19
        }
    }
}
