// Layer norm (Ba et al. 2016) with the dropout and the residual addition before it, in one pass.

internal import CKernels
package import Tensors

/// y = norm(dropout(x) + residual)·gamma + beta, row by row.
package enum LayerNormKernel {
    /// Forward. `x`, `residual`, `sum`, `y` are `[T, C]`, `gamma` and `beta` `[1, C]`, nil for a norm without
    /// bias; `mean` and `rstd` `[1, T]` are kept for the backward pass, as is `sum`, which may share memory
    /// with `x`.
    package static func forward(
        _ x: Tensor, residual: Tensor?, gamma: Tensor, beta: Tensor?, epsilon: Float, dropout: Dropout,
        keys: RowRandomKeys, sum: Tensor, into y: Tensor, mean: Tensor, rstd: Tensor
    ) {
        precondition(x.isContiguous && sum.isContiguous && y.isContiguous, "expected contiguous tensors")
        precondition(sum.count == x.count && y.count == x.count, "shapes differ")
        precondition(residual.map { $0.count == x.count && $0.isContiguous } ?? true, "shapes differ")
        precondition(
            gamma.count == x.columns && beta?.count ?? x.columns == x.columns,
            "gamma and beta need C elements")
        precondition(
            mean.count >= x.rows && rstd.count >= x.rows && keys.count == x.rows, "expected T elements")
        precondition(
            sum.type == x.type && y.type == x.type && (residual?.type ?? x.type) == x.type, "types differ")
        var norm = unsafe arguments(gamma, mean, rstd, keys, dropout)
        unsafe norm.beta = beta.map { unsafe UnsafePointer($0.floats) }
        unsafe norm.epsilon = epsilon
        let type = x.type.code
        ThreadPool.forEachRange(count: x.rows, grain: 4) { [norm = unsafe norm] range, _ in
            var norm = unsafe norm
            unsafe ck_layer_norm_forward(
                type, &norm, x.bytePointer, residual?.bytePointer, sum.bytePointer, y.bytePointer,
                range.lowerBound, range.upperBound)
        }
    }

    @unsafe static func arguments(
        _ gamma: Tensor, _ mean: Tensor, _ rstd: Tensor, _ keys: RowRandomKeys, _ dropout: Dropout
    ) -> ck_layer_norm {
        var norm = unsafe ck_layer_norm()
        unsafe norm.gamma = UnsafePointer(gamma.floats)
        unsafe norm.mean = mean.floats
        unsafe norm.rstd = rstd.floats
        unsafe norm.keys = keys.pointer
        unsafe norm.dropout = dropout.arguments
        unsafe norm.c = gamma.count
        return unsafe norm
    }

    /// Backward. Writes `dsum` = gradient of `dropout(x) + residual`, which is the residual's gradient, or
    /// adds it when `accumulating`, and, when given, `dx` = gradient of `x`; adds into `dgamma` and, if there
    /// is one, `dbeta`. `partials` is scratch of `[ThreadPool.partialSumCount, 2·C]`.
    package static func backward(
        gradient dy: Tensor, sum: Tensor, gamma: Tensor, mean: Tensor, rstd: Tensor, dropout: Dropout,
        keys: RowRandomKeys, dsum: Tensor, accumulating: Bool = false, dx: Tensor?, dgamma: Tensor,
        dbeta: Tensor?,
        partials: Tensor
    ) {
        let c = sum.columns
        NormGradients.check(dy, sum, dsum, dx, keys)
        precondition(partials.columns >= 2 * c, "the partial sums need 2·C columns")
        let norm = unsafe arguments(gamma, mean, rstd, keys, dropout)
        let type = sum.type.code
        let totals = [dgamma] + (dbeta.map { [$0] } ?? [])
        unsafe NormGradients.run(rows: sum.rows, partials: partials, into: totals) { range, part in
            var norm = unsafe norm
            unsafe ck_layer_norm_backward(
                type, &norm, dy.bytePointer, sum.bytePointer, dsum.bytePointer, accumulating ? 1 : 0,
                dx?.bytePointer, part, part + c, range.lowerBound, range.upperBound)
        }
    }
}
