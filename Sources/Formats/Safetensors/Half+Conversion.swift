// Between Float and binary16 for whole files: rounding, and widening without branches.

import Tensors

extension Half {
    /// Rounds to the nearest value, ties to even; too large becomes infinity, a NaN stays a NaN.
    init(rounding value: Float) {
        let sign = UInt16(value.bitPattern >> 16) & 0x8000
        let magnitude = value.bitPattern & 0x7FFF_FFFF
        if magnitude > 0x7F80_0000 {
            self.init(bits: sign | 0x7E00 | UInt16(truncatingIfNeeded: magnitude >> 13) & 0x3FF)
        } else if magnitude >= 0x4780_0000 {
            self.init(bits: sign | 0x7C00)
        } else if magnitude >= 0x3880_0000 {
            let rebased = magnitude - 0x3800_0000
            self.init(bits: sign | UInt16((rebased + 0xFFF + (rebased >> 13 & 1)) >> 13))
        } else {
            let count = (Float(bitPattern: magnitude) * 0x1p24).rounded(.toNearestOrEven)
            self.init(bits: sign | UInt16(count))
        }
    }
}

/// The value of a binary16 bit pattern, exact. Without branches, so that loops over it are vectorised.
@inline(__always) func float(half bits: UInt16) -> Float {
    let magnitude = UInt32(bits & 0x7FFF)
    let subnormal = (Float(Int32(bitPattern: magnitude)) * 0x1p-24).bitPattern
    let normal = magnitude << 13 &+ (magnitude < 0x7C00 ? 0x3800_0000 : 0x7000_0000)
    return Float(bitPattern: UInt32(bits & 0x8000) << 16 | (magnitude < 0x400 ? subnormal : normal))
}
