// Table look-up and its backward pass.

internal import CKernels
package import Tensors

/// Rows of an embedding table by id.
package enum EmbeddingTable {
    /// Most tables that one pass adds up.
    package static let maximumTables = 3

    /// `out[t, :] = table[ids[t], :]`, added when `accumulating`. `table` is `[V, C]`, `out` `[T, C]`.
    package static func gather(_ table: Tensor, ids: [Int32], into out: Tensor, accumulating: Bool = false) {
        gatherSum([(table, ids)], into: out, accumulating: accumulating)
    }

    /// `out[t, :] = Σ table[ids[t], :]` over one to three tables of one type, rounded once to the type of
    /// `out`; added when `accumulating`. The tables are `[V, C]`, `out` is `[T, C]`.
    package static func gatherSum(
        _ tables: [(table: Tensor, ids: [Int32])], into out: Tensor, accumulating: Bool = false
    ) {
        precondition((1...maximumTables).contains(tables.count), "one to \(maximumTables) tables")
        for (table, ids) in tables { check(table, ids, out) }
        let first = tables[0]
        precondition(tables.allSatisfy { $0.table.type == first.table.type }, "table types differ")
        precondition(first.table.type == .float32 || out.type == first.table.type, "would lose precision")
        // Tables beyond the count are not read; their pointers have to point somewhere.
        let second = tables.count > 1 ? tables[1] : first
        let third = tables.count > 2 ? tables[2] : first
        let (tableType, type) = (first.table.type.code, out.type.code)
        unsafe first.ids.withUnsafeBufferPointer { firstIDs in
            unsafe second.ids.withUnsafeBufferPointer { secondIDs in
                unsafe third.ids.withUnsafeBufferPointer { thirdIDs in
                    ThreadPool.forEachRange(count: out.rows, grain: 16) { range, _ in
                        let parts = unsafe [
                            ck_table(rows: first.table.bytePointer, ids: firstIDs.baseAddress),
                            ck_table(rows: second.table.bytePointer, ids: secondIDs.baseAddress),
                            ck_table(rows: third.table.bytePointer, ids: thirdIDs.baseAddress),
                        ]
                        unsafe ck_gather_rows(
                            tableType, type, parts, Int32(tables.count), out.bytePointer, out.columns,
                            accumulating ? 1 : 0, range.lowerBound, range.upperBound)
                    }
                }
            }
        }
    }

    /// `table[ids[t], :] += dy[t, :]`. Threads split the columns, so sums are made in the order of t.
    package static func scatterAdd(_ dy: Tensor, ids: [Int32], to table: Tensor) {
        check(table, ids, dy)
        precondition(table.type == .float32 || dy.type == table.type, "would lose precision")
        let (type, tableType) = (dy.type.code, table.type.code)
        unsafe ids.withUnsafeBufferPointer { ids in
            ThreadPool.forEachRange(count: table.columns, grain: 64) { range, _ in
                unsafe ck_scatter_add_rows(
                    type, tableType, dy.bytePointer, ids.baseAddress, dy.rows, table.bytePointer,
                    table.columns, range.lowerBound, range.upperBound)
            }
        }
    }

    private static func check(_ table: Tensor, _ ids: [Int32], _ rows: Tensor) {
        precondition(rows.rows == ids.count && rows.columns == table.columns, "shapes differ")
        precondition(rows.isContiguous && table.isContiguous, "expected contiguous tensors")
        for id in ids { precondition(id >= 0 && Int(id) < table.rows, "id \(id) of \(table.rows)") }
    }
}
