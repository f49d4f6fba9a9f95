// The collectives of embedding tables by their rows.

internal import Layers

extension ReductionChannel {
    /// Sums a table by its rows, which finishes all of its buckets; nil when it has to be summed whole.
    func sum(_ table: SparseAllReduce, first: Int) throws(ParallelError) -> Work? {
        let bytes = try watching("the all-reduce of rows of \(labels[first])") { () throws(ParallelError) in
            try table.sum()
        }
        guard let bytes else { return nil }
        let buckets = plan.bucketsOfSlot[table.slot]
        let squares = buckets.reduce(0.0) { $0 + self.squares(plan.buckets[$1].range) }
        return Work(buckets: buckets.count, bytes: bytes, squares: squares)
    }

    /// The ranges of a table's buckets in ascending order.
    func ranges(_ rows: SparseEmbeddingUpdate) -> [Range<Int>] {
        plan.bucketsOfSlot[rows.slot].reversed().map { plan.buckets[$0].range }
    }

    /// Sums the rows of a table that some rank of this host has looked up, which finishes all of its buckets.
    func sum(_ rows: SparseEmbeddingUpdate) throws(ParallelError) -> Work {
        let buckets = plan.bucketsOfSlot[rows.slot]
        let ranges = ranges(rows)
        let (pieces, squares) = try watching("the all-reduce of rows of \(labels[buckets.lowerBound])") {
            () throws(ParallelError) in
            try gradients.meet()
            let own = rows.reported(memoryCount: gradients.nodes.count)
            let pieces = rows.agree(on: try SparseAllReduce.union(own, over: everyone))
            return (pieces, try gradients.sum(pieces, of: ranges, isForAll: values == nil))
        }
        return Work(
            buckets: buckets.count, bytes: pieces.reduce(0) { $0 + $1.count * 4 }, squares: squares)
    }

    /// Brings the values of the rows that are updated to all ranks of this host.
    func gather(_ rows: SparseEmbeddingUpdate, _ values: HierarchicalCollectives) throws(ParallelError)
        -> Work
    {
        let buckets = plan.bucketsOfSlot[rows.slot]
        let pieces = rows.updatedElements
        try watching("the all-gather of rows of \(labels[buckets.lowerBound])") { () throws(ParallelError) in
            try values.allGather(pieces.map(shifted), of: ranges(rows).map(shifted))
        }
        return Work(buckets: buckets.count, bytes: pieces.reduce(0) { $0 + $1.count * 4 })
    }

    /// What reaches into the gradients from elsewhere may be in any row.
    func gradientsWereOverwritten() { for rows in sparseEmbeddings { rows.addAll() } }
}
