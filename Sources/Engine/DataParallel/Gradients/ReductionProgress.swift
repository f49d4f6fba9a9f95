// The book-keeping of one step's reduction: which slots are ready, which buckets are summed and gathered.

/// What the caller's thread and the communication thread of a `GradientReducer` share.
struct ReductionProgress: Sendable {
    /// What the communication thread does next.
    enum Collective: Sendable {
        case sum(bucket: Int)
        case gather(bucket: Int)
    }

    /// Between `beginStep` and the end of `finish`.
    var isArmed = false
    /// For each slot whether it was reported in this step.
    var isReady: [Bool]
    /// For each bucket how many of its slots are not reported yet.
    var outstanding: [Int]
    /// Buckets that are summed; they are summed in order, so these are the first ones.
    var finishedBuckets = 0
    /// Buckets whose new values are still on their way; they are gathered from the last bucket, the start of
    /// the arena, to the first one, so these are the first ones.
    var ungatheredBuckets = 0
    /// Sum of the squares of the summed gradients that this rank owns.
    var squares = 0.0
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
        squares = 0
    }

    var nextTask: Collective? {
        guard error == nil else { return nil }
        if ungatheredBuckets > 0 { return .gather(bucket: ungatheredBuckets - 1) }
        guard isArmed, finishedBuckets < outstanding.count else { return nil }
        return outstanding[finishedBuckets] == 0 ? .sum(bucket: finishedBuckets) : nil
    }

    var isIdle: Bool {
        error != nil || ungatheredBuckets == 0 && (!isArmed || finishedBuckets == outstanding.count)
    }
}

/// What the reductions of a run have cost so far.
package struct ReductionCounters: Sendable, Equatable {
    /// Steps that were finished.
    package var steps = 0
    /// All-reduces that this rank took part in.
    package var collectives = 0
    /// Bytes of gradients that went into them.
    package var bytes = 0
    /// Time that the communication thread spent in collectives, waits for other ranks included.
    package var communicationSeconds = 0.0
    /// Time in which the caller waited for gradients or values: communication that nothing hid.
    package var exposedSeconds = 0.0

    package init() {}
}
