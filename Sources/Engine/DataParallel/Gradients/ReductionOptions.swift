// How gradients are summed over the ranks.

/// Options of a `GradientReducer`; the same on all ranks.
package struct ReductionOptions: Sendable, Equatable {
    /// Largest bucket.
    package var bucketMebibytes: Double
    /// Largest first bucket: small, so that communication starts early.
    package var firstBucketMebibytes: Double
    /// Format in which gradients travel between hosts.
    package var wire: WireType
    /// Whether each rank keeps the sums, and updates the values, of its own shard only: ZeRO stage 1
    /// (Rajbhandari et al. 2020). nil: when all ranks share memory, where it saves work and costs nothing.
    package var isSharded: Bool?
    /// Whether the ranks of a host sum in shared memory.
    package var sharesMemory: Bool
    /// Shards of a step whose gradients are computed each by itself and added in the order of a
    /// `ShardTree`, so that the sum has the same bits on any number of ranks up to this; nil: a rank's rows
    /// are one gradient.
    package var shardCount: Int?

    package init(
        bucketMebibytes: Double = 8, firstBucketMebibytes: Double = 1, wire: WireType = .float32,
        isSharded: Bool? = false, sharesMemory: Bool = true, shardCount: Int? = nil
    ) {
        self.bucketMebibytes = bucketMebibytes
        self.firstBucketMebibytes = firstBucketMebibytes
        self.wire = wire
        self.isSharded = isSharded
        self.sharesMemory = sharesMemory
        self.shardCount = shardCount
    }
}
