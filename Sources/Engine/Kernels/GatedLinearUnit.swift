// Gated linear units f(gate)·up (Shazeer 2020: "GLU Variants Improve Transformer") with any activation f.

internal import CKernels
package import Tensors

/// A gated linear unit over rows that hold gate and up beside each other: SwiGLU with f = silu, GeGLU with f
/// = gelu.
package struct GatedLinearUnit: Sendable {
    package let activation: Activation

    package init(_ activation: Activation) { self.activation = activation }

    /// `y[T, I] = f(wide[:, 0..<I])·wide[:, I..<2·I]`.
    package func forward(_ wide: Tensor, into y: Tensor) {
        if activation == .silu { return SwiGLU.forward(wide, into: y) }
        SwiGLU.check(wide, y)
        let (kind, type) = (activation.code, y.type.code)
        ThreadPool.forEachRange(count: y.rows, grain: 4) { range, _ in
            unsafe ck_gated_forward(
                kind, type, wide.bytePointer, y.bytePointer, y.columns, range.lowerBound, range.upperBound)
        }
    }

    /// Writes the gradient of `wide`, from `dy [T, I]`, into `dwide [T, 2·I]`, which may be `wide`.
    package func backward(_ wide: Tensor, gradient dy: Tensor, into dwide: Tensor) {
        if activation == .silu { return SwiGLU.backward(wide, gradient: dy, into: dwide) }
        SwiGLU.check(wide, dy)
        SwiGLU.check(dwide, dy)
        let (kind, type) = (activation.code, dy.type.code)
        ThreadPool.forEachRange(count: dy.rows, grain: 4) { range, _ in
            unsafe ck_gated_backward(
                kind, type, wide.bytePointer, dy.bytePointer, dwide.bytePointer, dy.columns, range.lowerBound,
                range.upperBound)
        }
    }
}
