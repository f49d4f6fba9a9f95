// The number formats a tensor can hold, and the two 16-bit floats as plain bit patterns.

/// The format of one element.
package enum ElementType: String, Sendable, CaseIterable {
    case float32, bfloat16, float16

    /// Size of one element in bytes.
    package var byteCount: Int {
        switch self {
        case .float32: 4
        case .bfloat16, .float16: 2
        }
    }
}

/// A float of 1 sign, 8 exponent and 7 fraction bits: the upper half of a `Float`.
package struct BFloat16: Sendable, Equatable, BitwiseCopyable {
    package var bits: UInt16

    package init(bits: UInt16) { self.bits = bits }

    /// Rounds to the nearest value, ties to even; a NaN stays a NaN.
    package init(_ value: Float) {
        let pattern = value.bitPattern
        if value.isNaN {
            bits = UInt16(truncatingIfNeeded: pattern >> 16) | 0x40
        } else {
            bits = UInt16(truncatingIfNeeded: (pattern &+ 0x7FFF &+ ((pattern >> 16) & 1)) >> 16)
        }
    }

    /// The same value as a `Float`; exact.
    package var float: Float { Float(bitPattern: UInt32(bits) << 16) }
}

/// IEEE 754 binary16 as a bit pattern, for files that store it.
package struct Half: Sendable, Equatable, BitwiseCopyable {
    package var bits: UInt16

    package init(bits: UInt16) { self.bits = bits }

    /// The same value as a `Float`; exact.
    package var float: Float {
        let sign = UInt32(bits & 0x8000) << 16
        let exponent = UInt32(bits >> 10) & 0x1F
        let fraction = UInt32(bits & 0x3FF)
        switch exponent {
        case 0:
            let magnitude = Float(fraction) * 0x1p-24
            return sign == 0 ? magnitude : -magnitude
        case 0x1F:
            return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
        default:
            return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
        }
    }
}
