// Copies between number formats.

internal import CKernels
package import Tensors

/// Conversion between float32 and bfloat16.
package enum Conversion {
    /// `y = x` in the type of `y`; equal counts, contiguous. To bfloat16 it rounds to nearest, ties to even.
    package static func copy(_ x: Tensor, to y: Tensor) {
        precondition(x.count == y.count && x.isContiguous && y.isContiguous, "shapes differ")
        let (xType, yType) = (x.type.code, y.type.code)
        ThreadPool.forEachRange(count: x.count, grain: 4_096) { range, _ in
            unsafe ck_convert(
                xType, x.bytePointer + range.lowerBound * x.type.byteCount, yType,
                y.bytePointer + range.lowerBound * y.type.byteCount, range.count)
        }
    }
}

extension ElementType {
    /// The number of this format in the C kernels.
    var code: Int32 {
        switch self {
        case .float32: Int32(CK_FLOAT32)
        case .bfloat16: Int32(CK_BFLOAT16)
        case .float16: preconditionFailure("kernels do not compute in float16")
        }
    }
}

extension Conversion {
    /// `y = x` in the type of `y`, row by row: either may have gaps between them.
    package static func copyRows(_ x: Tensor, to y: Tensor) {
        precondition(x.rows == y.rows && x.columns == y.columns, "shapes differ")
        let (xType, yType) = (x.type.code, y.type.code)
        ThreadPool.forEachRange(count: x.rows, grain: max(1, 4_096 / max(1, x.columns))) { range, _ in
            for row in range {
                unsafe ck_convert(
                    xType, x.pointer(row * x.rowStride), yType, y.pointer(row * y.rowStride), x.columns)
            }
        }
    }
}
