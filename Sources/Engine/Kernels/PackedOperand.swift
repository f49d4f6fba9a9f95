// The right operand of a product in bfloat16 in the layout that oneDNN's kernels read.

internal import CKernels
internal import Tensors

/// Packs right operands, and says for which products that pays.
enum PackedOperand {
    private static let pool = ScratchPool()
    /// Fewer rows of the left operand are not worth the pass over the right one.
    private static let minimumRows = 64
    private static let largestByteCount = 32 << 20

    /// Whether the pass over the right operand pays for this product, and its sizes fill the layout's blocks.
    static func isWorthwhile(for product: Product) -> Bool {
        product.b.type == .bfloat16 && product.m >= minimumRows && product.n % 64 == 0 && product.k % 2 == 0
            && byteCount(product) <= largestByteCount && ck_packs() != 0
    }

    /// Pairs of rows, in whole blocks.
    private static func height(_ product: Product) -> Int { (product.k / 2 + 15) / 16 * 16 }

    private static func byteCount(_ product: Product) -> Int { height(product) * product.n * 4 }

    /// Calls `body` with the right operand of a product in that layout.
    static func with(_ product: Product, _ body: (Tensor) -> Void) {
        pool.with(byteCount: byteCount(product)) { storage in
            let packed = Tensor(storage, rows: height(product), columns: product.n)
            pack(product.b, isTransposed: product.transposingB, k: product.k, n: product.n, into: packed)
            body(packed)
        }
    }

    /// The part of a packed operand that holds these columns, whole blocks of 64: a block after the other.
    static func columns(_ columns: Range<Int>, of packed: Tensor) -> Tensor {
        precondition(columns.lowerBound % 64 == 0 && columns.count % 64 == 0, "a block is 64 columns wide")
        return packed.elements(columns.lowerBound * packed.rows..<columns.upperBound * packed.rows)
    }

    private static func pack(_ b: Tensor, isTransposed: Bool, k: Int, n: Int, into packed: Tensor) {
        let blocks = n / 64
        let parts = k * n < 1 << 16 ? 1 : min(ThreadPool.threadCount, blocks)
        ThreadPool.run(parts: parts) { part in
            var packing = unsafe ck_packing()
            unsafe packing.b = UnsafeRawPointer(b.bytePointer)
            unsafe packing.ldb = b.rowStride
            unsafe packing.transposed = isTransposed ? 1 : 0
            unsafe packing.k = k
            unsafe packing.n = n
            unsafe packing.out = packed.bytePointer.assumingMemoryBound(to: UInt32.self)
            unsafe ck_pack(&packing, blocks * part / parts, blocks * (part + 1) / parts)
        }
    }
}
