// What a byte of UTF-8 may start, so that the scanner looks closer only where something can stand.

/// The class of a byte.
enum ByteClass: UInt8, Sendable {
    case other
    /// Part of a word: a letter or a byte of one beyond ASCII.
    case letter
    case digit
    /// `@ : + (` and `-`, where an address, a number or a key may begin.
    case trigger

    /// By byte.
    static let table: [ByteClass] = (0...255).map { value in
        switch UInt8(value) {
        case 0x30...0x39: .digit
        case 0x41...0x5A, 0x61...0x7A, 0x80...0xFF: .letter
        case UInt8(ascii: "@"), UInt8(ascii: ":"), UInt8(ascii: "+"), UInt8(ascii: "("), UInt8(ascii: "-"):
            .trigger
        default: .other
        }
    }
}

extension UInt8 {
    var isDigit: Bool { self &- 0x30 < 10 }
    var isUpper: Bool { self &- 0x41 < 26 }
    var isLower: Bool { self &- 0x61 < 26 }
    var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }
    var isAlphanumeric: Bool { isDigit || isLetter }
    /// A letter or digit, or a byte of a character beyond ASCII.
    var isWord: Bool { isAlphanumeric || self >= 0x80 }
    var isHex: Bool { isDigit || (self | 0x20) &- 0x61 < 6 }
    var isBlank: Bool { self == 0x20 || self == 0x09 }
    var isSpace: Bool { self == 0x20 || self &- 0x09 < 5 }
    /// The letter in upper case; other bytes as they are.
    var uppercased: UInt8 { isLower ? self & 0xDF : self }
}
