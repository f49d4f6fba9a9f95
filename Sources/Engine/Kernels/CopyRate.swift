// How fast memory is copied by all threads of the pool: what decoding is measured against.

internal import Tensors

/// A plain copy between two arrays far larger than the caches.
package struct CopyRate {
    private let from, to: Tensor

    /// Takes twice `byteCount` bytes of memory, and touches them.
    package init(byteCount: Int = 128 << 20) {
        precondition(byteCount >= 4_096, "too few bytes to measure")
        from = Tensor(rows: 1, columns: byteCount / 4)
        to = Tensor(rows: 1, columns: byteCount / 4)
        _ = measure()
    }

    /// Bytes read and written in a second of one copy.
    package func measure() -> Double {
        let start = ContinuousClock.now
        ThreadPool.forEachRange(count: from.columns, grain: 1_024) { range, _ in
            to.elements(range).copy(from: from.elements(range))
        }
        return 8 * Double(from.columns) / ((ContinuousClock.now - start) / .seconds(1))
    }
}
