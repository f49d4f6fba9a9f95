// What summing over ranks computes locally. One thread: it runs beside the backward pass, whose threads have
// the cores.

internal import CKernels
package import Tensors

/// Sums of the arenas of several ranks that lie in memory of this process.
package enum ArenaSum {
    /// Elements `range` of every arena become the sum of all, added in the order of `arenas`. Returns the sum
    /// of the squares of what comes out.
    @discardableResult
    package static func toAll(_ arenas: [Tensor], range: Range<Int>) -> Double {
        run(arenas, target: -1, range: range)
    }

    /// Elements `range` of `arenas[target]` become the sum of all, added in the order of `arenas`; the other
    /// arenas stay as they are. Returns the sum of the squares of what comes out.
    @discardableResult
    package static func toOne(_ arenas: [Tensor], target: Int, range: Range<Int>) -> Double {
        precondition(arenas.indices.contains(target), "arena \(target) of \(arenas.count)")
        return run(arenas, target: Int32(target), range: range)
    }

    private static func run(_ arenas: [Tensor], target: Int32, range: Range<Int>) -> Double {
        precondition(
            arenas.allSatisfy { $0.isContiguous && $0.count >= range.upperBound }, "an arena is too short")
        var pointers: [UnsafeMutablePointer<Float>?] = unsafe arenas.map { unsafe $0.floats }
        return unsafe pointers.withUnsafeMutableBufferPointer { buffer in
            guard let first = buffer.baseAddress else { return 0 }
            return unsafe ck_sum_arenas(first, arenas.count, target, range.lowerBound, range.upperBound)
        }
    }

    /// `sum` becomes the sum of the blocks of `sum.count` elements that lie one after the other in `blocks`,
    /// in their order. Both float32 and contiguous.
    package static func blocks(_ blocks: Tensor, into sum: Tensor) {
        let count = blockCount(blocks, sum)
        guard count > 0 else { return }
        sum.elements(0..<sum.count).copy(from: blocks.elements(0..<sum.count))
        for block in 1..<max(count, 1) {
            unsafe ck_add(blocks.floats + block * sum.count, sum.floats, sum.count)
        }
    }

    /// The same for bfloat16 blocks, added in float32. Block `own` is what `sum` holds already, unrounded.
    package static func bfloat16Blocks(_ blocks: Tensor, own: Int, into sum: Tensor) {
        let count = blockCount(blocks, sum)
        guard count > 0 else { return }
        unsafe ck_sum_bfloat16_blocks(halves(blocks), count, own, sum.floats, sum.count)
    }

    /// Σ x² in double precision; the order of additions depends on the count only.
    package static func squares(_ x: Tensor) -> Double {
        precondition(x.isContiguous, "expected a contiguous tensor")
        return unsafe ck_sum_of_squares(x.floats, x.count)
    }

    private static func blockCount(_ blocks: Tensor, _ sum: Tensor) -> Int {
        precondition(blocks.isContiguous && sum.isContiguous, "expected contiguous tensors")
        guard sum.count > 0 else { return 0 }
        precondition(blocks.count % sum.count == 0, "\(blocks.count) is no multiple of \(sum.count)")
        return blocks.count / sum.count
    }
}

/// Conversion between float32 and bfloat16, and back.
package enum WireFormat {
    /// Rounds `x` to bfloat16, ties to even: a relative error of at most 2⁻⁸. Equal counts, contiguous.
    package static func encode(_ x: Tensor, into y: Tensor) {
        precondition(x.count == y.count && x.isContiguous && y.isContiguous, "shapes differ")
        unsafe ck_convert(Int32(CK_FLOAT32), x.floats, Int32(CK_BFLOAT16), halves(y), x.count)
    }

    /// Exact. Equal counts, contiguous.
    package static func decode(_ x: Tensor, into y: Tensor) {
        precondition(x.count == y.count && x.isContiguous && y.isContiguous, "shapes differ")
        unsafe ck_convert(Int32(CK_BFLOAT16), halves(x), Int32(CK_FLOAT32), y.floats, x.count)
    }
}

/// Rows of a matrix of which few hold anything, such as the gradient of an embedding table.
package enum SparseRows {
    /// For each row 1 where an element is not zero, NaN included, else 0.
    package static func flags(of x: Tensor) -> [UInt8] {
        precondition(x.isContiguous, "expected a contiguous tensor")
        var flags = [UInt8](repeating: 0, count: x.rows)
        unsafe flags.withUnsafeMutableBufferPointer { buffer in
            guard let first = buffer.baseAddress else { return }
            unsafe ck_flag_nonzero_rows(x.floats, x.rows, x.columns, first)
        }
        return flags
    }

    /// packed[i, :] = x[rows[i], :]
    package static func gather(_ x: Tensor, rows: [Int], into packed: Tensor) {
        precondition(packed.rows == rows.count && packed.columns == x.columns, "shapes differ")
        for (index, row) in rows.enumerated() {
            packed.rows(index..<index + 1).copy(from: x.rows(row..<row + 1))
        }
    }

    /// x[rows[i], :] = packed[i, :]
    package static func scatter(_ packed: Tensor, rows: [Int], into x: Tensor) {
        precondition(packed.rows == rows.count && packed.columns == x.columns, "shapes differ")
        for (index, row) in rows.enumerated() {
            x.rows(row..<row + 1).copy(from: packed.rows(index..<index + 1))
        }
    }
}

/// The bits of a bfloat16 tensor.
private func halves(_ tensor: Tensor) -> UnsafeMutablePointer<UInt16> {
    precondition(tensor.type == .bfloat16, "expected bfloat16, found \(tensor.type)")
    return unsafe tensor.bytePointer.assumingMemoryBound(to: UInt16.self)
}
