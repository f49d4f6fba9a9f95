// The check digits that many number systems share.

extension DigitString {
    /// The Luhn check (ISO/IEC 7812-1, annex B) of all digits from `start` on.
    func hasLuhn(from start: Int = 0) -> Bool {
        var sum = 0
        for index in start..<count {
            let doubled = (count - 1 - index).isMultiple(of: 2) ? self[index] : self[index] * 2
            sum += doubled > 9 ? doubled - 9 : doubled
        }
        return sum.isMultiple(of: 10)
    }

    /// The check of EAN-13: weights 1 and 3 in turn.
    var hasEAN: Bool {
        var sum = 0
        for index in 0..<count { sum += self[index] * (index.isMultiple(of: 2) ? 1 : 3) }
        return sum.isMultiple(of: 10)
    }

    /// The Verhoeff check (dihedral group of order ten).
    var hasVerhoeff: Bool {
        var check = 0
        for index in 0..<count {
            let digit = self[count - 1 - index]
            check = Self.product(check, Self.permuted(digit, times: index % 8))
        }
        return check == 0
    }

    /// ISO/IEC 7064 MOD 11,10.
    var hasModulus11And10: Bool {
        var product = 10
        for index in 0..<count - 1 {
            let sum = (self[index] + product) % 10
            product = (sum == 0 ? 10 : sum) * 2 % 11
        }
        return (11 - product) % 10 == self[count - 1]
    }

    /// The product of two elements of the dihedral group of order ten: 0–4 are rotations, 5–9 reflections.
    private static func product(_ first: Int, _ second: Int) -> Int {
        switch (first < 5, second < 5) {
        case (true, true): (first + second) % 5
        case (true, false): 5 + (first + second - 5) % 5
        case (false, true): 5 + (first - 5 + 5 - second) % 5
        case (false, false): (first - second + 5) % 5
        }
    }

    private static let permutation = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]

    private static func permuted(_ digit: Int, times: Int) -> Int {
        var result = digit
        for _ in 0..<times { result = permutation[result] }
        return result
    }
}
