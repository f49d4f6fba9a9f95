// Which slots have buckets of their own: tables that may be summed by their rows.

package import Layers

extension BucketPlan {
    /// The slots that share no bucket with others.
    ///
    /// - Parameters:
    ///   - lookedUp: tables with sparse updates.
    ///   - isNetworked: whether messages between hosts are needed.
    ///   - sumsShards: whether the gradients of shards are summed, of which tables travel whole.
    package static func separateSlots(
        of layout: ParameterLayout, lookedUp: Set<Int>, isNetworked: Bool, sumsShards: Bool
    ) -> Set<Int> {
        guard isNetworked else { return lookedUp }
        if sumsShards { return [] }
        return lookedUp.union(layout.slots.filter(SparseAllReduce.isTable).map(\.index))
    }

    /// The size of their buckets; nil: that of all. Frequent words stand together: small buckets scatter them
    /// to all owners of a host.
    package static func separateMebibytes(_ bucketMebibytes: Double, isNetworked: Bool) -> Double? {
        isNetworked ? nil : min(bucketMebibytes, 1)
    }
}
