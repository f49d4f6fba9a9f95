// A sum of doubles without rounding: neither the order of the terms nor their split over ranks matters.

/// The exact sum of any number of doubles, rounded once, when `value` is asked for.
///
/// The sum is a fixed-point number of 2,176 bits that covers the whole range of a double, held in limbs of 32
/// bits with room for carries. Adding takes three integer additions. Sums are merged by adding their `words`
/// as integers, so an integer all-reduce over ranks gives the same bits for every number of ranks.
///
/// Source: R. M. Neal, "Fast exact summation using small and large superaccumulators",
/// arXiv:1505.05571 (2015).
package struct ExactAccumulator: Sendable {
    /// Limb `i` counts units of 2^(32·i − 1074).
    static let limbCount = 68
    /// Number of integers in `words`.
    package static let wordCount = limbCount + 3

    private var limbs = [Int64](repeating: 0, count: limbCount)
    private var nanCount: Int64 = 0
    private var positiveInfinityCount: Int64 = 0
    private var negativeInfinityCount: Int64 = 0
    /// Additions since the last carry; each changes a limb by less than 2^32, so 2^29 of them are safe.
    private var additionsSinceCarry = 0

    /// The sum of nothing.
    package init() {}

    /// The sum of `values`.
    package init(_ values: some Sequence<Double>) {
        for value in values { add(value) }
    }

    /// The sum that `words` describe: those of one sum, or the integer totals of up to 2^30 of them.
    package init(words: [Int64]) {
        precondition(words.count == Self.wordCount, "expected \(Self.wordCount) words, found \(words.count)")
        limbs = Array(words[..<Self.limbCount])
        nanCount = words[Self.limbCount]
        positiveInfinityCount = words[Self.limbCount + 1]
        negativeInfinityCount = words[Self.limbCount + 2]
        carry()
    }

    /// The sum as integers that may be added to those of other sums; equal sums have equal words.
    package var words: [Int64] {
        carried.limbs + [nanCount, positiveInfinityCount, negativeInfinityCount]
    }

    /// Adds one value. NaN and infinities decide the result as they would in plain summation.
    package mutating func add(_ value: Double) {
        let exponent = Int(value.bitPattern >> 52) & 0x7FF
        if exponent == 0x7FF { return addNonFinite(value) }
        let fraction = value.bitPattern & 0xF_FFFF_FFFF_FFFF
        let significand = exponent == 0 ? fraction : fraction | 1 << 52
        let position = max(exponent, 1) - 1
        let (limb, shift) = (position >> 5, UInt64(position & 31))
        let low = Int64(significand << shift & 0xFFFF_FFFF)
        let middle = Int64(significand >> (32 - shift) & 0xFFFF_FFFF)
        let high = Int64(significand >> (64 - shift))
        if value.sign == .plus {
            limbs[limb] += low
            limbs[limb + 1] += middle
            limbs[limb + 2] += high
        } else {
            limbs[limb] -= low
            limbs[limb + 1] -= middle
            limbs[limb + 2] -= high
        }
        additionsSinceCarry += 1
        if additionsSinceCarry >= 1 << 29 { carry() }
    }

    /// Adds `a · b` without rounding, as long as the product does not leave the range of normal doubles.
    package mutating func addProduct(_ a: Double, _ b: Double) {
        let product = a * b
        add(product)
        if product.isFinite { add((-product).addingProduct(a, b)) }
    }

    /// Adds all terms of another sum.
    package mutating func merge(_ other: ExactAccumulator) {
        let words = zip(words, other.words).map { $0 + $1 }
        self = ExactAccumulator(words: words)
    }

    private mutating func addNonFinite(_ value: Double) {
        if value.isNaN {
            nanCount += 1
        } else if value > 0 {
            positiveInfinityCount += 1
        } else {
            negativeInfinityCount += 1
        }
    }

    /// Brings every limb but the last into 0 ..< 2^32; the last keeps the sign.
    private mutating func carry() {
        for index in 0..<Self.limbCount - 1 {
            limbs[index + 1] += limbs[index] >> 32
            limbs[index] &= 0xFFFF_FFFF
        }
        additionsSinceCarry = 0
    }

    private var carried: ExactAccumulator {
        var copy = self
        copy.carry()
        return copy
    }
}

extension ExactAccumulator: Equatable {
    package static func == (left: ExactAccumulator, right: ExactAccumulator) -> Bool {
        left.words == right.words
    }
}

extension ExactAccumulator {
    /// What NaN and infinite terms make of the sum, or nil when there are none.
    var nonFiniteValue: Double? {
        if nanCount > 0 || (positiveInfinityCount > 0 && negativeInfinityCount > 0) { return .nan }
        if positiveInfinityCount > 0 { return .infinity }
        return negativeInfinityCount > 0 ? -.infinity : nil
    }

    /// Sign and magnitude of the finite terms' sum, the magnitude in limbs of 32 bits.
    var magnitude: (isNegative: Bool, limbs: [Int64]) {
        var sum = carried
        let isNegative = sum.limbs[Self.limbCount - 1] < 0
        if isNegative {
            for index in 0..<Self.limbCount { sum.limbs[index] = -sum.limbs[index] }
            sum.carry()
        }
        return (isNegative, sum.limbs)
    }
}
