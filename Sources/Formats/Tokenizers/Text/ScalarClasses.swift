// The four classes of characters by which the byte-level families split words, as Oniguruma 6.9 sees them
// (Unicode 16).

/// A table from scalars to classes.
enum ScalarClasses {
    static let other: UInt8 = 0
    /// `\p{L}`.
    static let letter: UInt8 = 1
    /// `\p{N}`.
    static let number: UInt8 = 2
    /// `\s`.
    static let space: UInt8 = 3

    /// Scalars from here on are all of class `other`.
    private static let end: UInt32 = 0x40000

    private static let table: [UInt8] = (0..<end).map { value in
        Unicode.Scalar(value).map(classify) ?? other
    }

    private static func classify(_ scalar: Unicode.Scalar) -> UInt8 {
        if scalar.isUnicodeWhitespace { return space }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            return scalar.isAssigned(by: 16) ? letter : other
        case .decimalNumber, .letterNumber, .otherNumber:
            return scalar.isAssigned(by: 16) ? number : other
        default: return other
        }
    }

    /// A view for a loop over text.
    struct Lookup {
        private let table = ScalarClasses.table

        /// The class of the scalar at `position`, and the number of its bytes.
        @inline(__always)
        func at(_ position: Int, _ bytes: Span<UInt8>) -> (kind: UInt8, width: Int) {
            let byte = bytes[position]
            if byte < 0x80 { return (table[Int(byte)], 1) }
            let (scalar, width) = bytes.scalar(at: position)
            return (scalar.value < ScalarClasses.end ? table[Int(scalar.value)] : ScalarClasses.other, width)
        }

        /// The end of the run of scalars of class `kind` that begins at `start`.
        @inline(__always)
        func endOfRun(_ kind: UInt8, from start: Int, to end: Int, _ bytes: Span<UInt8>) -> Int {
            var position = start
            while position < end {
                let next = at(position, bytes)
                if next.kind != kind { break }
                position += next.width
            }
            return position
        }
    }
}
