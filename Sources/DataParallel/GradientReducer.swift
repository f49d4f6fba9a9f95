// Sums gradients over the ranks while backward goes on.

import Foundation
public import Layers
public import Tensors

/// Sums the gradient arena in fixed buckets over all ranks, from a thread of its own.
///
/// One step: `beginStep()` before the backward pass of the last micro-batch, `markReady(slot:)` from the
/// layers as their gradients are complete, `finish()` before the gradients are used. A bucket is summed as
/// soon as its slots are ready and all earlier buckets are done, so that all ranks run the same collectives
/// in the same order. With one rank there is no thread and nothing is summed, but the calls are checked all
/// the same.
public final class GradientReducer: Sendable {
    /// The order of the collectives.
    public let plan: BucketPlan
    private let layout: ParameterLayout
    private let isAlone: Bool
    private let progress: Monitor<ReductionProgress>

    /// Makes the channel and starts the thread. Collective: `group` is duplicated.
    ///
    /// `gradients` is the float32 arena of `layout`. A bucket has at most `bucketMebibytes`, the first at
    /// most `firstBucketMebibytes`.
    public init(
        layout: ParameterLayout, gradients: Tensor, group: any ProcessGroup, bucketMebibytes: Double = 8,
        firstBucketMebibytes: Double = 1
    ) throws(ParallelError) {
        precondition(
            gradients.count == layout.elementCount && gradients.isContiguous && gradients.type == .float32,
            "the gradients are not the arena of the layout")
        let plan = BucketPlan(
            layout: layout, bucketMebibytes: bucketMebibytes, firstBucketMebibytes: firstBucketMebibytes)
        self.plan = plan
        self.layout = layout
        isAlone = group.size == 1
        let progress = Monitor(ReductionProgress(plan: plan))
        self.progress = progress
        guard !isAlone else { return }
        let labels = plan.buckets.indices.map { Self.label($0, plan: plan, layout: layout) }
        let channel = ReductionChannel(
            group: try group.duplicate(), gradients: gradients, plan: plan, labels: labels)
        let thread = Thread { channel.run(progress) }
        thread.name = "gradient-reducer"
        thread.start()
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
    public func beginStep() {
        progress.update { $0.arm(plan) }
    }

    /// Says that this rank adds no more to the gradient of `slot` in this step. Slots may come in any order.
    /// Outside a step, in the earlier micro-batches, it does nothing. Traps when a slot is reported twice in
    /// one step.
    public func markReady(slot: Int) {
        progress.update { state in
            guard state.isArmed else { return }
            if state.isReady[slot] { trap("slot \(layout.slots[slot].name) was reported twice in a step") }
            state.isReady[slot] = true
            for bucket in plan.bucketsOfSlot[slot] { state.outstanding[bucket] -= 1 }
        }
    }

    /// Waits until all gradients are summed. Traps when a slot was not reported. Throws what went wrong on
    /// the communication thread; after that the reducer cannot be used any more.
    public func finish() throws(ParallelError) {
        let start = ContinuousClock.now
        progress.update { checkAllReported($0) }
        let bucketCount = isAlone ? 0 : plan.buckets.count
        let error: ParallelError?? = progress.wait { state in
            if let error = state.error { return .some(error) }
            return state.finishedBuckets == bucketCount ? .some(nil) : nil
        }
        let waited = ContinuousClock.now - start
        progress.update { state in
            state.isArmed = false
            state.counters.steps += 1
            state.counters.exposedSeconds += isAlone ? 0 : waited / .seconds(1)
        }
        if let error = error ?? nil { throw error }
    }

    /// What the reductions have cost since the start.
    public var counters: ReductionCounters { progress.update(isNews: false) { $0.counters } }

    private func checkAllReported(_ state: ReductionProgress) {
        precondition(state.isArmed, "finish was called without beginStep")
        let missing = state.isReady.indices.filter { !state.isReady[$0] }
        guard !missing.isEmpty else { return }
        let names = missing.prefix(5).map { layout.slots[$0].name }.joined(separator: ", ")
        trap("\(missing.count) slots were never reported: \(names)")
    }

    private static func label(_ bucket: Int, plan: BucketPlan, layout: ParameterLayout) -> String {
        let slots = plan.buckets[bucket].slots
        let names =
            slots.isEmpty ? [] : [slots.lowerBound, slots.upperBound - 1].map { layout.slots[$0].name }
        return "the all-reduce of bucket \(bucket + 1) of \(plan.buckets.count) "
            + "(\(Set(names).count == 1 ? names[0] : names.joined(separator: " to ")))"
    }
}

/// The communication thread's side.
private struct ReductionChannel: Sendable {
    let group: any ProcessGroup
    let gradients: Tensor
    let plan: BucketPlan
    let labels: [String]

    func run(_ progress: Monitor<ReductionProgress>) {
        while let bucket = nextBucket(progress) {
            let range = plan.buckets[bucket].range
            var failure: ParallelError?
            do throws(ParallelError) {
                try sum(gradients.elements(range), labels[bucket])
            } catch {
                failure = error
            }
            progress.update { [failure] state in
                state.error = failure
                guard failure == nil else { return }
                state.finishedBuckets += 1
                state.counters.collectives += 1
                state.counters.bytes += range.count * 4
            }
        }
        progress.update { $0.hasStopped = true }
    }

    /// Waits for the next bucket; nil when the reducer is gone.
    private func nextBucket(_ progress: Monitor<ReductionProgress>) -> Int? {
        progress.wait { state -> Int?? in
            if state.isStopping { return .some(nil) }
            return state.nextBucket.map { .some($0) }
        }
    }

    private func sum(_ tensor: Tensor, _ label: String) throws(ParallelError) {
        if let watched = group as? WatchedProcessGroup {
            try watched.allReduceSum(tensor, label: label)
        } else {
            try group.allReduceSum(tensor)
        }
    }
}
