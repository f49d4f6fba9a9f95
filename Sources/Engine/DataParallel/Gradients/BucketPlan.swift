// Which ranges of the gradient arena are summed together, and in what order.

package import Layers

/// The fixed list of collectives of a step, the same on all ranks because it depends on the layout alone.
///
/// Buckets are contiguous ranges that cover the arena without a gap, cut from its end: backward finishes the
/// last layers first. The first bucket is small so that communication starts early.
package struct BucketPlan: Sendable, Equatable {
    /// One collective.
    package struct Bucket: Sendable, Equatable {
        /// Elements of the arena, padding included.
        package let range: Range<Int>
        /// Slots of which at least one element lies in `range`; the bucket is ready when all of them are.
        package let slots: Range<Int>
    }

    /// In the order of the collectives: from the end of the arena to its start.
    package let buckets: [Bucket]
    /// For each slot the indices of the buckets that wait for it.
    package let bucketsOfSlot: [Range<Int>]

    /// Cuts the arena of `layout`. A slot is never cut, unless it is larger than a bucket. A slot of
    /// `separateSlots` shares no bucket with another, and is cut into buckets of `separateMebibytes`.
    package init(
        layout: ParameterLayout, bucketMebibytes: Double = 8, firstBucketMebibytes: Double = 1,
        separateSlots: Set<Int> = [], separateMebibytes: Double? = nil
    ) {
        let capacity = Self.elements(bucketMebibytes)
        let firstCapacity = min(Self.elements(firstBucketMebibytes), capacity)
        let separateCapacity = separateMebibytes.map(Self.elements) ?? capacity
        var buckets: [Bucket] = []
        var end = layout.elementCount
        var start = end
        var lastSlot = layout.slots.count - 1
        func close(firstSlot: Int) {
            guard start < end else { return }
            buckets.append(Bucket(range: start..<end, slots: firstSlot..<lastSlot + 1))
            end = start
            lastSlot = firstSlot
        }
        for slot in layout.slots.reversed() {
            let slotEnd = start
            let slotStart = slot.range.lowerBound
            let room = (buckets.isEmpty ? firstCapacity : capacity) - (end - start)
            let isSeparate = !separateSlots.isDisjoint(with: [slot.index, slot.index + 1])
            if slotEnd - slotStart > room || isSeparate {
                close(firstSlot: slot.index + 1)
                lastSlot = slot.index
            }
            let whole = separateSlots.contains(slot.index) ? separateCapacity : capacity
            while start > slotStart {
                let room = (buckets.isEmpty ? min(firstCapacity, whole) : whole) - (end - start)
                start = max(slotStart, start - room)
                if start > slotStart { close(firstSlot: slot.index) }
            }
        }
        close(firstSlot: 0)
        self.buckets = buckets
        bucketsOfSlot = layout.slots.map { slot in
            let waiting = buckets.indices.filter { buckets[$0].slots.contains(slot.index) }
            return (waiting.first ?? 0)..<(waiting.last.map { $0 + 1 } ?? 0)
        }
    }

    /// Number of slots that each bucket waits for.
    package var slotCounts: [Int] { buckets.map(\.slots.count) }

    private static func elements(_ mebibytes: Double) -> Int {
        let count = Int(mebibytes * 1_048_576) / 4 / 16 * 16
        precondition(count > 0, "a bucket of \(mebibytes) MiB holds no cache line")
        return count
    }
}
