// The right operand of a product in bfloat16 in the layout that oneDNN's kernels read.

internal import CKernels
internal import Synchronization
internal import Tensors

/// Memory for packed operands: as much as the largest one took, for each product that runs at the same time.
enum PackedOperand {
    private static let free = Mutex<[Storage]>([])
    /// Fewer rows of the left operand are not worth the pass over the right one.
    private static let minimumRows = 64
    private static let largestByteCount = 32 << 20

    /// Calls `body` with `b`, `[K, N]` or, when `isTransposed`, `[N, K]`, packed for a product of `rows` rows over `k` of its
    /// rows; with nil where packing is of no use, and where `b` is not bfloat16.
    static func with(
        _ b: Tensor, isTransposed: Bool, rows: Int, k: Int, n: Int, _ body: (Tensor?) -> Void
    ) {
        let height = (k / 2 + 15) / 16 * 16
        let byteCount = height * n * 4
        guard b.type == .bfloat16, rows >= minimumRows, n % 64 == 0, k % 2 == 0,
            byteCount <= largestByteCount,
            ck_packs() != 0
        else { return body(nil) }
        let kept = free.withLock { $0.popLast() }
        let storage = kept.flatMap { $0.byteCount >= byteCount ? $0 : nil } ?? Storage(byteCount: byteCount)
        defer { free.withLock { $0.append(storage) } }
        let packed = Tensor(storage, rows: height, columns: n)
        pack(b, isTransposed: isTransposed, k: k, n: n, into: packed)
        body(packed)
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
