// Unicode properties as the Rust tokenizers library sees them. It mixes tables of several Unicode versions,
// and Swift's are newer; so a property counts only for scalars that were assigned by the version of the table
// in question, plus the six scalars whose category changed later. Compared over every scalar with tokenizers
// 0.23.3.

import Foundation

extension Unicode.Scalar {
    /// Whether the scalar was assigned by Unicode version `major`.0.
    func isAssigned(by major: Int) -> Bool {
        guard let age = properties.age else { return false }
        return age.major < major || (age.major == major && age.minor == 0)
    }

    /// Category Cc, Cf or Co (Unicode 8), but not tab, newline and carriage return, which are whitespace
    /// here.
    var isBertControl: Bool {
        switch properties.generalCategory {
        case .control, .format, .privateUse: value != 9 && value != 10 && value != 13 && isAssigned(by: 8)
        default: false
        }
    }

    /// ASCII symbols and the P categories (Unicode 8).
    var isBertPunctuation: Bool {
        switch value {
        case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E, 0x166D, 0x111C9: return true
        default: break
        }
        switch properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
            .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            return isAssigned(by: 8)
        default: return false
        }
    }

    /// Category Mn (Unicode 8): the marks that stripping accents removes.
    var isBertAccent: Bool {
        switch value {
        case 0x1734, 0x1171E: true
        case 0x1885, 0x1886, 0xA9BD, 0x111C9: false
        default: properties.generalCategory == .nonspacingMark && isAssigned(by: 8)
        }
    }

    /// The blocks that BERT pads with spaces. (The gap at 2B820 is the library's.)
    var isBertChinese: Bool {
        switch value {
        case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
            0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
            true
        default: false
        }
    }

    /// What the regular expression `\w` matches (Unicode 16).
    var isWordCharacter: Bool {
        guard isAssigned(by: 16) else { return false }
        if properties.isAlphabetic || properties.isJoinControl { return true }
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: return true
        default: return false
        }
    }

    /// White_Space, which has not changed since Unicode 6.3.
    @inline(__always)
    var isUnicodeWhitespace: Bool {
        switch value {
        case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000:
            true
        default: false
        }
    }

    /// Canonical combining class (Unicode 9); 0 for a starter.
    var combiningClass: UInt8 {
        let combiningClass = properties.canonicalCombiningClass.rawValue
        return combiningClass != 0 && isAssigned(by: 9) ? combiningClass : 0
    }

    /// Full canonical decomposition (Unicode 9), or nil if the scalar is its own.
    var canonicalDecomposition: [Unicode.Scalar]? {
        switch value {
        case 0xAC00...0xD7A3: return hangulDecomposition
        case 0xC0...0x30FE, 0xF900...0xFB4E, 0x1109A...0x115BB, 0x1D15E...0x1D1C0, 0x2F800...0x2FA1D: break
        default: return nil
        }
        guard isAssigned(by: 9) else { return nil }
        let scalars = Array(String(self).decomposedStringWithCanonicalMapping.unicodeScalars)
        return scalars == [self] ? nil : scalars
    }

    /// The conjoining letters of a Hangul syllable (Unicode Standard, section 3.12).
    private var hangulDecomposition: [Unicode.Scalar] {
        let index = value - 0xAC00
        let trailing = index % 28
        var values = [0x1100 + index / 588, 0x1161 + index % 588 / 28]
        if trailing != 0 { values.append(0x11A7 + trailing) }
        return values.compactMap(Unicode.Scalar.init)
    }

    /// Full lower-case mapping of this scalar alone (Unicode 17).
    var lowercase: [Unicode.Scalar] {
        guard properties.changesWhenLowercased, isAssigned(by: 17) else { return [self] }
        return Array(properties.lowercaseMapping.unicodeScalars)
    }
}

extension Unicode.Scalar {
    /// Categories Nd, Nl and No (Unicode 17).
    var isNumber: Bool {
        if isASCII { return 0x30...0x39 ~= value }
        switch properties.generalCategory {
        case .decimalNumber, .letterNumber, .otherNumber: return isAssigned(by: 17)
        default: return false
        }
    }
}
