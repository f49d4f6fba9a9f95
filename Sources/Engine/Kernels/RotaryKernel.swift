// Rotary position embedding (Su et al. 2021) with the two halves of a head paired, as in Llama.

internal import CKernels
package import Tensors

/// Rotation of query and key heads by the angles of their positions.
package enum RotaryKernel {
    /// Rotates every head of `x [T, heads·headSize]` in place (a view with gaps is fine): elements i and i +
    /// headSize/2 of a head by the angle whose cosine and sine stand in row `positions[t]` of `cosines` and
    /// `sines [P, headSize/2]`. `isTransposed` applies the transpose: the backward pass.
    package static func rotate(
        _ x: Tensor, headSize: Int, positions: [Int32], cosines: Tensor, sines: Tensor,
        isTransposed: Bool = false
    ) {
        precondition(positions.count == x.rows && x.columns % headSize == 0 && headSize % 2 == 0)
        precondition(cosines.columns == headSize / 2 && sines.columns == headSize / 2, "shapes differ")
        precondition(cosines.isContiguous && sines.isContiguous && cosines.rows == sines.rows)
        for position in positions {
            precondition(position >= 0 && Int(position) < cosines.rows, "position \(position) has no angle")
        }
        let type = x.type.code
        unsafe positions.withUnsafeBufferPointer { positions in
            ThreadPool.forEachRange(count: x.rows, grain: 8) { range, _ in
                unsafe ck_rotate_heads(
                    type, x.bytePointer, x.rowStride, x.columns / headSize, headSize, positions.baseAddress,
                    cosines.floats, sines.floats, isTransposed ? -1 : 1, range.lowerBound, range.upperBound)
            }
        }
    }
}
