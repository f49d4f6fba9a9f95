// Numbers as little-endian bytes, for messages.

/// Conversion between 64-bit words and bytes.
enum UInt64Bytes {
    /// Eight bytes a word, the lowest first.
    static func bytes(_ words: [UInt64]) -> [UInt8] {
        words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
    }

    /// The inverse of `bytes`; the number of bytes must be a multiple of eight.
    static func words(_ bytes: [UInt8]) -> [UInt64] {
        precondition(bytes.count % 8 == 0, "\(bytes.count) bytes are no whole number of words")
        return stride(from: 0, to: bytes.count, by: 8).map { start in
            (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[start + $1]) << (8 * UInt64($1)) }
        }
    }
}
