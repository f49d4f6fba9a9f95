// Which kernel multiplies by weights: that of decoding where there are few rows or they must not influence
// each other, else oneDNN.

internal import Kernels
internal import Tensors

extension Pass {
    /// Rows up to which weights are not worth more than one look.
    private static let fewRows = 16

    private func usesRowProducts(_ x: Tensor) -> Bool {
        isRowIndependent || cache != nil && x.rows <= Self.fewRows
    }

    /// `out = x·Wᵀ (+ bias)` with the outputs `range` of the weights in `slot`, in int8 where the store has
    /// them so.
    func multiply(_ x: Tensor, slot: Int, outputs range: Range<Int>, bias: Tensor? = nil, into out: Tensor) {
        if usesRowProducts(x), let weights = parameters.quantizedWeights[slot] {
            return RowProduct.run(x, weights, outputs: range, bias: bias, into: out)
        }
        multiply(x, parameters.operand(slot).rows(range), bias: bias, into: out)
    }

    /// `out = scale · x·wᵀ (+ bias)`, added when `accumulating`.
    func multiply(
        _ x: Tensor, _ w: Tensor, bias: Tensor? = nil, scale: Float = 1, into out: Tensor,
        accumulating: Bool = false
    ) {
        guard usesRowProducts(x) else {
            return MatrixProduct.run(
                x, w, transposingB: true, bias: bias, scale: scale, into: out, accumulating: accumulating)
        }
        RowProduct.run(x, w, bias: bias, scale: scale, into: out, accumulating: accumulating)
    }
}
