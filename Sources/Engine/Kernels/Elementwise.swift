// Additions, scaling and sums over whole tensors.

internal import CKernels
package import Tensors

/// Element-wise arithmetic and sums.
package enum Elementwise {
    /// `y += x`; equal counts, contiguous.
    package static func add(_ x: Tensor, to y: Tensor) {
        precondition(x.count == y.count && x.isContiguous && y.isContiguous, "shapes differ")
        ThreadPool.forEachRange(count: x.count, grain: 4_096) { range, _ in
            unsafe ck_add(x.floats + range.lowerBound, y.floats + range.lowerBound, range.count)
        }
    }

    /// `x = 0`; contiguous.
    package static func clear(_ x: Tensor) {
        ThreadPool.forEachRange(count: x.count, grain: 16_384) { range, _ in x.elements(range).clear() }
    }

    /// `y *= x`, element by element; equal counts and types, contiguous.
    package static func multiply(_ y: Tensor, by x: Tensor) {
        precondition(x.count == y.count && x.isContiguous && y.isContiguous, "shapes differ")
        precondition(x.type == y.type, "types differ")
        let type = x.type.code
        ThreadPool.forEachRange(count: x.count, grain: 4_096) { range, _ in
            unsafe ck_multiply(type, x.pointer(range.lowerBound), y.pointer(range.lowerBound), range.count)
        }
    }

    /// `x *= factor`; contiguous.
    package static func scale(_ x: Tensor, by factor: Float) {
        precondition(x.isContiguous, "expected a contiguous tensor")
        ThreadPool.forEachRange(count: x.count, grain: 4_096) { range, _ in
            if x.type == .bfloat16 {
                let start = unsafe x.pointer(range.lowerBound)
                unsafe ck_scale_bfloat16(start.assumingMemoryBound(to: UInt16.self), factor, range.count)
            } else {
                unsafe ck_scale(x.floats + range.lowerBound, factor, range.count)
            }
        }
    }

    /// `x *= factor` for one factor after the other, each product rounded; contiguous. One thread.
    package static func scale(_ x: Tensor, byEachOf factors: ArraySlice<Float>) {
        precondition(x.isContiguous, "expected a contiguous tensor")
        unsafe factors.withUnsafeBufferPointer { factors in
            guard let first = factors.baseAddress else { return }
            unsafe ck_scale_by_each(x.floats, first, factors.count, x.count)
        }
    }

    /// `sums[1, C] += Σ_t x[t, C]`, sums in float32.
    package static func addColumnSums(of x: Tensor, to sums: Tensor) {
        precondition(sums.count == x.columns && sums.isContiguous, "expected \(x.columns) sums")
        let type = x.type.code
        ThreadPool.forEachRange(count: x.columns, grain: 64) { range, _ in
            unsafe ck_add_column_sums(
                type, x.bytePointer, x.rows, x.rowStride, sums.floats, range.lowerBound, range.upperBound)
        }
    }

    /// Σ x², in double precision. Blocks of 65,536 elements are summed one by one and added in order, so the
    /// result does not depend on the number of threads.
    package static func sumOfSquares(_ x: Tensor) -> Double {
        precondition(x.isContiguous, "expected a contiguous tensor")
        let block = 65_536
        let blocks = (x.count + block - 1) / block
        let sums = BlockSums(count: blocks)
        ThreadPool.forEachRange(count: blocks, kind: .optimizer) { range, _ in
            for index in range {
                let start = index * block
                unsafe sums.pointer[index] = unsafe ck_sum_of_squares(
                    x.floats + start, min(block, x.count - start))
            }
        }
        return (0..<blocks).reduce(0) { unsafe $0 + sums.pointer[$1] }
    }
}

/// Doubles that threads fill at disjoint places.
@safe private final class BlockSums {
    let pointer: UnsafeMutablePointer<Double>

    init(count: Int) {
        unsafe pointer = .allocate(capacity: count)
        unsafe pointer.initialize(repeating: 0, count: count)
    }

    deinit { unsafe pointer.deallocate() }
}
