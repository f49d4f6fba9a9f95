// Invented values that are at home everywhere: addresses, accounts, telephone numbers, keys, names.

extension PlantedValueMaker {
    /// A value of a type that no country has for its own; nil for others.
    mutating func common(_ type: PersonalDataType) -> String? {
        switch type {
        case .emailAddress: lower(3 + number(below: 9)) + pick([".", "_", ""]) + lower(4) + "@" + host()
        case .phoneNumber: telephone()
        case .creditCard: card()
        case .iban: account()
        case .ipAddress:
            pick([true, true, false])
                ? "\(91 + number(below: 100)).\(octet()).\(octet()).\(octet())" : hexadecimal(8, 4, ":")
        case .macAddress: "a" + hexadecimal(6, 2, pick([":", "-"])).dropFirst()
        case .url: "https://\(host())/login?user=\(lower(5))&token=\(key(24))"
        case .crypto: pick([true, false]) ? "0x" + letters(40, of: "0123456789abcdef") : base58()
        case .secret:
            pick(["ghp_" + key(36), "AKIA" + letters(15) + "7", "sk_live_" + key(24), "glpat-" + key(20)])
        case .person: name()
        case .location: address()
        case .dateOfBirth: birth()
        default: nil
        }
    }

    private mutating func lower(_ count: Int) -> String { letters(count, of: "abcdefghijklmnopqrstuvwxyz") }

    private mutating func key(_ count: Int) -> String {
        letters(count - 2, of: "ABCDEFGHJKMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789") + "a7"
    }

    private mutating func host() -> String {
        lower(4 + number(below: 8)) + pick([".com", ".org", ".co.uk", ".de"])
    }

    private mutating func octet() -> Int { number(below: 256) }

    private mutating func hexadecimal(_ groups: Int, _ length: Int, _ separator: String) -> String {
        (0..<groups).map { _ in letters(length, of: "0123456789abcdef") }.joined(separator: separator)
    }

    /// A number of some country's plan: behind + and its calling code, or as North America and Britain write
    /// it.
    private mutating func telephone() -> String {
        switch number(below: 4) {
        case 0: return "(\(2 + number(below: 8))\(digits(1))2) 5\(digits(2))-\(digits(4))"
        case 1: return grouped("07\(4 + number(below: 4))" + digits(8), [5, 6], [" ", ""])
        default:
            let plan = NumberingPlan.shared
            let codes = plan.callingCodes
            while true {
                let code = pick(codes)
                let national = DigitString("\(1 + number(below: 9))" + digits(7 + number(below: 3)))
                guard plan.fit(national, from: 0, code: code) == .valid else { continue }
                let text = (0..<national.count).map { String(national[$0]) }.joined()
                return "+\(code)" + pick([" ", ""]) + grouped(text, [3, 3, text.count - 6], [" ", "", "-"])
            }
        }
    }

    private mutating func card() -> String {
        let (start, count) = pick([("4", 16), ("51", 16), ("55", 16), ("34", 15), ("6011", 16), ("3566", 16)])
        let text = digits(count, from: { _ in start }, where: { $0.hasLuhn() && CardIssuer($0) != nil })
        return count == 16 ? grouped(text, [4, 4, 4, 4], [" ", "-", ""]) : text
    }

    private mutating func account() -> String {
        let (code, length) = pick(IBANCountry.countries)
        let body = digits(length - 4)
        for check in 2...98 {
            let text = code + (check < 10 ? "0\(check)" : "\(check)") + body
            guard IBANCountry.isValid(Array(text.utf8)) else { continue }
            var lengths = [Int](repeating: 4, count: length / 4)
            if !length.isMultiple(of: 4) { lengths.append(length % 4) }
            return grouped(text, lengths, [" ", ""])
        }
        preconditionFailure("no check digits make an account number valid")
    }

    /// A Bitcoin address: version 0, twenty bytes, the start of their double digest.
    private mutating func base58() -> String {
        let body = [0] + (0..<20).map { _ in UInt8(octet()) }
        var number = body + SHA256.digest(SHA256.digest(body)).prefix(4)
        let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
        var text = ""
        while number.contains(where: { $0 != 0 }) {
            var remainder = 0
            for index in number.indices {
                let value = remainder << 8 | Int(number[index])
                number[index] = UInt8(value / 58)
                remainder = value % 58
            }
            text = String(alphabet[remainder]) + text
        }
        return String(repeating: "1", count: body.prefix { $0 == 0 }.count) + text
    }

    private mutating func name() -> String {
        let first = pick(["Amelia", "Henrik", "Chiara", "Tomasz", "Noor", "Gwendolyn", "Rashid", "Ingrid"])
        let last = pick([
            "Abernathy", "Kowalczyk", "Lindqvist", "Okafor", "Castellano", "Hargreaves", "Dubois",
        ])
        return first + " " + last
    }

    private mutating func address() -> String {
        switch number(below: 3) {
        case 0:
            "\(1 + number(below: 999)) \(pick(["Maple", "Highland", "Station"])) \(pick(["Street", "Avenue", "Road"])), Springfield, IL 6\(digits(4))"
        case 1:
            "\(pick(["Linden", "Garten", "Bahnhof"]))straße \(1 + number(below: 199)), 1\(digits(4)) Berlin"
        default: "\(1 + number(below: 99)) rue de la \(pick(["Paix", "Gare", "Mairie"])), 7\(digits(4)) Paris"
        }
    }

    private mutating func birth() -> String {
        let (year, month, day) = date()
        return pick([
            "19\(year)-\(month)-\(day)", "\(day).\(month).19\(year)", "\(month)/\(day)/19\(year)",
            "\(day) March 19\(year)",
        ])
    }
}
