// The cut of the gradient arena into buckets.

import DataParallel
import Layers
import Testing

/// A layout of slots with these numbers of elements.
func makeLayout(_ counts: [Int]) -> ParameterLayout {
    var layout = ParameterLayout()
    for (slot, count) in counts.enumerated() {
        _ = layout.add(
            "slot.\(slot)", rows: 1, columns: count, hasWeightDecay: false, initialization: .zeros,
            tensors: [CheckpointTensor(name: "slot.\(slot)", shape: [count])])
    }
    return layout
}

/// Mebibytes of `elements` floats.
func mebibytes(elements: Int) -> Double { Double(elements * 4) / 1_048_576 }

@Suite("Bucket plan")
struct BucketPlanTests {
    static let shapes: [[Int]] = [
        [], [1], [16], [1_000], [64, 64, 64, 64], [1, 2, 3, 4, 5], [500, 1, 500, 1], [5, 2_000, 7],
        [2_000, 3], [3, 2_000], [128, 128, 129, 128], [0, 64, 0],
    ]

    @Test(
        "buckets cover the arena from its end, are no larger than asked, and know their slots",
        arguments: shapes)
    func coverage(counts: [Int]) {
        let layout = makeLayout(counts)
        let plan = BucketPlan(
            layout: layout, bucketMebibytes: mebibytes(elements: 128),
            firstBucketMebibytes: mebibytes(elements: 32))
        var end = layout.elementCount
        for (index, bucket) in plan.buckets.enumerated() {
            #expect(bucket.range.upperBound == end)
            #expect(!bucket.range.isEmpty && bucket.range.count <= (index == 0 ? 32 : 128))
            #expect(bucket.range.lowerBound % 16 == 0)
            end = bucket.range.lowerBound
            for slot in layout.slots where slot.range.overlaps(bucket.range) {
                #expect(bucket.slots.contains(slot.index))
            }
        }
        #expect(end == 0)
        for slot in layout.slots {
            let overlapping = plan.buckets.indices.filter { plan.buckets[$0].slots.contains(slot.index) }
            let waiting = Array(plan.bucketsOfSlot[slot.index])
            #expect(slot.range.isEmpty || waiting == overlapping)
            #expect(waiting.allSatisfy { plan.buckets[$0].slots.contains(slot.index) })
        }
        #expect(plan.slotCounts == plan.buckets.map(\.slots.count))
    }

    @Test("a slot that fits into a bucket is not cut")
    func wholeSlots() {
        let plan = BucketPlan(
            layout: makeLayout([100, 100, 16, 16]), bucketMebibytes: mebibytes(elements: 128),
            firstBucketMebibytes: mebibytes(elements: 32))
        #expect(plan.buckets.map(\.range) == [224..<256, 112..<224, 0..<112])
        #expect(plan.buckets.map(\.slots) == [2..<4, 1..<2, 0..<1])
    }

    @Test("a slot larger than a bucket waits in several")
    func largeSlot() {
        let plan = BucketPlan(
            layout: makeLayout([16, 320, 16]), bucketMebibytes: mebibytes(elements: 128),
            firstBucketMebibytes: mebibytes(elements: 32))
        #expect(plan.buckets.map(\.range) == [336..<352, 208..<336, 80..<208, 0..<80])
        #expect(plan.bucketsOfSlot == [3..<4, 1..<4, 0..<1])
    }
}
