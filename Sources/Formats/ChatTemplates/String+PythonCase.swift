// Lower and upper case as Python has them: by scalar, with the sigma that ends a word.

extension ArraySlice<Unicode.Scalar> {
    /// The lower case of a scalar; a sigma behind a letter and not before one is a final sigma.
    func lowercase(at index: Int) -> String {
        guard self[index] == "\u{3A3}" else { return self[index].properties.lowercaseMapping }
        let before = self[..<index].last { !$0.properties.isCaseIgnorable }
        let after = self[(index + 1)...].first { !$0.properties.isCaseIgnorable }
        let isFinal = before?.properties.isCased == true && after?.properties.isCased != true
        return isFinal ? "\u{3C2}" : "\u{3C3}"
    }
}

extension String {
    /// `str.lower`.
    var lowercasedAsPython: String {
        guard unicodeScalars.contains("\u{3A3}") else { return lowercased() }
        let scalars = Array(unicodeScalars)
        return scalars.indices.map { scalars[...].lowercase(at: $0) }.joined()
    }

    enum Case { case lower, upper }

    /// Whether there are letters with case and all are in this one: `str.islower` and `str.isupper`.
    func hasCase(_ wanted: Case) -> Bool {
        var has = false
        for scalar in unicodeScalars {
            let properties = scalar.properties
            let isTitle = properties.generalCategory == .titlecaseLetter
            if isTitle || (wanted == .lower ? properties.isUppercase : properties.isLowercase) {
                return false
            }
            if wanted == .lower ? properties.isLowercase : properties.isUppercase { has = true }
        }
        return has
    }

    /// `str.istitle`: capitals stand only where words begin, other letters only inside of words.
    var hasTitleCase: Bool {
        var has = false
        var follows = false
        for scalar in unicodeScalars {
            let properties = scalar.properties
            if properties.isUppercase || properties.generalCategory == .titlecaseLetter {
                if follows { return false }
                (follows, has) = (true, true)
            } else if properties.isLowercase {
                if !follows { return false }
                has = true
            } else {
                follows = false
            }
        }
        return has
    }
}
