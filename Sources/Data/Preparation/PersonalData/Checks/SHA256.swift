// SHA-256 (FIPS 180-4), of which the check of a Bitcoin address is made.

/// The digest of short texts.
enum SHA256 {
    private static let constants: [UInt32] = fractions(of: 64) { $0.cubeRootFraction }
    private static let start: [UInt32] = fractions(of: 8) { $0.squareRootFraction }

    /// The first 32 bits of the fraction of a root of each of the first primes.
    private static func fractions(of count: Int, _ fraction: (UInt64) -> UInt32) -> [UInt32] {
        var primes: [UInt64] = []
        var candidate: UInt64 = 2
        while primes.count < count {
            if primes.allSatisfy({ !candidate.isMultiple(of: $0) }) { primes.append(candidate) }
            candidate += 1
        }
        return primes.map(fraction)
    }

    /// The 32 bytes of the digest.
    static func digest(_ message: [UInt8]) -> [UInt8] {
        var padded = message + [0x80]
        while padded.count % 64 != 56 { padded.append(0) }
        let bits = UInt64(message.count) * 8
        for shift in stride(from: 56, through: 0, by: -8) {
            padded.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift)))
        }
        var state = start
        for block in stride(from: 0, to: padded.count, by: 64) { mix(&state, padded[block..<block + 64]) }
        return state.flatMap { word in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) } }
    }

    private static func mix(_ state: inout [UInt32], _ block: ArraySlice<UInt8>) {
        var words = stride(from: block.startIndex, to: block.endIndex, by: 4).map { place in
            (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(block[place + $1]) }
        }
        for index in 16..<64 {
            let (first, last) = (words[index - 15], words[index - 2])
            let low = first.rotated(7) ^ first.rotated(18) ^ first >> 3
            let high = last.rotated(17) ^ last.rotated(19) ^ last >> 10
            words.append(words[index - 16] &+ low &+ words[index - 7] &+ high)
        }
        var v = state
        for index in 0..<64 {
            let upper = v[4].rotated(6) ^ v[4].rotated(11) ^ v[4].rotated(25)
            let choice = v[4] & v[5] ^ ~v[4] & v[6]
            let first = v[7] &+ upper &+ choice &+ constants[index] &+ words[index]
            let lower = v[0].rotated(2) ^ v[0].rotated(13) ^ v[0].rotated(22)
            let majority = v[0] & v[1] ^ v[0] & v[2] ^ v[1] & v[2]
            v = [first &+ lower &+ majority, v[0], v[1], v[2], v[3] &+ first, v[4], v[5], v[6]]
        }
        for index in 0..<8 { state[index] &+= v[index] }
    }
}

extension UInt32 {
    fileprivate func rotated(_ count: UInt32) -> UInt32 { self >> count | self << (32 - count) }
}

extension UInt64 {
    /// The first 32 bits behind the point of the square root, found bit by bit.
    fileprivate var squareRootFraction: UInt32 {
        let target = UInt128(self) << 64
        return Self.root { $0 * $0 <= target }
    }

    /// The first 32 bits behind the point of the cube root.
    fileprivate var cubeRootFraction: UInt32 {
        let target = UInt128(self) << 96
        return Self.root { $0 * $0 * $0 <= target }
    }

    /// The largest number of 37 bits that a condition holds for, its low 32 bits.
    private static func root(_ isBelow: (UInt128) -> Bool) -> UInt32 {
        var root: UInt128 = 0
        for bit in (0..<37).reversed() where isBelow(root | 1 << UInt128(bit)) { root |= 1 << UInt128(bit) }
        return UInt32(truncatingIfNeeded: root)
    }
}
