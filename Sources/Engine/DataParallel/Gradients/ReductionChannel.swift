// The communication thread of a gradient reducer.

import Foundation
internal import Kernels
internal import Layers
internal import Machine
internal import Tensors

/// Runs the collectives of a `GradientReducer`, one after the other.
final class ReductionChannel: Sendable {
    let plan: BucketPlan
    let gradients: HierarchicalCollectives
    /// The values' arena, when ranks update shards.
    let values: HierarchicalCollectives?
    /// Where in that arena the reduced slots start: frozen ones come first.
    private let valueOffset: Int
    /// The values rounded for products, which follow the values, and for each bucket the ranges that products
    /// read.
    private let roundedValues: Tensor?
    private let operandRanges: [[Range<Int>]]
    /// Values that travel rounded alone.
    let rounded: RoundedShards?
    /// Tables that are summed by their rows between hosts, by the first of the buckets that hold them alone.
    private let sparseSums: [Int: SparseAllReduce]
    /// All tables with sparse updates, and those whose rows are summed and brought to all inside a host.
    let sparseEmbeddings: [SparseEmbeddingUpdate]
    private let sharedEmbeddings: [SparseEmbeddingUpdate]
    /// Why ranks of one host do not share memory although they could.
    let refusal: String?
    let everyone: any ProcessGroup
    let labels: [String]
    /// For messages and for the watch over long waits.
    private let group: any ProcessGroup

    /// Makes arenas and channels. Collective.
    init(parameters: ParameterStore, group: any ProcessGroup, options: ReductionOptions) throws(ParallelError)
    {
        let layout = parameters.layout
        roundedValues = parameters.roundedValues
        self.group = group
        let unwatched = (group as? WatchedProcessGroup)?.unwatched ?? group
        let topology = try RankTopology(unwatched)
        let arenas = try ReductionArenas.make(parameters, topology: topology, options: options)
        let gradients = arenas.gradients
        self.gradients = gradients
        values = arenas.values
        refusal = arenas.refusal
        valueOffset = parameters.arenaOffset
        everyone = topology.everyone
        sparseEmbeddings = parameters.sparseEmbeddings
        let sparseSlots = Set(sparseEmbeddings.map(\.slot))
        let isNetworked = gradients.isNetworked
        let separate = BucketPlan.separateSlots(
            of: layout, lookedUp: sparseSlots, isNetworked: isNetworked,
            sumsShards: options.shardCount != nil)
        let tall = isNetworked ? separate.sorted().map { layout.slots[$0] } : []
        sharedEmbeddings = isNetworked ? [] : sparseEmbeddings
        // Messages between hosts carry whole buckets of values, and of the sums of shards.
        if isNetworked, values != nil || options.shardCount != nil {
            for rows in sparseEmbeddings { rows.updateDensely() }
        }
        let plan = BucketPlan(
            layout: layout, bucketMebibytes: options.bucketMebibytes,
            firstBucketMebibytes: options.firstBucketMebibytes,
            separateSlots: separate,
            separateMebibytes: BucketPlan.separateMebibytes(
                options.bucketMebibytes, isNetworked: isNetworked))
        self.plan = plan
        let operands = layout.slots.filter(\.isOperand).map(\.range)
        operandRanges = plan.buckets.map { $0.range.intersections(operands) }
        rounded = RoundedShards(parameters: parameters, arenas: arenas, plan: plan)
        var sums: [Int: SparseAllReduce] = [:]
        for slot in tall {
            sums[plan.bucketsOfSlot[slot.index].lowerBound] = try SparseAllReduce(
                slot, update: sparseEmbeddings.first { $0.slot == slot.index }, gradients: gradients.arena,
                topology: topology, wire: options.wire,
                sharesMemory: options.sharesMemory && refusal == nil)
        }
        sparseSums = sums
        labels = plan.buckets.indices.map { Self.label($0, plan: plan, layout: layout) }
    }

    /// What this rank owns of the arena, in ascending order.
    var shard: [Range<Int>] {
        plan.buckets.reversed().map { gradients.owned($0.range) }.filter { !$0.isEmpty }
    }

    /// Works until the reducer is gone.
    func run(_ progress: Monitor<ReductionProgress>) {
        while let task = nextTask(progress) {
            let start = ContinuousClock.now
            do throws(ParallelError) {
                let work = try perform(task)
                StepTrace.add(.communication, name(of: task), from: start)
                let seconds = (ContinuousClock.now - start) / .seconds(1)
                progress.update { state in
                    switch task {
                    case .sum:
                        state.finishedBuckets += work.buckets
                        state.squares += work.squares
                    case .gather: state.ungatheredBuckets -= work.buckets
                    }
                    state.counters.collectives += 1
                    state.counters.bytes += work.bytes
                    state.counters.communicationSeconds += seconds
                }
            } catch {
                progress.update { $0.error = error }
            }
        }
        progress.update { $0.hasStopped = true }
    }

    private func name(of task: ReductionProgress.Collective) -> String {
        switch task {
        case .sum(let bucket): "all-reduce of \(labels[bucket])"
        case .gather(let bucket): "all-gather of \(labels[bucket])"
        }
    }

    /// Waits for the next task; nil when the reducer is gone.
    private func nextTask(_ progress: Monitor<ReductionProgress>) -> ReductionProgress.Collective? {
        progress.wait { state -> ReductionProgress.Collective?? in
            if state.isStopping { return .some(nil) }
            return state.nextTask.map { .some($0) }
        }
    }

    struct Work {
        var buckets = 1
        var bytes = 0
        var squares = 0.0
    }

    private func perform(_ task: ReductionProgress.Collective) throws(ParallelError) -> Work {
        switch task {
        case .gather(let bucket):
            if let values,
                let rows = sharedEmbeddings.first(where: { plan.bucketsOfSlot[$0.slot].last == bucket }),
                rows.isSparse
            {
                return try gather(rows, values)
            }
            return try gather(bucket)
        case .sum(let bucket):
            if let table = sparseSums[bucket], let work = try sum(table, first: bucket) { return work }
            if let rows = sharedEmbeddings.first(where: { plan.bucketsOfSlot[$0.slot].first == bucket }) {
                return try sum(rows)
            }
            let range = plan.buckets[bucket].range
            let squares = try watching("the all-reduce of \(labels[bucket])") { () throws(ParallelError) in
                values == nil ? try gradients.allReduce(range) : try gradients.reduceScatter(range)
            }
            return Work(bytes: range.count * 4, squares: squares)
        }
    }

    /// Brings the values of a bucket to all ranks, and their rounded copies.
    private func gather(_ bucket: Int) throws(ParallelError) -> Work {
        guard let values else { return Work() }
        let range = plan.buckets[bucket].range
        let label = "the all-gather of \(labels[bucket])"
        if let rounded {
            let bytes = try watching(label) { () throws(ParallelError) in try rounded.gather(bucket) }
            return Work(bytes: bytes)
        }
        try watching(label) { () throws(ParallelError) in try values.allGather(shifted(range)) }
        if let roundedValues {
            for range in operandRanges[bucket] {
                WireFormat.encode(values.arena.elements(shifted(range)), into: roundedValues.elements(range))
            }
        }
        return Work(bytes: range.count * 4)
    }

    /// A range of the reduced slots in the arena of values.
    func shifted(_ range: Range<Int>) -> Range<Int> {
        range.lowerBound + valueOffset..<range.upperBound + valueOffset
    }

    /// Sum of the squares of what this rank owns of `range`.
    func squares(_ range: Range<Int>) -> Double {
        ArenaSum.squares(gradients.arena.elements(gradients.owned(range)))
    }

    func watching<Result>(
        _ label: String, _ body: () throws(ParallelError) -> Result
    ) throws(ParallelError) -> Result {
        if let watched = group as? WatchedProcessGroup { return try watched.watching(label, body) }
        return try body()
    }

    private static func label(_ bucket: Int, plan: BucketPlan, layout: ParameterLayout) -> String {
        let slots = plan.buckets[bucket].slots
        let names =
            slots.isEmpty ? [] : [slots.lowerBound, slots.upperBound - 1].map { layout.slots[$0].name }
        return "bucket \(bucket + 1) of \(plan.buckets.count) "
            + "(\(Set(names).count == 1 ? names[0] : names.joined(separator: " to ")))"
    }
}
