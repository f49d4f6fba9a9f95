// A random order of 0..<count that is computed index by index: no memory, no state, any place at once.

package import Tensors

/// A pseudorandom bijection of 0..<count onto itself, the same for the same key everywhere.
///
/// A Feistel network over the smallest power of two that holds `count`, walked until it falls below `count`
/// (Black, Rogaway 2002: "Ciphers with arbitrary finite domains"). Constant time and memory.
package struct KeyedPermutation: Sendable {
    /// Rounds of the network; the two halves are mixed five times each.
    private static let roundCount = 10

    package let count: Int
    private let rounds: [RandomKey]
    private let leftBits: Int
    private let leftMask: UInt64
    private let rightMask: UInt64

    package init(count: Int, key: RandomKey) {
        precondition(count >= 0, "count \(count) is negative")
        self.count = count
        rounds = (0..<Self.roundCount).map { key.derived(UInt64($0)) }
        let bits = count > 1 ? Int.bitWidth - (count - 1).leadingZeroBitCount : 0
        leftBits = bits / 2
        leftMask = (1 << UInt64(leftBits)) - 1
        rightMask = (1 << UInt64(bits - leftBits)) - 1
    }

    /// The value at place `index`.
    package subscript(index: Int) -> Int {
        walk(index) { value in
            for (round, key) in rounds.enumerated() { mix(&value, round, key) }
        }
    }

    /// The place of `value`: `index(of: permutation[i]) == i`.
    package func index(of value: Int) -> Int {
        walk(value) { value in
            for (round, key) in rounds.enumerated().reversed() { mix(&value, round, key) }
        }
    }

    private func walk(_ start: Int, _ step: (inout UInt64) -> Void) -> Int {
        precondition(start >= 0 && start < count, "index \(start) is outside 0..<\(count)")
        var value = UInt64(start)
        repeat { step(&value) } while value >= UInt64(count)
        return Int(value)
    }

    /// One round, its own inverse: even rounds change the low half by the high one, odd rounds the other way.
    private func mix(_ value: inout UInt64, _ round: Int, _ key: RandomKey) {
        let low = value & leftMask
        let high = value >> UInt64(leftBits)
        value =
            round.isMultiple(of: 2)
            ? high << UInt64(leftBits) | (low ^ key.word(high) & leftMask)
            : (high ^ key.word(low) & rightMask) << UInt64(leftBits) | low
    }
}
