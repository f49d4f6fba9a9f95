// White space and lower case as Python's `str` defines them, which is what the reference programs were
// written in.

/// White space in UTF-8, as `str.split` and `str.rstrip` see it.
enum WhiteSpace {
    /// Number of bytes of the white space scalar that starts at `index`; 0 when none does.
    @inline(__always)
    static func length(_ bytes: [UInt8], at index: Int) -> Int {
        let byte = bytes[index]
        if byte < 0x80 { return isASCII(byte) ? 1 : 0 }
        return byte == 0xC2 || byte == 0xE1 || byte == 0xE2 || byte == 0xE3
            ? wideLength(bytes, at: index) : 0
    }

    /// Tab to carriage return, the four separators and the space.
    @inline(__always)
    static func isASCII(_ byte: UInt8) -> Bool {
        byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) || (byte >= 0x1C && byte <= 0x1F)
    }

    /// U+0085, U+00A0, U+1680, U+2000...U+200A, U+2028, U+2029, U+202F, U+205F, U+3000.
    private static func wideLength(_ bytes: [UInt8], at index: Int) -> Int {
        guard index + 1 < bytes.count else { return 0 }
        let second = bytes[index + 1]
        if bytes[index] == 0xC2 { return second == 0x85 || second == 0xA0 ? 2 : 0 }
        guard index + 2 < bytes.count else { return 0 }
        let third = bytes[index + 2]
        switch (bytes[index], second) {
        case (0xE1, 0x9A): return third == 0x80 ? 3 : 0
        case (0xE2, 0x80): return third <= 0x8A || third == 0xA8 || third == 0xA9 || third == 0xAF ? 3 : 0
        case (0xE2, 0x81): return third == 0x9F ? 3 : 0
        case (0xE3, 0x80): return third == 0x80 ? 3 : 0
        default: return 0
        }
    }

    /// Calls `body` with the range of each word: a longest run without white space.
    @inline(__always)
    static func forEachWord(in bytes: [UInt8], _ body: (Range<Int>) -> Void) {
        var start = 0
        var index = 0
        while index < bytes.count {
            let length = length(bytes, at: index)
            if length > 0 {
                if start < index { body(start..<index) }
                start = index + length
            }
            index += max(length, 1)
        }
        if start < index { body(start..<index) }
    }

    /// Whether a scalar is white space.
    static func contains(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F,
            0x3000:
            true
        default: false
        }
    }
}

/// Lower case as `str.lower`: full mappings, and the final form of sigma at the end of a word.
enum LowerCase {
    /// UTF-8 of the text in lower case.
    static func bytes(of text: String) -> [UInt8] {
        var bytes = Array(text.utf8)
        var isASCII = true
        for index in bytes.indices {
            if bytes[index] >= 0x80 {
                isASCII = false
                break
            }
            bytes[index] = ascii(bytes[index])
        }
        return isASCII ? bytes : unicode(Array(text.unicodeScalars))
    }

    @inline(__always)
    static func ascii(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }

    private static func unicode(_ scalars: [Unicode.Scalar]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(scalars.count * 2)
        for (index, scalar) in scalars.enumerated() {
            if scalar.isASCII {
                bytes.append(ascii(UInt8(truncatingIfNeeded: scalar.value)))
            } else if scalar == "Σ" {
                bytes.append(contentsOf: (isFinalSigma(scalars, at: index) ? "ς" : "σ").utf8)
            } else {
                bytes.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
            }
        }
        return bytes
    }

    /// Unicode's context Final_Sigma: a cased letter before, none after, case-ignorable scalars apart.
    private static func isFinalSigma(_ scalars: [Unicode.Scalar], at index: Int) -> Bool {
        let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
        let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
        return before?.properties.isCased == true && after?.properties.isCased != true
    }
}
