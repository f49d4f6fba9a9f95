// Attention over keys and values that lie in a cache, row by row.

internal import CKernels
package import Tensors

/// Scaled dot-product attention of a few query rows a sequence over cached rows; no backward pass.
package enum CachedAttention {
    /// `out[Q, H·d] = softmax(q·kᵀ/√d)·v`. Sequence s has the query rows
    /// `queryOffsets[s]..<queryOffsets[s + 1]` of `q [Q, H·d]`, and its keys are the rows `tables[s]` of
    /// `keys` and `values [P, G·d]`, in this order. When `isCausal`, the last query sees all of them, the one
    /// before all but the last, and so on. A `bias` takes them for the last of the sequence's places.
    package static func run(
        _ kernel: AttentionKernel, q: Tensor, keys: Tensor, values: Tensor, queryOffsets: [Int32],
        tables: [[Int32]], bias: AttentionBias? = nil, into out: Tensor
    ) {
        let (d, groups) = (kernel.headSize, kernel.keyValueHeads)
        let group = kernel.heads / groups
        precondition(kernel.window == nil, "a cache is attended to without a window")
        precondition(q.columns == kernel.heads * d && out.columns == q.columns && out.rows == q.rows)
        precondition(keys.columns == groups * d && values.columns == groups * d, "shapes differ")
        precondition(queryOffsets.count == tables.count + 1, "expected one table a sequence")
        precondition([keys, values, out].allSatisfy { $0.type == q.type }, "types differ")
        let tasks = tables.indices.flatMap { sequence -> [(row: Int, sequence: Int, visible: Int)] in
            let queries = Int(queryOffsets[sequence])..<Int(queryOffsets[sequence + 1])
            return queries.map { row in
                let hidden = kernel.isCausal ? queries.upperBound - 1 - row : 0
                return (row, sequence, tables[sequence].count - hidden)
            }
        }
        for table in tables {
            precondition(table.allSatisfy { $0 >= 0 && Int($0) < keys.rows }, "a row beyond the cache")
        }
        precondition(tasks.allSatisfy { $0.visible > 0 }, "a query without keys")
        let longest = tables.reduce(0) { max($0, $1.count) }
        let type = q.type.code
        precondition(bias.map { $0.reach >= longest && kernel.isCausal } ?? true, "an unfit bias")
        // Query heads that share a key's head are computed together, unless that leaves threads idle.
        let together = tasks.count * groups < 4 * ThreadPool.threadCount ? 1 : group
        let units = kernel.heads / together
        ThreadPool.forEachRange(count: tasks.count * units) { range, _ in
            unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: max(1, together * longest)) {
                scratch in
                for index in range {
                    let (task, query) = (tasks[index / units], index % units * together)
                    let head = query / group
                    unsafe tables[task.sequence].withUnsafeBufferPointer { rows in
                        unsafe ck_cached_attention(
                            type, q.pointer(task.row * q.rowStride + query * d),
                            keys.pointer(head * d), keys.rowStride, values.pointer(head * d),
                            values.rowStride, rows.baseAddress, task.visible,
                            out.pointer(task.row * out.rowStride + query * d), together, d, kernel.scale,
                            bias.map { bias in
                                unsafe UnsafePointer(
                                    bias.center + query * bias.values.columns - task.visible + 1)
                            }, bias?.values.columns ?? 0, scratch.baseAddress)
                    }
                }
            }
        }
    }
}
