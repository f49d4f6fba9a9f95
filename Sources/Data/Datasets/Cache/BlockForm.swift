// How each file of a cache is laid out: a header, its content in blocks, a checksum a block, a trailer.

internal import Files

/// The layout, in bytes. All numbers are little-endian.
///
/// | part | bytes |
/// |---|---|
/// | header | `LOCKSTEP`, u32 version, u32 kind, u64 bytes of a block, u64 zero |
/// | content | blocks, the last one shorter |
/// | table | u64 XXH64 a block |
/// | trailer | u64 bytes of the content, u64 blocks, u64 XXH64 of the table, `LOCKSTEP` |
enum BlockForm {
    static let magic = Array("LOCKSTEP".utf8)
    static let version: UInt32 = 1
    static let headerByteCount = 32
    static let trailerByteCount = 32
    /// One pass of the checksum over a block takes 15 µs, about as long as a page fault on a cold disk.
    static let blockByteCount = 1 << 17
    static let checksumByteCount = 8

    /// What the content of a file is.
    enum Kind: UInt32, Sendable {
        /// Token ids of all rows, one after the other, 2 or 4 bytes each.
        case tokens2 = 2
        case tokens4 = 4
        /// What else belongs to a row.
        case details = 16
        /// An entry a row of 32 bytes.
        case index = 17
    }

    static func blockCount(_ byteCount: Int) -> Int {
        (byteCount + blockByteCount - 1) / blockByteCount
    }
}

extension [UInt8] {
    /// Appends a whole number, the lowest byte first.
    mutating func append<Number: FixedWidthInteger>(number: Number) {
        for place in 0..<Number.bitWidth / 8 {
            append(UInt8(truncatingIfNeeded: number >> Number(truncatingIfNeeded: 8 * place)))
        }
    }

    /// Appends a number that is not negative, 7 bits a byte, the lowest first.
    mutating func append(varint value: Int) {
        precondition(value >= 0, "\(value) is negative")
        var rest = UInt64(value)
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }

    /// The number of `count` bytes at `place`, which are there.
    func number(at place: Int, bytes count: Int = 8) -> UInt64 {
        var value: UInt64 = 0
        for offset in 0..<count { value |= UInt64(self[place + offset]) << UInt64(8 * offset) }
        return value
    }

    /// XXH64 of the bytes.
    var checksum: UInt64 {
        var hash = XXHash64()
        hash.add(self)
        return hash.value
    }
}
