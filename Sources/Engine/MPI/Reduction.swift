// How reductions combine values, and which C constants stand for that.

import CMPI

/// How a reduction combines the values of all ranks. MPI 3.1, section 5.9.2.
package enum Reduction: Sendable, CaseIterable {
    case sum, maximum, minimum

    var code: Int32 {
        switch self {
        case .sum: Int32(CMPI_SUM)
        case .maximum: Int32(CMPI_MAXIMUM)
        case .minimum: Int32(CMPI_MINIMUM)
        }
    }
}

/// The element types that cross the border to C.
enum ElementCode {
    case float32, float64, int64, byte, bits16

    var code: Int32 {
        switch self {
        case .float32: Int32(CMPI_FLOAT32)
        case .float64: Int32(CMPI_FLOAT64)
        case .int64: Int32(CMPI_INT64)
        case .byte: Int32(CMPI_BYTE)
        case .bits16: Int32(CMPI_BITS16)
        }
    }

    var byteCount: Int {
        switch self {
        case .float32: 4
        case .float64, .int64: 8
        case .byte: 1
        case .bits16: 2
        }
    }
}
