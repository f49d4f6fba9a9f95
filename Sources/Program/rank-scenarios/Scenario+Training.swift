// The reducer, the replica check, and ranks that fail or stall.

import DataParallel
import Foundation
import Layers
import Tensors

extension Scenario {
    /// Twelve slots of odd sizes, one of them larger than a bucket of 16 KiB.
    static func layout() -> ParameterLayout {
        var layout = ParameterLayout()
        for slot in 0..<12 {
            let columns = slot == 5 ? 10_007 : 331 * (slot + 1)
            _ = layout.add(
                "slot.\(slot)", rows: 1, columns: columns, hasWeightDecay: false, initialization: .zeros,
                tensors: [CheckpointTensor(name: "slot.\(slot)", shape: [columns])])
        }
        return layout
    }

    /// Three steps; every rank reports the slots in another order. Rank r gives (r + 1) · step · (slot + 1).
    static func reducer(_ group: any ProcessGroup) throws {
        let store = ParameterStore(layout: layout())
        let reducer = try GradientReducer(
            parameters: store, group: group,
            options: ReductionOptions(bucketMebibytes: 1.0 / 64, firstBucketMebibytes: 1.0 / 256))
        store.onGradientReady = { reducer.markReady(slot: $0) }
        let triangle = group.size * (group.size + 1) / 2
        for step in 1...3 {
            for slot in 0..<12 { store.markReady(slot) }
            reducer.beginStep()
            for position in 0..<12 {
                let slot = (position * [1, 5, 7, 11][group.rank % 4] + step) % 12
                let gradient = store.gradient(slot)
                let value = Float((group.rank + 1) * step * (slot + 1))
                gradient.copy(from: [Float](repeating: value, count: gradient.count))
                store.markReady(slot)
            }
            try reducer.finish()
            for slot in 0..<12 {
                let expected = Float(triangle * step * (slot + 1))
                let isRight = store.gradient(slot).values().allSatisfy { $0 == expected }
                try expect(isRight, true, "slot \(slot) in step \(step)")
            }
        }
        let isAlone = group.size == 1
        try expect(reducer.counters.collectives, isAlone ? 0 : 3 * reducer.plan.buckets.count, "collectives")
        try expect(
            reducer.counters.bytes, isAlone ? 0 : 3 * 4 * store.layout.elementCount, "bytes of gradients")
        try report(group, "reducer with \(reducer.plan.buckets.count) buckets")
    }

    /// Equal replicas pass; one changed bit on `chosenRank` is found.
    static func replicas(_ group: any ProcessGroup, chosenRank: Int) throws {
        let store = ParameterStore(layout: layout())
        store.values.copy(from: (0..<store.values.count).map { Float($0) })
        try ReplicaCheck.run(layout: store.layout, arena: store.values, through: group)
        if group.rank == chosenRank { store.value(7)[0, 100] = store.value(7)[0, 100].nextUp }
        do {
            try ReplicaCheck.run(layout: store.layout, arena: store.values, through: group)
            try report(group, "replicas are equal")
        } catch ParallelError.replicasDiffer(let slot, let ranks, let slotCount) {
            try report(group, "replicas differ in \(slotCount) slots, first \(slot), ranks \(ranks)")
        }
    }

    /// `chosenRank` throws while the others wait for it.
    static func failing(_ group: any ProcessGroup, chosenRank: Int) throws {
        try group.barrier()
        if group.rank == chosenRank { throw WrongResult(description: "this rank was told to fail") }
        try group.barrier()
        try report(group, "came past a barrier that one rank never reached")
    }

    /// `chosenRank` sleeps before its second step; the others wait in the first bucket of it.
    static func stalled(_ group: any ProcessGroup, chosenRank: Int) throws {
        let watch = Watchdog(group: group, warnSeconds: 0.5, abortSeconds: 1.5)
        let store = ParameterStore(layout: layout())
        let reducer = try GradientReducer(
            parameters: store, group: WatchedProcessGroup(group, watch: watch),
            options: ReductionOptions(bucketMebibytes: 1.0 / 64, firstBucketMebibytes: 1.0 / 256))
        for step in 1...2 {
            if step == 2, group.rank == chosenRank { Thread.sleep(forTimeInterval: 60) }
            reducer.beginStep()
            for slot in (0..<12).reversed() { reducer.markReady(slot: slot) }
            try reducer.finish()
        }
        try report(group, "came past a rank that sleeps")
    }
}
