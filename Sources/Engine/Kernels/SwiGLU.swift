// The gated activation silu(gate)·up (Shazeer 2020: "GLU Variants Improve Transformer").

internal import CKernels
package import Tensors

/// SwiGLU over rows that hold gate and up beside each other.
package enum SwiGLU {
    /// `y[T, I] = silu(gateUp[:, 0..<I])·gateUp[:, I..<2·I]`.
    package static func forward(_ gateUp: Tensor, into y: Tensor) {
        check(gateUp, y)
        let type = y.type.code
        ThreadPool.forEachRange(count: y.rows, grain: 4) { range, _ in
            unsafe ck_swiglu_forward(
                type, gateUp.bytePointer, y.bytePointer, y.columns, range.lowerBound, range.upperBound)
        }
    }

    /// Writes the gradients of gate and up, from `dy [T, I]`, into `dgateUp [T, 2·I]`, which may be `gateUp`.
    package static func backward(_ gateUp: Tensor, gradient dy: Tensor, into dgateUp: Tensor) {
        check(gateUp, dy)
        check(dgateUp, dy)
        let type = dy.type.code
        ThreadPool.forEachRange(count: dy.rows, grain: 4) { range, _ in
            unsafe ck_swiglu_backward(
                type, gateUp.bytePointer, dy.bytePointer, dgateUp.bytePointer, dy.columns, range.lowerBound,
                range.upperBound)
        }
    }

    static func check(_ wide: Tensor, _ narrow: Tensor) {
        precondition(wide.rows == narrow.rows && wide.columns == 2 * narrow.columns, "shapes differ")
        precondition(wide.isContiguous && narrow.isContiguous, "expected contiguous tensors")
        precondition(wide.type == narrow.type, "types differ")
    }
}
