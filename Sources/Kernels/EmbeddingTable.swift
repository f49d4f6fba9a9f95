// Table look-up and its backward pass.

internal import CKernels
public import Tensors

/// Rows of an embedding table by id.
public enum EmbeddingTable {
    /// `out[t, :] = table[ids[t], :]`, added when `accumulating`. `table` is `[V, C]`, `out` `[T, C]`.
    public static func gather(_ table: Tensor, ids: [Int32], into out: Tensor, accumulating: Bool = false) {
        check(table, ids, out)
        unsafe ids.withUnsafeBufferPointer { ids in
            ThreadPool.forEachRange(count: out.rows, grain: 16) { range, _ in
                unsafe ck_gather_rows(
                    table.floats, ids.baseAddress, out.floats, table.columns, accumulating ? 1 : 0,
                    range.lowerBound, range.upperBound)
            }
        }
    }

    /// `table[ids[t], :] += dy[t, :]`. Threads split the columns, so sums are made in the order of t.
    public static func scatterAdd(_ dy: Tensor, ids: [Int32], to table: Tensor) {
        check(table, ids, dy)
        unsafe ids.withUnsafeBufferPointer { ids in
            ThreadPool.forEachRange(count: table.columns, grain: 64) { range, _ in
                unsafe ck_scatter_add_rows(
                    dy.floats, ids.baseAddress, dy.rows, table.floats, table.columns, range.lowerBound,
                    range.upperBound)
            }
        }
    }

    private static func check(_ table: Tensor, _ ids: [Int32], _ rows: Tensor) {
        precondition(rows.rows == ids.count && rows.columns == table.columns, "shapes differ")
        precondition(rows.isContiguous && table.isContiguous, "expected contiguous tensors")
        for id in ids { precondition(id >= 0 && Int(id) < table.rows, "id \(id) of \(table.rows)") }
    }
}
