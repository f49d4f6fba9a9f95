// An embedding table of which only the rows that were looked up are summed, updated and exchanged holds the
// bits of one that is updated whole.

import DataParallel
import Layers
import Optimizers
import Tensors
import Testing

@Suite("Sparse updates of an embedding table")
struct SparseEmbeddingTests {
    private static let (rows, width) = (2_300, 24)

    /// A replica of a model that consists of a table and a bias.
    private final class Replica {
        let table: Embedding
        let store: ParameterStore
        let reducer: GradientReducer
        let optimizer: AdamW
        let group: any ProcessGroup
        let isWhole: Bool

        /// With `isWhole` every row is updated in every step.
        init(_ group: any ProcessGroup, isSharded: Bool?, isWhole: Bool) throws {
            self.group = group
            self.isWhole = isWhole
            var layout = ParameterLayout()
            _ = layout.add(
                "first", rows: 1, columns: 40, hasWeightDecay: false, initialization: .ones,
                tensors: [CheckpointTensor(name: "first", shape: [40])])
            table = Embedding(&layout, "words", count: rows, width: width, standardDeviation: 0.5)
            _ = layout.add(
                "bias", rows: 1, columns: 9, hasWeightDecay: false, initialization: .ones,
                tensors: [CheckpointTensor(name: "bias", shape: [9])])
            store = ParameterStore(layout: layout)
            store.initialize(key: RandomKey(seed: 1))
            if isWhole { for rows in store.sparseEmbeddings { rows.updateDensely() } }
            reducer = try GradientReducer(
                parameters: store, group: group,
                options: ReductionOptions(
                    bucketMebibytes: 0.02, firstBucketMebibytes: 0.01, isSharded: isSharded))
            optimizer = AdamW(store, options: .init(weightDecay: 0.1), shard: reducer.shard)
            store.onGradientReady = { [reducer] in reducer.markReady(slot: $0) }
        }

        private func pass(_ ids: [Int32], isLast: Bool) -> Pass {
            let batch = TokenBatch(
                tokens: ids, typeIDs: ids.map { _ in 0 }, positions: ids.indices.map { Int32($0) },
                offsets: [0, Int32(ids.count)], sampleIDs: [0])
            return Pass(
                parameters: store, workspace: Workspace(), batch: batch, trainingKey: RandomKey(seed: 3),
                completesGradients: isLast)
        }

        func look(up ids: [Int32]) -> [Float] {
            let out = Tensor(rows: ids.count, columns: width)
            table.forward(ids, pass(ids, isLast: false), into: out)
            return out.values()
        }

        /// One update from two micro-batches; returns what was looked up and the norm.
        func step(_ number: Int) throws -> (seen: [Float], norm: Double) {
            let key = RandomKey(seed: 7).derived(UInt64(number)).derived(UInt64(group.rank))
            var seen: [Float] = []
            store.zeroGradients()
            for part in 0..<2 {
                let partKey = key.derived(UInt64(part))
                // Few rows, more often the first ones; one rank has nothing in one step.
                let count = number == 4 && group.rank == 1 ? 0 : 12
                let ids = (0..<count).map { index in
                    let uniform = partKey.uniform(UInt64(index))
                    return Int32(uniform * uniform * Double(rows))
                }
                seen += look(up: ids)
                if part == 1 { reducer.beginStep() }
                if isWhole { _ = store.gradient(1) }
                let dy = Tensor(rows: count, columns: width)
                dy.copy(from: (0..<dy.count).map { Float(partKey.normal(UInt64($0) + 100)) })
                table.backward(gradient: dy, ids, pass(ids, isLast: part == 1))
            }
            for slot in [0, 2] {
                let gradient = store.gradient(slot)
                gradient.copy(from: [Float](repeating: Float(number), count: gradient.count))
                reducer.markReady(slot: slot)
            }
            var squares = [try reducer.finish()]
            try group.allReduceSum(&squares)
            optimizer.step(learningRate: 0.01 / Float(number), gradientScale: 0.5)
            reducer.gatherValues()
            return (seen, squares[0].squareRoot())
        }

        /// Another replica that goes on from this one's values and moments.
        func resumed(isSharded: Bool?) throws -> Replica {
            let other = try Replica(group, isSharded: isSharded, isWhole: isWhole)
            other.store.values.copy(from: store.values)
            for (old, new) in zip(optimizer.stateArenas, other.optimizer.stateArenas) {
                guard reducer.shard != nil else {
                    new.arena.copy(from: old.arena)
                    continue
                }
                let whole = try reducer.gather(old.arena, keepsResult: group.rank == 0)
                try other.reducer.scatter(whole, into: new.arena, through: group)
            }
            other.optimizer.restore(stepCount: optimizer.stepCount)
            return other
        }
    }

    /// How many numbers differ.
    private func differences(_ found: [Float], _ expected: [Float]) -> Int {
        found.count == expected.count ? zip(found, expected).filter { $0 != $1 }.count : .max
    }

    @Test(
        "values and moments have the same bits, with lookups in between and after a resumption",
        arguments: [[1], [2], [3], [1, 1], [2, 2]], [true, false])
    func equality(hosts: [Int], isSharded: Bool) throws {
        try ThreadProcessGroup.run(ranksOnHosts: hosts) { group in
            var sparse = try Replica(group, isSharded: isSharded, isWhole: false)
            var whole = try Replica(group, isSharded: isSharded, isWhole: true)
            let isSparse = group.size == 1 || hosts.count == 1 || !isSharded
            #expect(sparse.store.sparseEmbeddings.map(\.isSparse) == [isSparse])
            #expect(whole.store.sparseEmbeddings.map(\.isSparse) == [false])
            for number in 1...9 {
                let (found, expected) = (try sparse.step(number), try whole.step(number))
                #expect(differences(found.seen, expected.seen) == 0)
                #expect(abs(found.norm / expected.norm - 1) < 1e-12)
                if number == 3 && group.rank == 0 {
                    // What one rank looks at changes nothing for the others.
                    let ids = (0..<40).map { Int32($0 * 50) }
                    #expect(differences(sparse.look(up: ids), whole.look(up: ids)) == 0)
                }
                if number == 6 {
                    #expect(differences(sparse.store.values.values(), whole.store.values.values()) == 0)
                    sparse = try sparse.resumed(isSharded: isSharded)
                    whole = try whole.resumed(isSharded: isSharded)
                }
            }
            #expect(differences(sparse.store.value(1).values(), whole.store.value(1).values()) == 0)
            #expect(differences(sparse.store.values.values(), whole.store.values.values()) == 0)
            for (found, expected) in zip(sparse.optimizer.stateArenas, whole.optimizer.stateArenas) {
                #expect(differences(found.arena.values(), expected.arena.values()) == 0)
            }
        }
    }

    @Test("rows that no step has looked up are not updated, but their decay is not forgotten")
    func pendingDecay() throws {
        let replica = try Replica(SoloProcessGroup(), isSharded: nil, isWhole: false)
        let before = replica.store.value(1).values()
        _ = try replica.step(1)
        let raw = replica.store.valuesForUpdate.elements(replica.store.layout.slots[1].range).values()
        let same = stride(from: 0, to: raw.count, by: Self.width).filter { raw[$0] == before[$0] }.count
        #expect(same > Self.rows - 30 && same < Self.rows)
        let after = replica.store.value(1).values()
        let decay = 1 - Float(0.01) * 0.1
        let decayed = zip(before, after).filter { abs($0 * decay - $1) < 1e-7 }.count
        #expect(decayed > (Self.rows - 30) * Self.width)
        #expect(
            replica.store.sparseEmbeddings[0].updatedElements.reduce(0) { $0 + $1.count } < 30 * Self.width)
    }
}
