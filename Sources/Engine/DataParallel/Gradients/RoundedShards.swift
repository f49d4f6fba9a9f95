// Values of shards that travel inside a host in the format that products read them in.

internal import Kernels
internal import Layers
internal import Synchronization
internal import Tensors

/// Brings the new values of each rank's shard to all ranks of a host: rounded to bfloat16 where products
/// alone read them, in float32 elsewhere.
///
/// Where values travelled rounded, a rank's float32 values of other ranks' shards are old until somebody
/// reads them. Then they are copied from the memory of their owners, who change them no earlier than in the
/// next update: before it all ranks meet to sum gradients.
final class RoundedShards: Sendable {
    private let values: HierarchicalCollectives
    private let rounded: HierarchicalCollectives
    /// Where in these arenas the reduced slots start.
    private let offset: Int
    private let plan: BucketPlan
    /// For each bucket, in ascending order, what travels rounded, and what travels in float32 and is rounded
    /// here.
    private let products: [[Range<Int>]]
    private let others: [[Range<Int>]]
    private let roundedHere: [[Range<Int>]]
    private let slots: [Range<Int>]
    /// Slots of which products alone read the new values so far.
    private let old: Mutex<[Bool]>
    private let travelsRounded: [Bool]

    /// Moves the rounded values to memory that the ranks of the host share. Nil when values travel between
    /// hosts, or products compute in float32.
    init?(parameters: ParameterStore, arenas: ReductionArenas, plan: BucketPlan) {
        guard let values = arenas.values, let rounded = arenas.rounded else { return nil }
        let layout = parameters.layout
        self.values = values
        self.rounded = rounded
        self.plan = plan
        offset = parameters.arenaOffset
        parameters.moveRoundedValues(to: rounded.arena)
        slots = layout.slots.map(\.range)
        // Tables are looked up in float32 besides.
        let travelsRounded = layout.slots.map { $0.isOperand && !$0.isTable }
        self.travelsRounded = travelsRounded
        let products = layout.slots.filter { travelsRounded[$0.index] }.map(\.range)
        let tables = layout.slots.filter { $0.isOperand && $0.isTable }.map(\.range)
        self.products = plan.buckets.map { $0.range.intersections(products) }
        others = plan.buckets.map { $0.range.subtracting(products) }
        roundedHere = plan.buckets.map { $0.range.intersections(tables) }
        old = Mutex(layout.slots.map { _ in false })
    }

    /// Says that an update has begun.
    func valuesChange() { old.withLock { $0 = travelsRounded } }

    /// Brings the values of a bucket to all ranks; returns the number of bytes of all of them. Collective.
    func gather(_ bucket: Int) throws(ParallelError) -> Int {
        let range = shifted(plan.buckets[bucket].range)
        rounded.push(products[bucket].map(shifted), of: [range])
        try values.allGather(others[bucket].map(shifted), of: [range])
        for range in roundedHere[bucket].map(shifted) {
            WireFormat.encode(values.arena.elements(range), into: rounded.arena.elements(range))
        }
        return products[bucket].reduce(0) { $0 + $1.count * 2 }
            + others[bucket].reduce(0) { $0 + $1.count * 4 }
    }

    /// Fetches the float32 values of `slot`, or of all slots, that are old. All values of the last update
    /// have come.
    func fetch(slot: Int?) {
        old.withLock { old in
            for index in slot.map({ $0..<$0 + 1 }) ?? slots.indices where old[index] {
                let ranges = plan.bucketsOfSlot[index].reversed().map { shifted(plan.buckets[$0].range) }
                values.pull([shifted(slots[index])], of: ranges)
                old[index] = false
            }
        }
    }

    private func shifted(_ range: Range<Int>) -> Range<Int> {
        range.lowerBound + offset..<range.upperBound + offset
    }
}

extension Range<Int> {
    /// The parts of this range that lie in `ranges`, which are ascending and disjoint.
    func intersections(_ ranges: [Range<Int>]) -> [Range<Int>] {
        ranges.map { $0.clamped(to: self) }.filter { !$0.isEmpty }
    }

    /// The parts of this range outside of `ranges`, which are ascending and disjoint.
    func subtracting(_ ranges: [Range<Int>]) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var start = lowerBound
        for range in intersections(ranges) {
            if start < range.lowerBound { parts.append(start..<range.lowerBound) }
            start = range.upperBound
        }
        if start < upperBound { parts.append(start..<upperBound) }
        return parts
    }
}
