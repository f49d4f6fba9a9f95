// The book-keeping of one step's reduction: which slots are ready, which buckets are done.

/// What the caller's thread and the communication thread of a `GradientReducer` share.
struct ReductionProgress: Sendable {
    /// Between `beginStep` and the end of `finish`.
    var isArmed = false
    /// For each slot whether it was reported in this step.
    var isReady: [Bool]
    /// For each bucket how many of its slots are not reported yet.
    var outstanding: [Int]
    /// Buckets that are summed; they are summed in order, so these are the first ones.
    var finishedBuckets = 0
    /// Why no further bucket will be summed.
    var error: ParallelError?
    var isStopping = false
    var hasStopped = false
    var counters = ReductionCounters()

    init(plan: BucketPlan) {
        isReady = [Bool](repeating: false, count: plan.bucketsOfSlot.count)
        outstanding = plan.slotCounts
    }

    mutating func arm(_ plan: BucketPlan) {
        precondition(!isArmed, "beginStep was called twice without finish")
        isArmed = true
        for slot in isReady.indices { isReady[slot] = false }
        for bucket in outstanding.indices { outstanding[bucket] = plan.buckets[bucket].slots.count }
        finishedBuckets = 0
    }

    /// The bucket to sum now, if its turn has come.
    var nextBucket: Int? {
        guard isArmed, error == nil, finishedBuckets < outstanding.count else { return nil }
        return outstanding[finishedBuckets] == 0 ? finishedBuckets : nil
    }

    var isIdle: Bool { !isArmed || error != nil || finishedBuckets == outstanding.count }
}

/// What the reductions of a run have cost so far.
public struct ReductionCounters: Sendable, Equatable {
    /// Steps that were finished.
    public var steps = 0
    /// All-reduces that this rank took part in.
    public var collectives = 0
    /// Bytes of gradients that went into them.
    public var bytes = 0
    /// Time in which the caller waited in `finish`: communication that backward did not hide.
    public var exposedSeconds = 0.0
}
