// Sums gradients over the ranks while backward goes on.

internal import Files
import Foundation
internal import Kernels
package import Layers
internal import Machine
internal import Tensors

/// Sums the gradient arena in fixed buckets over all ranks, from a thread of its own.
///
/// One step: `beginStep()` before the backward pass of the last micro-batch, `markReady(slot:)` from the
/// layers as their gradients are complete, `finish()` before the gradients are used. A bucket is summed as
/// soon as its slots are ready and all earlier buckets are done, so that all ranks run the same collectives
/// in the same order. With one rank there is no thread and nothing is summed, but the calls are checked all
/// the same.
///
/// With `ReductionOptions.isSharded` each rank gets the sums of its `shard` alone, updates these values, and
/// calls `gatherValues()`: the new values of all arrive while the next forward pass goes on, which waits for
/// a slot where it reads it.
package final class GradientReducer: Sendable {
    /// The order of the collectives.
    package let plan: BucketPlan
    /// The ranges of the arenas whose values this rank updates, in ascending order; nil means all.
    package let shard: [Range<Int>]?
    /// The shards of a step whose gradients this rank computes; nil without `ReductionOptions.shardCount`.
    package let shards: Range<Int>?
    /// Number of shards of all ranks.
    package let shardCount: Int?
    let sparseEmbeddings: [SparseEmbeddingUpdate]
    /// Why ranks of one host do not sum in shared memory although they could, for the log.
    package let sharedMemoryRefusal: String?
    let layout: ParameterLayout
    let channel: ReductionChannel?
    let progress: Monitor<ReductionProgress>
    let gradients: Tensor
    let group: any ProcessGroup
    private var isAlone: Bool { channel == nil }

    /// Makes the channels and starts the thread. Collective.
    ///
    /// The gradients of `parameters`, and with shards the values too, move to memory that the ranks of a host
    /// share. Sharding, wire format and bucket sizes are the same on all ranks. They are in their final
    /// number format already.
    package init(
        parameters: ParameterStore, group: any ProcessGroup, options: ReductionOptions = ReductionOptions()
    ) throws(ParallelError) {
        self.group = group
        layout = parameters.layout
        let channel =
            group.size == 1
            ? nil : try ReductionChannel(parameters: parameters, group: group, options: options)
        self.channel = channel
        let plan =
            channel?.plan
            ?? BucketPlan(
                layout: parameters.layout, bucketMebibytes: options.bucketMebibytes,
                firstBucketMebibytes: options.firstBucketMebibytes)
        self.plan = plan
        shard = channel?.values == nil ? nil : channel?.shard
        gradients = channel?.gradients.arena ?? parameters.gradients
        sharedMemoryRefusal = channel?.refusal
        let progress = Monitor(ReductionProgress(plan: plan))
        self.progress = progress
        sparseEmbeddings = parameters.sparseEmbeddings
        shardCount = options.shardCount
        shards = options.shardCount.map { channel?.gradients.shards ?? 0..<$0 }
        guard let channel else {
            computeShards(of: parameters, options)
            return
        }
        parameters.moveGradients(to: channel.gradients.arena)
        if let values = channel.values {
            parameters.moveValues(to: values.arena)
            parameters.observeValueUse { [weak self] slot, use in
                self?.waitForValues(slot: slot)
                if use == .reading { self?.channel?.rounded?.fetch(slot: slot) }
            }
        }
        computeShards(of: parameters, options)
        Threads.start("gradient-reducer") { channel.run(progress) }
    }

    deinit {
        guard !isAlone else { return }
        let mustWait = progress.update { state in
            state.isStopping = true
            return state.isIdle
        }
        guard mustWait else { return }
        progress.wait { $0.hasStopped ? () : nil }
    }

    /// Arms the reducer for the backward pass of the last micro-batch: from here on `markReady` counts.
    package func beginStep() {
        progress.update { $0.arm(plan) }
    }

    /// Says that this rank adds no more to the gradient of `slot` in this step. Slots may come in any order.
    /// Outside a step, in the earlier micro-batches, it does nothing. Traps when a slot is reported twice in
    /// one step.
    package func markReady(slot: Int) {
        progress.update { state in
            guard state.isArmed else { return }
            if state.isReady[slot] { trap("slot \(layout.slots[slot].name) was reported twice in a step") }
            state.isReady[slot] = true
            for bucket in plan.bucketsOfSlot[slot] { state.outstanding[bucket] -= 1 }
        }
    }

    /// Waits until all gradients are summed. Traps when a slot was not reported. Throws what went wrong on
    /// the communication thread; after that the reducer cannot be used any more.
    ///
    /// Returns this rank's share of the squared norm: the sum of the squares of the summed gradients in its
    /// part of the arena. The sum over the ranks is the squared norm, with shards and without the same. Of
    /// the shards of a step `exactSquares` gives it.
    @discardableResult
    package func finish() throws(ParallelError) -> Double {
        let start = ContinuousClock.now
        progress.update { checkAllReported($0) }
        let bucketCount = isAlone ? 0 : plan.buckets.count
        let error: ParallelError?? = RankStatus.during(.waiting) {
            progress.wait { state in
                if let error = state.error { return .some(error) }
                return state.finishedBuckets == bucketCount ? .some(nil) : nil
            }
        }
        addExposed(since: start)
        let squares = progress.update { state in
            state.isArmed = false
            state.counters.steps += 1
            return state.squares
        }
        if let error = error ?? nil { throw error }
        return isAlone && shards == nil ? Elementwise.sumOfSquares(gradients) : squares
    }

    /// What the reductions have cost since the start.
    package var counters: ReductionCounters { progress.update(isNews: false) { $0.counters } }

    private func checkAllReported(_ state: ReductionProgress) {
        precondition(state.isArmed, "finish was called without beginStep")
        let missing = state.isReady.indices.filter { !state.isReady[$0] }
        guard !missing.isEmpty else { return }
        let names = missing.prefix(5).map { layout.slots[$0].name }.joined(separator: ", ")
        trap("\(missing.count) slots were never reported: \(names)")
    }

    // MARK: Shards

    /// Starts to bring the new values of each rank's shard to all ranks; without shards it does nothing.
    /// Every rank calls it after its update.
    package func gatherValues() {
        guard shard != nil else { return }
        channel?.rounded?.valuesChange()
        progress.update { state in
            precondition(!state.isArmed && state.ungatheredBuckets == 0, "values are on their way already")
            state.ungatheredBuckets = plan.buckets.count
        }
    }

    /// Waits until the values of `slot`, or of all slots, are those of this step. When that fails, this ends
    /// the job: no rank can go on with half of its values.
    func waitForValues(slot: Int?) {
        let firstNeeded = slot.map { plan.bucketsOfSlot[$0].lowerBound } ?? 0
        let start = ContinuousClock.now
        let outcome: (hasWaited: Bool, error: ParallelError?) = {
            var hasWaited = false
            let before = RankStatus.moment
            defer { if hasWaited { RankStatus.enter(before.activity, detail: before.detail) } }
            let error: ParallelError?? = progress.wait { state in
                if state.ungatheredBuckets <= firstNeeded { return .some(nil) }
                if let error = state.error { return .some(error) }
                hasWaited = true
                RankStatus.enter(.waiting)
                return nil
            }
            return (hasWaited, error ?? nil)
        }()
        if let error = outcome.error {
            StandardError.write("[\(group.placeName)] error: \(error)\n")
            group.abort(code: 1)
        }
        if outcome.hasWaited { addExposed(since: start) }
    }

    private func addExposed(since start: ContinuousClock.Instant) {
        guard !isAlone else { return }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        progress.update(isNews: false) { $0.counters.exposedSeconds += seconds }
    }
}
