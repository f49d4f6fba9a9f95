// From the exact sum back to doubles: rounded once, or as several doubles without rounding.

extension ExactAccumulator {
    /// The sum, rounded to the nearest double, ties to even. Zero is positive; too large a sum is infinite.
    package var value: Double {
        if let nonFiniteValue { return nonFiniteValue }
        let (isNegative, limbs) = magnitude
        let absolute = Double(bitPattern: Self.pattern(of: limbs))
        return isNegative ? -absolute : absolute
    }

    /// The bits of the double nearest to the magnitude in `limbs`, which counts units of 2^-1074.
    private static func pattern(of limbs: [Int64]) -> UInt64 {
        guard let top = limbs.lastIndex(where: { $0 != 0 }) else { return 0 }
        let highestBit = 32 * top + 63 - limbs[top].leadingZeroBitCount
        if highestBit <= 52 { return UInt64(limbs[0]) | UInt64(limbs[1]) << 32 }
        let lowestBit = highestBit - 52
        guard lowestBit <= 2_045 else { return Double.infinity.bitPattern }
        let (limb, shift) = (lowestBit >> 5, UInt64(lowestBit & 31))
        let window = UInt64(limbs[limb]) | UInt64(limbs[limb + 1]) << 32
        let significand = (window >> shift | UInt64(limbs[limb + 2]) << (64 - shift)) & 0x1F_FFFF_FFFF_FFFF
        let (halfLimb, halfShift) = ((lowestBit - 1) >> 5, Int64((lowestBit - 1) & 31))
        let hasHalf = limbs[halfLimb] >> halfShift & 1 == 1
        let hasRest =
            limbs[halfLimb] & (1 << halfShift - 1) != 0 || limbs[..<halfLimb].contains { $0 != 0 }
        let roundsUp = hasHalf && (hasRest || significand & 1 == 1)
        return UInt64(lowestBit) << 52 + significand + (roundsUp ? 1 : 0)
    }

    /// Doubles of falling size whose exact sum this is; few, unless the terms differed enormously in size.
    /// A sum that is not finite is its own only component.
    package var components: [Double] {
        var components: [Double] = []
        var rest = self
        while true {
            let leading = rest.value
            if leading == 0 { return components }
            guard leading.isFinite else { return [leading] }
            components.append(leading)
            rest.add(-leading)
        }
    }

    /// n·Σ a·b − Σ a · Σ b of n rows, rounded once at the end: the large terms may cancel without loss.
    static func scaledCovariance(
        _ rowCount: Int64, _ products: ExactAccumulator, _ a: ExactAccumulator, _ b: ExactAccumulator
    ) -> Double {
        var total = ExactAccumulator()
        for component in products.components { total.addProduct(Double(rowCount), component) }
        let second = b.components
        for first in a.components {
            for other in second { total.addProduct(-first, other) }
        }
        return total.value
    }
}
