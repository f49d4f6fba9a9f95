// Counter-based random numbers: a value is a function of its key, so nothing has to be saved or kept in step.

import Foundation

/// A 64-bit key from which independent keys and numbers are derived.
///
/// Mixing is the finaliser of SplitMix64 (Steele, Lea, Flood 2014: "Fast splittable pseudorandom number
/// generators"). The same chain of `derived` calls gives the same numbers on every rank, thread and machine.
package struct RandomKey: Sendable, Hashable {
    package let bits: UInt64

    package init(seed: UInt64) { bits = Self.mix(seed &+ 0x9E37_79B9_7F4A_7C15) }

    private init(bits: UInt64) { self.bits = bits }

    /// A key of its own for `value`, for example a step, a layer or a row.
    package func derived(_ value: UInt64) -> RandomKey {
        RandomKey(bits: Self.mix(bits ^ Self.mix(value &+ 0x9E37_79B9_7F4A_7C15)))
    }

    /// A key of its own for a name.
    package func derived(_ name: String) -> RandomKey {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return derived(hash)
    }

    /// The 64 random bits at `index` of this key's sequence.
    package func word(_ index: UInt64) -> UInt64 { derived(index).bits }

    /// Uniform in [0, 1), 53 random bits.
    package func uniform(_ index: UInt64) -> Double { Double(word(index) >> 11) * 0x1p-53 }

    /// Standard normal by the Box–Muller transform of words `2·index` and `2·index + 1`.
    package func normal(_ index: UInt64) -> Double {
        let radius = (-2 * log(1 - uniform(2 &* index))).squareRoot()
        return radius * cos(2 * Double.pi * uniform(2 &* index &+ 1))
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
