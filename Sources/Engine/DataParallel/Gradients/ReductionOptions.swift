// How gradients are summed over the ranks.

/// Options of a `GradientReducer`; the same on all ranks.
public struct ReductionOptions: Sendable, Equatable {
    /// Largest bucket.
    public var bucketMebibytes: Double
    /// Largest first bucket: small, so that communication starts early.
    public var firstBucketMebibytes: Double
    /// Format in which gradients travel between hosts.
    public var wire: WireType
    /// Whether each rank keeps the sums, and updates the values, of its own shard only: ZeRO stage 1
    /// (Rajbhandari et al. 2020). nil: when all ranks share memory, where it saves work and costs nothing.
    public var isSharded: Bool?
    /// Whether the ranks of a host sum in shared memory.
    public var sharesMemory: Bool

    public init(
        bucketMebibytes: Double = 8, firstBucketMebibytes: Double = 1, wire: WireType = .float32,
        isSharded: Bool? = false, sharesMemory: Bool = true
    ) {
        self.bucketMebibytes = bucketMebibytes
        self.firstBucketMebibytes = firstBucketMebibytes
        self.wire = wire
        self.isSharded = isSharded
        self.sharesMemory = sharesMemory
    }
}
