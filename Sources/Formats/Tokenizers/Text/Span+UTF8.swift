// Reading scalars from bytes that are known to be valid UTF-8.

extension Span where Element == UInt8 {
    /// The scalar that starts at `position`, and the number of its bytes.
    @inline(__always)
    func scalar(at position: Int) -> (scalar: Unicode.Scalar, width: Int) {
        let first = UInt32(self[position])
        if first < 0x80 { return (Unicode.Scalar(UInt8(first)), 1) }
        let second = UInt32(self[position + 1] & 0x3F)
        if first < 0xE0 { return (Self.scalar((first & 0x1F) << 6 | second), 2) }
        let third = UInt32(self[position + 2] & 0x3F)
        if first < 0xF0 { return (Self.scalar((first & 0x0F) << 12 | second << 6 | third), 3) }
        let fourth = UInt32(self[position + 3] & 0x3F)
        return (Self.scalar((first & 0x07) << 18 | second << 12 | third << 6 | fourth), 4)
    }

    /// The scalar that ends just before `position`.
    func scalar(before position: Int) -> (scalar: Unicode.Scalar, width: Int) {
        var start = position - 1
        while self[start].isUTF8Continuation { start -= 1 }
        return scalar(at: start)
    }

    /// Number of scalars in `range`.
    func scalarCount(_ range: Range<Int>) -> Int {
        var count = 0
        for position in range where !self[position].isUTF8Continuation { count += 1 }
        return count
    }

    @inline(__always)
    private static func scalar(_ value: UInt32) -> Unicode.Scalar {
        guard let scalar = Unicode.Scalar(value) else { preconditionFailure("strings hold valid UTF-8") }
        return scalar
    }
}

extension UInt8 {
    /// Whether this byte is a second or later byte of a scalar.
    @inline(__always)
    var isUTF8Continuation: Bool { self & 0xC0 == 0x80 }
}
