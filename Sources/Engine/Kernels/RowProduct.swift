// Products of a few rows with large weights, as in decoding token by token.

internal import CKernels
package import Tensors

/// `out[M, N] = x[M, K]·Wᵀ` whose rows do not depend on each other: row m has the same bits whatever M is,
/// and on any number of threads. Weights are read once for all rows; sums are float32 in a fixed order.
package enum RowProduct {
    private static let pool = ScratchPool()
    /// Outputs that a thread takes at least: fewer are not worth a region of threads.
    private static let grain = 24

    /// With float32 or bfloat16 weights `[N, K]`; `bias` is `[1, N]`. `scale` multiplies the product before
    /// the bias; with `accumulating` all that is added to `out`.
    package static func run(
        _ x: Tensor, _ weights: Tensor, bias: Tensor? = nil, scale: Float = 1, into out: Tensor,
        accumulating: Bool = false
    ) {
        precondition(weights.columns == x.columns && weights.rows == out.columns, "shapes differ")
        precondition(weights.type != .float16, "weights are float32 or bfloat16")
        var product = unsafe ck_row_product()
        unsafe product.weight_type = weights.type.code
        unsafe product.weights = UnsafeRawPointer(weights.bytePointer)
        unsafe product.ldw = weights.rowStride
        unsafe product.accumulate = accumulating ? 1 : 0
        unsafe run(product, x, bias: bias, scale: scale, into: out)
    }

    /// With the rows `outputs` of int8 weights.
    package static func run(
        _ x: Tensor, _ weights: QuantizedWeights, outputs: Range<Int>, bias: Tensor? = nil, into out: Tensor
    ) {
        precondition(weights.columns == x.columns && outputs.count == out.columns, "shapes differ")
        precondition(outputs.lowerBound >= 0 && outputs.upperBound <= weights.rows, "rows beyond the weights")
        var product = unsafe ck_row_product()
        unsafe product.weight_type = Int32(CK_INT8)
        unsafe product.weights = UnsafeRawPointer(
            weights.storage.baseAddress + outputs.lowerBound * weights.columns)
        unsafe product.ldw = weights.columns
        unsafe product.scales = UnsafePointer(weights.scales.floats + outputs.lowerBound)
        unsafe run(product, x, bias: bias, scale: 1, into: out)
    }

    @unsafe private static func run(
        _ start: ck_row_product, _ x: Tensor, bias: Tensor?, scale: Float, into out: Tensor
    ) {
        precondition(out.rows == x.rows, "the product has a row for each of x")
        precondition(x.type != .float16 && out.type != .float16, "rows are float32 or bfloat16")
        precondition(bias.map { $0.count == out.columns && $0.isContiguous } ?? true, "one bias an output")
        guard out.count > 0 else { return }
        var product = unsafe start
        unsafe product.x_type = x.type.code
        unsafe product.x = UnsafeRawPointer(x.bytePointer)
        unsafe product.ldx = x.rowStride
        unsafe product.rows = x.rows
        unsafe product.k = x.columns
        unsafe product.scale = scale
        if let bias { unsafe product.bias = UnsafePointer(bias.floats) }
        unsafe product.out_type = out.type.code
        unsafe product.out = out.bytePointer
        unsafe product.ldo = out.rowStride
        let byteCount = unsafe ck_row_product_scratch(&product) * 4
        let operations = 2 * Double(x.rows) * Double(out.columns) * Double(x.columns)
        let (count, parts) = (out.columns, ThreadPool.partCount(count: out.columns, grain: grain))
        let blocks = (count + grain - 1) / grain
        KernelClock.measure(.product, operations: operations) { [product = unsafe product] in
            ThreadPool.run(parts: parts) { part in
                let lower = min(count, blocks * part / parts * grain)
                let upper = min(count, blocks * (part + 1) / parts * grain)
                pool.with(byteCount: byteCount) { scratch in
                    var product = unsafe product
                    unsafe ck_row_product_run(
                        &product, scratch.baseAddress.assumingMemoryBound(to: Float.self), lower, upper)
                }
            }
        }
    }
}

/// Weights `[N, K]` in int8 with a scale for each output: the largest of a row becomes ±127.
package struct QuantizedWeights: Sendable {
    let storage: Storage
    /// `[1, N]`
    let scales: Tensor
    package let rows, columns: Int

    /// Bytes that a product reads.
    package var byteCount: Int { rows * (columns + 4) }

    /// Rounds float32 or bfloat16 weights to the nearest steps.
    package init(_ weights: Tensor) {
        precondition(weights.type != .float16, "weights are float32 or bfloat16")
        (rows, columns) = (weights.rows, weights.columns)
        let storage = Storage(byteCount: max(1, weights.count))
        let scales = Tensor(rows: 1, columns: weights.rows)
        (self.storage, self.scales) = (storage, scales)
        ThreadPool.forEachRange(count: weights.rows, grain: 64) { range, _ in
            unsafe ck_quantize_rows(
                weights.type.code, weights.bytePointer, weights.rowStride, weights.columns,
                storage.baseAddress.assumingMemoryBound(to: Int8.self), scales.floats, range.lowerBound,
                range.upperBound)
        }
    }

    /// The numbers that the bytes stand for, `[N, K]`.
    package func dequantized() -> Tensor {
        let out = Tensor(rows: rows, columns: columns)
        let bytes = unsafe storage.baseAddress.assumingMemoryBound(to: Int8.self)
        for row in 0..<rows {
            for column in 0..<columns {
                out[row, column] = unsafe Float(bytes[row * columns + column]) * scales[0, row]
            }
        }
        return out
    }
}

/// The most likely of the scores of a vocabulary.
package struct MostLikelyToken: Sendable {
    package let index: Int
    /// ln Σ exp(score): a score less this is a log-probability.
    package let logSum: Float

    /// The first largest of each row of `logits [N, V]`, in one pass over them.
    package static func rows(of logits: Tensor) -> [MostLikelyToken] {
        precondition(logits.type == .float32 && logits.columns > 0, "expected float32 scores")
        var indices = [Int](repeating: 0, count: logits.rows)
        var sums = [Float](repeating: 0, count: logits.rows)
        unsafe indices.withUnsafeMutableBufferPointer { indices in
            unsafe sums.withUnsafeMutableBufferPointer { sums in
                guard let indices = indices.baseAddress, let sums = sums.baseAddress else {
                    return
                }
                ThreadPool.forEachRange(count: logits.rows) { range, _ in
                    for row in range {
                        let scores = unsafe logits.floats + row * logits.rowStride
                        unsafe indices[row] = Int(ck_most_likely(scores, logits.columns, sums + row))
                    }
                }
            }
        }
        return zip(indices, sums).map { MostLikelyToken(index: $0, logSum: $1) }
    }
}
