// Norms on the residual stream: RMS norm (Zhang and Sennrich 2019), and layer norm's backward pass there.

internal import CKernels
package import Tensors

/// y = stream·rstd·gamma row by row, where stream = dropout(x) + residual.
package enum RMSNormKernel {
    /// Forward. `x`, `residual`, `sum`, `y` are `[T, C]`, `gamma` `[1, C]`; `rstd` `[1, T]` is kept for the
    /// backward pass, as is `sum`, the stream, which may share memory with `x`.
    package static func forward(
        _ x: Tensor, residual: Tensor?, gamma: Tensor, epsilon: Float, dropout: Dropout, keys: RowRandomKeys,
        sum: Tensor, into y: Tensor, rstd: Tensor
    ) {
        precondition(x.isContiguous && sum.isContiguous && y.isContiguous, "expected contiguous tensors")
        precondition(sum.count == x.count && y.count == x.count && gamma.count == x.columns, "shapes differ")
        precondition(residual.map { $0.count == x.count && $0.isContiguous } ?? true, "shapes differ")
        precondition(rstd.count >= x.rows && keys.count == x.rows, "expected T elements")
        precondition(
            sum.type == x.type && y.type == x.type && (residual?.type ?? x.type) == x.type, "types differ")
        // An RMS norm has no mean: what stands for it is not read.
        var norm = unsafe LayerNormKernel.arguments(gamma, rstd, rstd, keys, dropout)
        unsafe norm.epsilon = epsilon
        let type = x.type.code
        ThreadPool.forEachRange(count: x.rows, grain: 4) { [norm = unsafe norm] range, _ in
            var norm = unsafe norm
            unsafe ck_rms_norm_forward(
                type, &norm, x.bytePointer, residual?.bytePointer, sum.bytePointer, y.bytePointer,
                range.lowerBound, range.upperBound)
        }
    }

    /// Backward. `dsum` becomes the gradient of the stream: that through the norm, added to what is there
    /// when `accumulating`. `dx`, when given, becomes the gradient of `x`. Adds into `dgamma`. `partials` is
    /// scratch of `[ThreadPool.partialSumCount, C]` or wider.
    package static func backward(
        gradient dy: Tensor, sum: Tensor, gamma: Tensor, rstd: Tensor, dropout: Dropout, keys: RowRandomKeys,
        dsum: Tensor, accumulating: Bool, dx: Tensor?, dgamma: Tensor, partials: Tensor
    ) {
        NormGradients.check(dy, sum, dsum, dx, keys)
        let type = sum.type.code
        let norm = unsafe LayerNormKernel.arguments(gamma, rstd, rstd, keys, dropout)
        unsafe NormGradients.run(rows: sum.rows, partials: partials, into: [dgamma]) { range, part in
            var norm = unsafe norm
            unsafe ck_rms_norm_backward(
                type, &norm, dy.bytePointer, sum.bytePointer, dsum.bytePointer, accumulating ? 1 : 0,
                dx?.bytePointer, part, range.lowerBound, range.upperBound)
        }
    }
}

/// What both norms share.
enum NormGradients {
    static func check(_ dy: Tensor, _ sum: Tensor, _ dsum: Tensor, _ dx: Tensor?, _ keys: RowRandomKeys) {
        precondition(dy.count == sum.count && dsum.count == sum.count && keys.count == sum.rows)
        precondition(dy.isContiguous && sum.isContiguous && dsum.isContiguous, "expected contiguous tensors")
        precondition(dx.map { $0.count == sum.count && $0.isContiguous } ?? true, "shapes differ")
        precondition([dy, dsum, dx ?? dy].allSatisfy { $0.type == sum.type }, "types differ")
    }

    /// Splits the rows over the threads; each sums into its part of `partials`, which is added to `totals`.
    static func run(
        rows: Int, partials: Tensor, into totals: [Tensor],
        _ body: (_ range: Range<Int>, _ part: UnsafeMutablePointer<Float>) -> Void
    ) {
        let width = totals.reduce(0) { $0 + $1.count }
        // As many as there are threads, or as the number of rows says.
        let parts =
            ThreadPool.isReproducible
            ? max(1, min(ThreadPool.partialSumCount, rows / 16))
            : ThreadPool.partCount(count: rows, grain: 4)
        precondition(partials.rows >= parts && partials.columns >= width && partials.isContiguous)
        partials.rows(0..<parts).clear()
        if ThreadPool.isReproducible {
            ThreadPool.runPieces(parts) { part in
                let range = rows * part / parts..<rows * (part + 1) / parts
                unsafe body(range, partials.floats + part * partials.columns)
            }
        } else {
            ThreadPool.forEachRange(count: rows, grain: 4) { range, part in
                unsafe body(range, partials.floats + part * partials.columns)
            }
        }
        // In the order of the parts, so that a run on as many threads gives the same bits.
        for part in 0..<parts {
            var start = part * partials.columns
            for total in totals {
                unsafe ck_add(partials.floats + start, total.floats, total.count)
                start += total.count
            }
        }
    }
}
