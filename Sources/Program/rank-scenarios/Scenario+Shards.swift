// Arenas in shared memory and by messages, shards of ZeRO stage 1, tables by rows: closed forms under mpirun.

import DataParallel
import Foundation
import Layers
import Tensors

extension Scenario {
    /// Rank r gives (r + 1) · (i % 25); sums of up to four ranks are exact in bfloat16 too.
    static func arenas(_ group: any ProcessGroup) throws {
        let count = 20_003
        let topology = try RankTopology(group)
        let triangle = group.size * (group.size + 1) / 2
        for sharesMemory in [true, false] {
            for wire in WireType.allCases {
                let channel = try HierarchicalCollectives(
                    elementCount: count, topology: topology, wire: wire, sharesMemory: sharesMemory)
                try expect(channel.refusal, nil, "refusal of shared memory")
                try expect(channel.localSize, sharesMemory ? group.size : 1, "ranks that share memory")
                let given = (0..<count).map { Float((group.rank + 1) * ($0 % 25)) }
                for range in [0..<count, 16..<17, 160..<9_999] {
                    channel.arena.copy(from: given)
                    try channel.allReduce(range)
                    var expected = given
                    for index in range { expected[index] = Float(triangle * (index % 25)) }
                    try expect(channel.arena.values() == expected, true, "all-reduce of \(range), \(wire)")
                    channel.arena.copy(from: given)
                    try group.barrier()
                    try channel.reduceScatter(range)
                    try channel.allGather(range)
                    try expect(channel.arena.values() == expected, true, "both halves of \(range), \(wire)")
                }
            }
        }
        try report(group, "arenas of \(group.size) ranks")
    }

    /// `chosenRank` kills itself while all hold shared memory.
    static func killed(_ group: any ProcessGroup, chosenRank: Int) throws {
        let channel = try HierarchicalCollectives(elementCount: 1 << 20, topology: RankTopology(group))
        try channel.allReduce(0..<1 << 20)
        try report(group, "has an arena")
        try group.barrier()
        if group.rank == chosenRank { kill(getpid(), SIGKILL) }
        try channel.allReduce(0..<1 << 20)
    }

    /// Two steps of `value −= gradient`, whole and by shards, in shared memory and by messages: the same
    /// values. A table of 8,192 rows is among the slots.
    static func shards(_ group: any ProcessGroup) throws {
        for sharesMemory in [true, false] {
            let whole = try updated(group, isSharded: false, sharesMemory: sharesMemory)
            let sharded = try updated(group, isSharded: true, sharesMemory: sharesMemory)
            try expect(whole.values == sharded.values, true, "values, shared memory \(sharesMemory)")
            try expect(whole.squares, sharded.squares, "squared norms")
            let expected = (0..<whole.values.count).map { index in
                Float(index % 1_000) - Float(3 * group.size * (group.size + 1) / 2) * whole.factors[index]
            }
            try expect(whole.values == expected, true, "closed form, shared memory \(sharesMemory)")
        }
        try report(group, "shards of \(group.size) ranks")
    }

    private struct Update {
        var values: [Float]
        var squares: [Double] = []
        /// What a rank's gradient is a multiple of, by element.
        var factors: [Float]
    }

    private static func tableLayout() -> ParameterLayout {
        var layout = ParameterLayout()
        for (slot, rows) in [3, 8_192, 700, 41].enumerated() {
            _ = layout.add(
                "slot.\(slot)", rows: rows, columns: 5, hasWeightDecay: false, initialization: .zeros,
                tensors: [CheckpointTensor(name: "slot.\(slot)", shape: [rows, 5])])
        }
        return layout
    }

    /// Gradients are (rank + 1) · step · factor; the factor of most rows of the table is 0.
    private static func updated(
        _ group: any ProcessGroup, isSharded: Bool, sharesMemory: Bool
    ) throws -> Update {
        let store = ParameterStore(layout: tableLayout())
        let count = store.layout.elementCount
        store.values.copy(from: (0..<count).map { Float($0 % 1_000) })
        let reducer = try GradientReducer(
            parameters: store, group: group,
            options: ReductionOptions(
                bucketMebibytes: 1.0 / 64, firstBucketMebibytes: 1.0 / 256, isSharded: isSharded,
                sharesMemory: sharesMemory))
        store.onGradientReady = { reducer.markReady(slot: $0) }
        var factors = [Float](repeating: 0, count: count)
        for slot in store.layout.slots {
            for (place, index) in slot.range.enumerated() where slot.rows < 8_192 || place / 5 % 97 == 0 {
                factors[index] = Float(index % 7)
            }
        }
        var update = Update(values: [], factors: factors)
        for step in 1...2 {
            store.gradients.clear()
            reducer.beginStep()
            for slot in store.layout.slots.reversed() {
                let factor = Float((group.rank + 1) * step)
                store.gradient(slot.index).copy(from: factors[slot.range].map { $0 * factor }, slot)
                _ = store.value(slot.index)
                store.markReady(slot.index)
            }
            var squares = [try reducer.finish()]
            try group.allReduceSum(&squares)
            update.squares += squares
            for range in reducer.shard ?? [0..<count] {
                for index in range { store.values[0, index] -= store.gradients[0, index] }
            }
            reducer.gatherValues()
        }
        update.values = store.values.values()
        return update
    }
}

extension Tensor {
    fileprivate func copy(from values: [Float], _ slot: ParameterSlot) {
        reshaped(rows: 1, columns: slot.range.count).copy(from: values)
    }
}
