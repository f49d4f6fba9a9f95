// The reducer: right sums in every order, and its own rules.

import DataParallel
import Layers
import Tensors
import Testing

/// A group whose channels fail in their second sum.
private final class FailingGroup: ProcessGroup {
    let rank = 0
    let size = 2
    let hostName = "nowhere"
    private let limit: Int64

    init(limit: Int64) { self.limit = limit }

    func allReduceSum(_ tensor: Tensor) throws(ParallelError) {
        if Int64(tensor.count) > limit { throw .communication("the cable is cut") }
    }
    func allReduceSum(_ values: inout [Int64]) {}
    func allReduceSum(_ values: inout [Double]) {}
    func allReduceMaximum(_ values: inout [Int64]) {}
    func broadcast(_ tensor: Tensor, from root: Int) {}
    func broadcast(_ bytes: inout [UInt8], from root: Int) {}
    func gather(_ bytes: [UInt8], at root: Int) -> [[UInt8]]? { nil }
    func allGather(_ bytes: [UInt8]) -> [[UInt8]] { [bytes, bytes] }
    func allToAll(
        _ tensor: Tensor, parts: [Range<Int>], into received: Tensor
    ) throws(ParallelError) {
        try allReduceSum(tensor)
    }
    func allGather(_ tensor: Tensor, parts: [Range<Int>]) {}
    func split(color: Int) -> any ProcessGroup { FailingGroup(limit: limit) }
    func splitByHost() -> any ProcessGroup { SoloProcessGroup() }
    func window(elementCount: Int) -> Result<HostWindow, WindowRefusal> {
        .failure(WindowRefusal(reason: "this host has no memory"))
    }
    func barrier() {}
    func duplicate() -> any ProcessGroup { FailingGroup(limit: limit) }
    func finalize() {}
    func abort(code: Int32) -> Never { fatalError("abort \(code)") }
}

@Suite("Gradient reducer")
struct GradientReducerTests {
    @Test("gradients are summed whatever the order of the slots on each rank", arguments: 1...5)
    func sums(size: Int) throws {
        try ThreadProcessGroup.run(size: size) { group in
            let store = ParameterStore(layout: makeLayout([5, 300, 16, 17, 1, 64, 40]))
            let reducer = try GradientReducer(
                parameters: store, group: group,
                options: ReductionOptions(
                    bucketMebibytes: mebibytes(elements: 64), firstBucketMebibytes: mebibytes(elements: 16)))
            let triangle = size * (size + 1) / 2
            for step in 1...3 {
                for slot in 0..<7 { reducer.markReady(slot: slot) }
                reducer.beginStep()
                for position in 0..<7 {
                    let slot = (position * (group.rank + 1) + step) % 7
                    let gradient = store.gradient(slot)
                    let value = Float((group.rank + 1) * step * (slot + 1))
                    gradient.copy(from: [Float](repeating: value, count: gradient.count))
                    reducer.markReady(slot: slot)
                }
                try reducer.finish()
                for slot in 0..<7 {
                    let expected = Float(triangle * step * (slot + 1))
                    #expect(store.gradient(slot).values().allSatisfy { $0 == expected })
                }
            }
            let sums = size == 1 ? 0 : 3
            #expect(reducer.counters.steps == 3)
            #expect(reducer.counters.collectives == sums * reducer.plan.buckets.count)
            #expect(reducer.counters.bytes == sums * store.layout.elementCount * 4)
        }
    }

    @Test("an error on the communication thread comes out of finish, and stays")
    func threadError() throws {
        let store = ParameterStore(layout: makeLayout([64, 16]))
        let reducer = try GradientReducer(
            parameters: store, group: FailingGroup(limit: 16),
            options: ReductionOptions(
                bucketMebibytes: mebibytes(elements: 64), firstBucketMebibytes: mebibytes(elements: 16)))
        for _ in 1...2 {
            reducer.beginStep()
            reducer.markReady(slot: 1)
            reducer.markReady(slot: 0)
            #expect(throws: ParallelError.communication("the cable is cut")) { try reducer.finish() }
        }
        #expect(reducer.counters.collectives == 1)
    }

    @Test("a slot that is reported twice in a step traps")
    func reportedTwice() async {
        await #expect(processExitsWith: .failure) {
            let store = ParameterStore(layout: makeLayout([4, 4]))
            let reducer = try GradientReducer(
                parameters: store, group: SoloProcessGroup())
            reducer.beginStep()
            reducer.markReady(slot: 1)
            reducer.markReady(slot: 1)
        }
    }

    @Test("a slot that was never reported traps with its name")
    func neverReported() async throws {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
            let store = ParameterStore(layout: makeLayout([4, 4]))
            let reducer = try GradientReducer(
                parameters: store, group: SoloProcessGroup())
            reducer.beginStep()
            reducer.markReady(slot: 1)
            try reducer.finish()
        }
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(text.contains("slot.0"))
    }
}
