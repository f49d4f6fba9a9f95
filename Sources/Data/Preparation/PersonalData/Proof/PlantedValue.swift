// Invented values of each type, valid by its rules, in a sentence: what a proof of privacy looks for.

internal import Tensors

/// A value that was made up, with the words around it.
struct PlantedValue: Sendable, Equatable {
    let type: PersonalDataType
    let text: String
    /// The sentence before and behind the value.
    let before: String
    let after: String

    var sentence: String { before + text + after }
}

/// Makes values, each a function of a key and a number: nothing has to be kept.
struct PlantedValueMaker {
    /// The random numbers of one value, drawn in turn.
    private let key: RandomKey
    private var index: UInt64 = 0

    init(_ key: RandomKey) { self.key = key }

    /// A whole number below `bound`.
    mutating func number(below bound: Int) -> Int {
        index += 1
        return Int(key.word(index) % UInt64(bound))
    }

    mutating func pick<Element>(_ choices: [Element]) -> Element { choices[number(below: choices.count)] }

    mutating func digits(_ count: Int) -> String {
        (0..<count).map { _ in String(number(below: 10)) }.joined()
    }

    mutating func letters(_ count: Int, of alphabet: String = "ABCDEFGHIJKLMNOPQRSTUVWXYZ") -> String {
        let all = Array(alphabet)
        return String((0..<count).map { _ in all[number(below: all.count)] })
    }

    /// Digits, of which the last ones are drawn until a check holds.
    /// - Parameter make: a start; it is made anew after a hundred draws.
    mutating func digits(
        _ count: Int, from make: (inout Self) -> String = { _ in "" }, where isValid: (DigitString) -> Bool
    ) -> String {
        while true {
            let start = make(&self)
            for _ in 0..<1000 {
                let text = start + digits(count - start.count)
                let number = DigitString(text)
                if isValid(number), !number.isUniform { return text }
            }
        }
    }

    /// A text drawn until a check holds.
    mutating func text(_ make: (inout Self) -> String, where isValid: ([UInt8]) -> Bool) -> String {
        while true {
            let text = make(&self)
            if isValid(Array(text.utf8)) { return text }
        }
    }

    /// Parts of some lengths with a separator between, one of several.
    mutating func grouped(_ text: String, _ lengths: [Int], _ separators: [String]) -> String {
        var rest = text[...]
        let parts = lengths.map { length in
            defer { rest = rest.dropFirst(length) }
            return String(rest.prefix(length))
        }
        return parts.joined(separator: pick(separators))
    }

    /// A day of the years 1930 to 1999: year, month and day of two digits each.
    mutating func date() -> (year: String, month: String, day: String) {
        let parts = [30 + number(below: 70), 1 + number(below: 12), 1 + number(below: 28)]
        let texts = parts.map { $0 < 10 ? "0\($0)" : "\($0)" }
        return (texts[0], texts[1], texts[2])
    }

    /// A value of a type in a sentence.
    mutating func value(of type: PersonalDataType) -> PlantedValue {
        let text = common(type) ?? european(type) ?? other(type)
        let (before, after) = carrier(of: type)
        return PlantedValue(type: type, text: text, before: before, after: after)
    }

    /// Numbers and codes that look like personal data and are none: a check digit that fails, an order, a
    /// price.
    mutating func decoy() -> PlantedValue {
        let none = PersonalDataType.creditCard
        switch number(below: 6) {
        case 0:
            let card = digits(16, from: { _ in "4" }, where: { !$0.hasLuhn() })
            return PlantedValue(type: none, text: card, before: "The test value is ", after: ".")
        case 1:
            return PlantedValue(
                type: none, text: digits(8 + number(below: 5)), before: "Order number ", after: " was sent.")
        case 2:
            let price = "\(1 + number(below: 900)).\(digits(2))"
            return PlantedValue(type: none, text: price, before: "It costs $", after: " in all.")
        case 3:
            let version =
                "\(number(below: 20)).\(number(below: 20)).\(number(below: 200)).\(number(below: 20))"
            return PlantedValue(
                type: none, text: version, before: "Please install version ", after: " first.")
        case 4:
            let (year, month, day) = date()
            return PlantedValue(
                type: none, text: "19\(year)-\(month)-\(day)", before: "The report is of ", after: ".")
        default:
            return PlantedValue(
                type: none, text: letters(40, of: "0123456789abcdef"), before: "See commit ", after: ".")
        }
    }

    private mutating func carrier(of type: PersonalDataType) -> (String, String) {
        switch type {
        case .person: (pick(["My name is ", "Please ask for Dr. ", "Ich heiße "]), ".")
        case .location: (pick(["I live at ", "Please send it to "]), ".")
        case .secret: (pick(["The key is ", "token: ", "I used "]), " for that.")
        case .emailAddress, .url, .ipAddress, .macAddress, .iban, .crypto, .creditCard:
            (pick(["Please note ", "It was ", "Use this: "]), pick([" for now.", ", thanks.", " today."]))
        default:
            (
                pick([
                    "My \(label(of: type)) is ", "\(label(of: type)): ",
                    "They asked for the \(label(of: type)) ",
                ]), "."
            )
        }
    }

    /// The first words that are known for a type.
    private func label(of type: PersonalDataType) -> String {
        switch type {
        case .phoneNumber: "phone number"
        case .dateOfBirth: "date of birth"
        case .usSocialSecurity: "social security number"
        case .usDriverLicense: "driver's license"
        case .southAfricanIdentity: "South African ID"
        default:
            CueLexicon.typeWords.first { $0.0 == type }?.1.split(separator: "|").first.map { $0.uppercased() }
                ?? type.rawValue
        }
    }
}
