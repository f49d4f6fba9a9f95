// Sums of a fixed number of shards: the same bits on any number of ranks and hosts.

import DataParallel
import Kernels
import Layers
import Synchronization
import Tensors
import Testing

@Suite("Sums of shards")
struct ShardSumTests {
    static let clusters: [[Int]] = [
        [1], [2], [3], [4], [5], [7], [8], [1, 1], [2, 2], [1, 1, 1], [3, 3], [2, 1], [4, 4],
        [1, 1, 1, 1, 1],
    ]
    private static let shardCount = 8
    private static let counts = [5, 300, 16, 17, 1, 64, 40]

    /// What a rank found after some steps: values, squared norms, and the gradients of the last step where it
    /// owns them.
    private struct Outcome: Equatable {
        var values: [UInt32]
        var squares: [UInt64]
    }

    /// Three steps of `value −= gradient`, each the sum of eight shards' gradients, in slots, some of which a
    /// product writes, and in a table whose shards look up rows of their own.
    private static func train(_ group: any ProcessGroup, isSharded: Bool) throws -> Outcome {
        var layout = makeLayout(counts)
        let embedding = Embedding(&layout, "table", count: 2_100, width: 12, standardDeviation: 1)
        let store = ParameterStore(layout: layout)
        store.initialize(key: RandomKey(seed: 3))
        let reducer = try GradientReducer(
            parameters: store, group: group,
            options: ReductionOptions(
                bucketMebibytes: mebibytes(elements: 64), firstBucketMebibytes: mebibytes(elements: 16),
                isSharded: isSharded, shardCount: shardCount))
        store.onGradientReady = { reducer.markReady(slot: $0) }
        let shards = try #require(reducer.shards)
        #expect((reducer.shard != nil) == (isSharded && group.size > 1))
        let workspace = Workspace()
        var outcome = Outcome(values: [], squares: [])
        for step in 0..<3 {
            for (index, shard) in shards.enumerated() {
                store.beginShard(index)
                if index == shards.count - 1 { reducer.beginStep() }
                let key = RandomKey(seed: UInt64(step)).derived(UInt64(shard))
                for slot in counts.indices.reversed() {
                    let gradient = store.gradient(slot)
                    gradient.copy(
                        from: (0..<gradient.count).map { Float(key.normal(UInt64(slot * 1_000 + $0))) })
                    store.markReady(slot)
                }
                let ids = (0..<9).map { Int32(key.word(UInt64($0)) % 2_100) }
                let offsets: [Int32] = [0, 9]
                workspace.reset()
                let pass = Pass(
                    parameters: store, workspace: workspace,
                    batch: TokenBatch(
                        tokens: ids, typeIDs: ids.map { _ in 0 }, positions: ids.indices.map { Int32($0) },
                        offsets: offsets, sampleIDs: [0]), trainingKey: key)
                let gradient = Tensor(rows: 9, columns: 12)
                gradient.copy(from: (0..<108).map { Float(key.normal(UInt64(90_000 + $0))) })
                embedding.backward(gradient: gradient, ids, pass)
            }
            try reducer.finish()
            store.endShards()
            var bins = reducer.exactSquares().bins
            try group.allReduceSum(&bins)
            outcome.squares.append(ExactSquares(bins: bins).value.bitPattern)
            let values = store.valuesForUpdate
            for range in reducer.shard ?? [0..<values.count] {
                for index in range { values[0, index] -= store.gradients[0, index] }
            }
            reducer.gatherValues()
        }
        outcome.values = store.values.values().map(\.bitPattern)
        return outcome
    }

    @Test("values and norms are bitwise the same on 1 to 8 ranks, in shared memory and between hosts")
    func equality() throws {
        let first = Mutex<Outcome?>(nil)
        for hosts in Self.clusters {
            // Owners of parts of the optimiser matter where there are several, and several hosts.
            let isSharding = [[2], [3], [8], [2, 2], [2, 1], [1, 1, 1]].contains(hosts)
            for isSharded in isSharding ? [false, true] : [false] {
                try ThreadProcessGroup.run(ranksOnHosts: hosts) { group in
                    let found = try Self.train(group, isSharded: isSharded)
                    let expected = first.withLock { first in
                        first = first ?? found
                        return first
                    }
                    // Thousands of numbers are no message.
                    let isEqual = found == expected
                    #expect(isEqual, "\(hosts), shards of the optimiser: \(isSharded)")
                }
            }
        }
    }

    @Test("the sum is that of all shards, within rounding, and its squares too")
    func value() throws {
        let outcome = Mutex<Outcome?>(nil)
        try ThreadProcessGroup.run(size: 3) { group in
            let found = try Self.train(group, isSharded: false)
            outcome.withLock { $0 = found }
        }
        let found = try #require(outcome.withLock { $0 })
        // Slot 1 of the first value arena: 3 steps × 8 shards of standard normals.
        let layout = makeLayout(Self.counts)
        let range = layout.slots[1].range
        var squares = 0.0
        for (place, index) in range.enumerated() {
            var sum = 0.0
            for step in 0..<3 {
                for shard in 0..<Self.shardCount {
                    let key = RandomKey(seed: UInt64(step)).derived(UInt64(shard))
                    sum += key.normal(UInt64(1_000 + place))
                }
            }
            #expect(abs(Double(Float(bitPattern: found.values[index])) + sum) < 1e-4)
            squares += sum * sum
        }
        let norms = found.squares.map { Double(bitPattern: $0) }
        // About 8 for each of 443 elements and of 72 × 12 elements of the table's gradients.
        #expect(norms.allSatisfy { $0 > 3_000 && $0 < 6_000 }, "\(norms)")
        #expect(squares > 0)
    }
}
