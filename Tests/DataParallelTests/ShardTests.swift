// ZeRO stage 1 and tables sent by rows: the same sums, norms and values as without.

import DataParallel
import Kernels
import Layers
import Tensors
import Testing

@Suite("Shards and tables")
struct ShardTests {
    static let clusters: [[Int]] = [[1], [2], [3], [1, 1], [2, 2], [2, 1]]
    private static let counts = [5, 300, 16, 17, 1, 64, 40]

    private func options(isSharded: Bool) -> ReductionOptions {
        ReductionOptions(
            bucketMebibytes: mebibytes(elements: 64), firstBucketMebibytes: mebibytes(elements: 16),
            isSharded: isSharded)
    }

    /// Two steps of `value −= gradient` with gradients that depend on rank, step and element; returns the
    /// values and the squared norms of all ranks together.
    private func train(_ group: any ProcessGroup, isSharded: Bool) throws -> ([Float], [Double]) {
        let store = ParameterStore(layout: makeLayout(Self.counts))
        store.values.copy(from: (0..<store.values.count).map { Float($0) })
        let reducer = try GradientReducer(
            parameters: store, group: group, options: options(isSharded: isSharded))
        #expect(store.values.values() == (0..<store.values.count).map { Float($0) })
        #expect((reducer.shard != nil) == (isSharded && group.size > 1))
        var squares: [Double] = []
        for step in 1...2 {
            store.gradients.clear()
            reducer.beginStep()
            for slot in (0..<Self.counts.count).reversed() {
                _ = store.value(slot).values()
                let key = RandomKey(seed: UInt64(step * 10 + slot)).derived(UInt64(group.rank))
                let gradient = store.gradient(slot)
                gradient.copy(from: (0..<gradient.count).map { Float(key.normal(UInt64($0))) })
                reducer.markReady(slot: slot)
            }
            var square = [try reducer.finish()]
            try group.allReduceSum(&square)
            squares += square
            for range in reducer.shard ?? [0..<store.values.count] {
                for index in range { store.values[0, index] -= store.gradients[0, index] }
            }
            reducer.gatherValues()
        }
        return (store.values.values(), squares)
    }

    @Test("shards give the values and norms of whole updates, bit for bit", arguments: clusters)
    func equality(hosts: [Int]) throws {
        try ThreadProcessGroup.run(ranksOnHosts: hosts) { group in
            let whole = try train(group, isSharded: false)
            let sharded = try train(group, isSharded: true)
            #expect(whole.0 == sharded.0)
            #expect(whole.1 == sharded.1)
            #expect(whole.1.allSatisfy { $0 > 0 })
        }
    }

    /// Steps of `value −= gradient` in bfloat16; the gradient is rank + step in all elements. Returns for
    /// each step what products read, of two weights and of a table that is the output layer too, and in the
    /// end all values and the bytes sent.
    private func trainRounded(
        _ group: any ProcessGroup, isSharded: Bool
    ) throws -> (operands: [[Float]], values: [Float], bytes: Int) {
        var layout = ParameterLayout()
        for (slot, count) in [300, 17, 600, 48].enumerated() {
            _ = layout.add(
                "slot.\(slot)", rows: 1, columns: count, hasWeightDecay: false, initialization: .zeros,
                tensors: [CheckpointTensor(name: "slot.\(slot)", shape: [count])], isLinear: slot % 2 == 0)
        }
        let table = Embedding(&layout, "table", count: 40, width: 3, standardDeviation: 1)
        _ = LMHead(&layout, tiedTo: table)
        let store = ParameterStore(layout: layout)
        store.values.copy(from: (0..<store.values.count).map { Float($0) * 1.01 })
        store.computeInBFloat16()
        let reducer = try GradientReducer(
            parameters: store, group: group, options: options(isSharded: isSharded))
        var operands: [[Float]] = []
        for step in 1...3 {
            reducer.beginStep()
            for slot in (0..<5).reversed() {
                if slot % 2 == 0 { operands.append(store.operand(slot).values()) }
                let gradient = store.gradient(slot)
                gradient.copy(from: [Float](repeating: Float(group.rank + step), count: gradient.count))
                reducer.markReady(slot: slot)
            }
            try reducer.finish()
            try group.barrier()
            let values = store.valuesForUpdate
            for range in reducer.shard ?? [0..<values.count] {
                for index in range { values[0, index] -= store.gradients[0, index] }
                if let rounded = store.roundedValues {
                    Conversion.copy(values.elements(range), to: rounded.elements(range))
                }
            }
            reducer.gatherValues()
        }
        return (operands, store.values.values(), reducer.counters.bytes)
    }

    @Test(
        "what products alone read travels rounded, and is whole where it is read", arguments: [[1], [2], [3]])
    func rounded(hosts: [Int]) throws {
        try ThreadProcessGroup.run(ranksOnHosts: hosts) { group in
            let whole = try trainRounded(group, isSharded: false)
            let sharded = try trainRounded(group, isSharded: true)
            #expect(sharded.operands == whole.operands)
            #expect(sharded.values == whole.values)
            #expect(Set(whole.operands.map(\.count)) == [300, 600, 120])
            // Three sums of 1,120 elements, padding included, and three gathers of 900 in two bytes and 220
            // in four: rows of the table are looked up in float32.
            if group.size > 1 { #expect(sharded.bytes == 3 * 4 * 1_120 + 3 * (2 * 900 + 4 * 220)) }
        }
    }

    @Test(
        "when one of the arenas is refused shared memory, none has it and shards fit to each other",
        arguments: [[2], [3], [2, 2]], 0...3)
    func refusedMemory(hosts: [Int], allowed: Int) throws {
        try ThreadProcessGroup.run(ranksOnHosts: hosts) { group in
            // Gradients and values are two arenas; values of products are a third inside a host.
            let isShared = (two: allowed >= 2, three: allowed >= (hosts.count == 1 ? 3 : 2))
            let whole = try train(RefusingGroup(group, allowed: isShared.two ? 9 : 0), isSharded: false)
            let sharded = try train(RefusingGroup(group, allowed: allowed), isSharded: true)
            #expect(whole.0 == sharded.0)
            #expect(whole.1 == sharded.1)
            let exact = try trainRounded(group, isSharded: false)
            let rounded = try trainRounded(RefusingGroup(group, allowed: allowed), isSharded: true)
            #expect(exact.operands == rounded.operands)
            #expect(exact.values == rounded.values)
            let store = ParameterStore(layout: makeLayout(Self.counts))
            store.computeInBFloat16()
            let reducer = try GradientReducer(
                parameters: store, group: RefusingGroup(group, allowed: allowed),
                options: options(isSharded: true))
            #expect((reducer.sharedMemoryRefusal == nil) == isShared.three)
            #expect(isShared.three || reducer.sharedMemoryRefusal == "window \(allowed + 1) is too large")
        }
    }

    @Test("a table is updated right when memory for its values is refused", arguments: 0...2)
    func refusedTable(allowed: Int) throws {
        try ThreadProcessGroup.run(size: 2) { group in
            let store = ParameterStore(layout: tableLayout())
            let reducer = try GradientReducer(
                parameters: store, group: RefusingGroup(group, allowed: allowed),
                options: ReductionOptions(isSharded: nil))
            // Where memory is not shared, all ranks update all values.
            #expect((reducer.shard != nil) == (allowed == 2))
            reducer.beginStep()
            store.gradients.copy(from: [Float](repeating: 1, count: store.gradients.count))
            for slot in [2, 1, 0] { reducer.markReady(slot: slot) }
            try reducer.finish()
            let values = store.valuesForUpdate
            for range in reducer.shard ?? [0..<values.count] {
                for index in range { values[0, index] -= store.gradients[0, index] }
            }
            reducer.gatherValues()
            #expect(store.values.values().allSatisfy { $0 == -2 })
        }
    }

    @Test(
        "pieces of an arena are gathered on rank 0, and scattered again", arguments: [[2], [3], [2, 2]])
    func pieces(hosts: [Int]) throws {
        try ThreadProcessGroup.run(ranksOnHosts: hosts) { group in
            let store = ParameterStore(layout: makeLayout(Self.counts))
            let reducer = try GradientReducer(
                parameters: store, group: group, options: options(isSharded: true))
            let shard = reducer.shard ?? []
            let piece = Tensor(shard.flatMap { range in range.map { Float($0) } })
            let whole = try reducer.gather(piece, keepsResult: group.rank == 0)
            #expect((whole != nil) == (group.rank == 0))
            if let whole { #expect(whole.values() == (0..<whole.count).map { Float($0) }) }
            let other = whole.map { whole in Tensor(whole.values().map { $0 + 1 }) }
            try reducer.scatter(other, into: piece, through: group)
            #expect(piece.values() == shard.flatMap { range in range.map { Float($0 + 1) } })
        }
    }

    /// A table of 8,192 × 3 between two small slots.
    private func tableLayout() -> ParameterLayout {
        var layout = ParameterLayout()
        for (slot, rows) in [3, 8_192, 5].enumerated() {
            _ = layout.add(
                "slot.\(slot)", rows: rows, columns: 3, hasWeightDecay: false, initialization: .zeros,
                tensors: [CheckpointTensor(name: "slot.\(slot)", shape: [rows, 3])])
        }
        return layout
    }

    @Test(
        "a table is summed right by rows and whole, with fewer bytes by rows",
        arguments: [[1, 1], [2, 2], [1, 1, 1], [2]], [false, true])
    func table(hosts: [Int], isSharded: Bool) throws {
        try ThreadProcessGroup.run(ranksOnHosts: hosts) { group in
            let store = ParameterStore(layout: tableLayout())
            let reducer = try GradientReducer(
                parameters: store, group: group,
                options: ReductionOptions(
                    bucketMebibytes: mebibytes(elements: 4_096),
                    firstBucketMebibytes: mebibytes(elements: 64),
                    isSharded: isSharded))
            let size = group.size
            var bytes = 0
            // Rank r touches the rows that leave r when divided by `spacing`: a sum of one rank each, or of
            // all.
            for (step, spacing) in [1_000, 4, 1].enumerated() {
                store.gradients.clear()
                reducer.beginStep()
                for slot in [2, 0] {
                    let gradient = store.gradient(slot)
                    gradient.copy(from: [Float](repeating: 1, count: gradient.count))
                }
                let table = store.gradient(1)
                for row in 0..<8_192 where row % spacing == group.rank % spacing {
                    table[row, 1] = Float(row + step)
                }
                for slot in [2, 1, 0] { reducer.markReady(slot: slot) }
                try reducer.finish()
                let own = reducer.shard ?? [0..<store.gradients.count]
                let values = store.gradients.values()
                let start = store.layout.slots[1].range.lowerBound
                for index in own.joined() where store.layout.slots[1].range.contains(index) {
                    let (row, column) = ((index - start) / 3, (index - start) % 3)
                    let givers = (0..<size).filter { row % spacing == $0 % spacing }.count
                    #expect(values[index] == (column == 1 ? Float(givers * (row + step)) : 0))
                }
                #expect(own.joined().filter { $0 < 9 }.allSatisfy { values[$0] == Float(size) })
                if step == 0 { bytes = reducer.counters.bytes }
            }
            let isNetworked = hosts.count > 1
            let wholeBytes = store.layout.elementCount * 4
            // Of every rank nine rows of three, but row 0, which gets a zero, and two slots of 16 elements,
            // padding included.
            #expect(bytes == (isNetworked ? 4 * (27 * size - 3 + 32) : wholeBytes))
            #expect(reducer.counters.bytes - bytes <= 2 * wholeBytes)
        }
    }
}
