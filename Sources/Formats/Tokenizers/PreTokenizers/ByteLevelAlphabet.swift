// The alphabet in which byte-level vocabularies spell bytes: a printable character for each (Radford et al.
// 2019).

/// The bijection between bytes and characters of GPT-2's vocabularies: printable Latin-1 characters stand for
/// themselves, the other 68 bytes for U+0100 and on.
enum ByteLevelAlphabet {
    /// The character of each byte, at most U+0143.
    static let characters: [Unicode.Scalar] = {
        var next: UInt16 = 0x100
        return (0...255).map { (byte: UInt8) in
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return Unicode.Scalar(byte)
            default:
                defer { next += 1 }
                return Unicode.Scalar(next) ?? " "
            }
        }
    }()

    /// The byte of each character below U+0144, or -1.
    private static let bytes: [Int16] = {
        var bytes = [Int16](repeating: -1, count: 0x144)
        for (byte, character) in characters.enumerated() { bytes[Int(character.value)] = Int16(byte) }
        return bytes
    }()

    /// The byte that a character stands for, if any.
    static func byte(of character: Unicode.Scalar) -> UInt8? {
        guard character.value < 0x144 else { return nil }
        let byte = bytes[Int(character.value)]
        return byte < 0 ? nil : UInt8(byte)
    }

    /// Appends the bytes that `token`, UTF-8, spells; appends nothing and is false if a character of it
    /// stands for none.
    static func append(_ token: ArraySlice<UInt8>, to result: inout [UInt8]) -> Bool {
        let start = result.count
        let span = token.span
        var position = 0
        while position < span.count {
            let (scalar, width) = span.scalar(at: position)
            guard let byte = byte(of: scalar) else {
                result.removeSubrange(start...)
                return false
            }
            result.append(byte)
            position += width
        }
        return true
    }
}
