// Dense matrix products through oneDNN.

internal import CKernels
internal import COneDNN
package import Tensors

/// C = op(A)·op(B), row-major, fp32 or bf16 operands, fp32 sums.
package enum MatrixProduct {
    /// `out[M, N] = a[M, K] · b[K, N]`, with `a` given as `[K, M]` when `transposingA` and `b` as `[N, K]`
    /// when `transposingB`. `bias` is `[1, N]`. `scale` multiplies the product, which has no bias and is not
    /// added then. With `accumulating` the product is added to `out`. With `multiplyingBy`, `[M, N]` of the
    /// type of `out`, the finished product is multiplied by it, element by element.
    package static func run(
        _ a: Tensor, transposingA: Bool = false, _ b: Tensor, transposingB: Bool = false, bias: Tensor? = nil,
        scale: Float = 1, into out: Tensor, accumulating: Bool = false, multiplyingBy factor: Tensor? = nil
    ) {
        run(
            a, transposingA: transposingA, b, transposingB: transposingB, bias: bias, scale: scale, into: out,
            accumulating: accumulating, multiplyingBy: factor, forms: nil)
    }

    /// The same in the first of `forms` for which the library has fast code; tests give them, and nil stands
    /// for the order that is best on this processor.
    package static func run(
        _ a: Tensor, transposingA: Bool = false, _ b: Tensor, transposingB: Bool = false, bias: Tensor? = nil,
        scale: Float = 1, into out: Tensor, accumulating: Bool = false, multiplyingBy factor: Tensor? = nil,
        forms: [ProductForm]?, widenedBlocks: WidenedBlockLimits = .init()
    ) {
        let m = transposingA ? a.columns : a.rows
        let k = transposingA ? a.rows : a.columns
        let n = transposingB ? b.rows : b.columns
        precondition((transposingB ? b.columns : b.rows) == k, "inner sizes differ")
        precondition(out.rows == m && out.columns == n, "the product is \(m) × \(n)")
        precondition(a.type == b.type, "operand types differ")
        precondition(bias == nil || bias?.count == n, "the bias needs \(n) elements")
        precondition(
            factor.map { $0.rows == m && $0.columns == n && $0.type == out.type } ?? true,
            "the factor must be like the product")
        // oneDNN's general matmul adds to what is there before it does anything else.
        precondition(scale == 1 || !accumulating && bias == nil, "a scaled product stands alone")
        guard m > 0, n > 0 else { return }
        guard k > 0 else {
            if !accumulating { out.clear() }
            if let bias {
                for row in 0..<m { Elementwise.add(bias, to: out.rows(row..<row + 1)) }
            }
            if let factor { Elementwise.multiply(out, by: factor) }
            return
        }
        let product = Product(
            m: m + (transposingA ? 0 : spareRows(m, of: [a, out] + (factor.map { [$0] } ?? []))), n: n,
            k: k + (transposingA && !transposingB ? clearedRows(k, of: a, b) : 0), a: a,
            transposingA: transposingA, b: b, transposingB: transposingB, bias: bias, scale: scale, out: out,
            isAdded: accumulating, factor: factor)
        KernelClock.measure(.product, operations: 2 * Double(m) * Double(n) * Double(k)) {
            product.run(forms: forms ?? product.forms, limits: widenedBlocks)
        }
    }
}

// MARK: Numbers of rows

extension MatrixProduct {
    /// A number of rows as products like it: oneDNN generates code for each one it has not met, which in a
    /// batch without padding is every step, so that many are made multiples of 8.
    package static func roundedRows(_ rows: Int) -> Int { rows < 64 ? rows : (rows + 7) / 8 * 8 }

    /// Rows to compute besides the `rows` of the operand and of the result: whatever lies there goes into
    /// spare rows.
    private static func spareRows(_ rows: Int, of tensors: [Tensor]) -> Int {
        let count = roundedRows(rows) - rows
        return tensors.allSatisfy { $0.spareRows >= count } ? count : 0
    }

    /// Rows to sum over besides the `rows` of both operands: they are made zero.
    private static func clearedRows(_ rows: Int, of a: Tensor, _ b: Tensor) -> Int {
        let count = spareRows(rows, of: [a, b])
        if count > 0 {
            for x in [a, b] { x.withSpareRows(count).rows(rows..<rows + count).clear() }
        }
        return count
    }
}

/// The maths library that this build runs on.
package enum KernelLibrary {
    /// Whether this processor has instructions that multiply bfloat16 (AVX512-BF16 or AMX).
    package static var multipliesBFloat16: Bool { ck_has_bfloat16_products() != 0 }

    /// Whether this processor multiplies float32 faster than bfloat16, which is then widened for large
    /// products: its vector instructions for bfloat16 are slow, and it has no AMX. The rate is measured once;
    /// on all processors known it lies far from the limit, at 0.5 or at 2.
    package static let widensBFloat16: Bool = {
        let amx = dnnl_cpu_isa_avx512_core_amx.rawValue
        let usesAMX = dnnl_get_effective_cpu_isa().rawValue & amx == amx
        return multipliesBFloat16 && !usesAMX && ck_bfloat16_rate() < 0.8
    }()

    /// Version of oneDNN, for example `2.6.3`.
    package static var version: String {
        guard let version = unsafe dnnl_version() else { return "unknown" }
        return unsafe "\(version.pointee.major).\(version.pointee.minor).\(version.pointee.patch)"
    }
}
