// Random numbers that are functions of a seed and a row, so that ranks need not agree on a state.

/// A key from which words of 64 random bits are drawn by their index.
///
/// Words are those of SplitMix64 started at the key (Steele, Lea, Flood 2014: "Fast splittable pseudorandom
/// number generators"). This module depends on no other, hence its own generator.
struct BootstrapKey {
    private let state: UInt64

    /// The key of a row or a replicate.
    init(seed: UInt64, index: UInt64) {
        state = Self.mix(seed ^ Self.mix(index &+ 0x9E37_79B9_7F4A_7C15))
    }

    @inline(__always)
    func word(_ index: UInt64) -> UInt64 { Self.mix(state &+ (index &+ 1) &* 0x9E37_79B9_7F4A_7C15) }

    @inline(__always)
    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Weights of mean 1 from 32 random bits each.
struct PoissonWeights {
    /// P(weight ≤ k) in units of 2^-32, for k from 0; the last is the highest that 32 bits can tell.
    private let thresholds: [UInt32]
    /// The lowest weight of the bits that share their upper byte. `[256]`
    private let lowest: [UInt8]
    /// The highest weight.
    var maximum: Int { thresholds.count }

    init() {
        var thresholds: [UInt32] = []
        var (term, total) = (0x1.78b56362cef38p-2, 0.0)  // 1/e
        for k in 1... {
            total += term
            let scaled = (total * 0x1p32).rounded()
            guard scaled < 0x1p32 else { break }
            thresholds.append(UInt32(scaled))
            term /= Double(k)
        }
        self.thresholds = thresholds
        lowest = (0..<256).map { byte in
            UInt8(thresholds.prefix { $0 <= UInt32(byte) << 24 }.count)
        }
    }

    @inline(__always)
    func weight(_ bits: UInt32) -> Int {
        var weight = Int(lowest[Int(bits >> 24)])
        while weight < thresholds.count && bits >= thresholds[weight] { weight += 1 }
        return weight
    }
}
