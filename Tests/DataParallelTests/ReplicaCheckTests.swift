// The comparison of replicas, and the hash under it.

import DataParallel
import Layers
import Tensors
import Testing

@Suite("Replica check")
struct ReplicaCheckTests {
    @Test("equal replicas pass; a changed bit names the first slot and the ranks")
    func plantedDifference() throws {
        try ThreadProcessGroup.run(size: 4) { group in
            let store = ParameterStore(layout: makeLayout([7, 33, 500]))
            store.values.copy(from: (0..<store.values.count).map { Float($0) })
            try ReplicaCheck.run(layout: store.layout, arena: store.values, through: group)
            if group.rank == 1 || group.rank == 3 { store.value(1)[0, 32] = store.value(1)[0, 32].nextUp }
            if group.rank == 2 { store.value(2)[0, 499] = -0.0 }
            #expect(throws: ParallelError.replicasDiffer(slot: "slot.1", ranks: [1, 3], slotCount: 2)) {
                try ReplicaCheck.run(layout: store.layout, arena: store.values, through: group)
            }
        }
    }

    @Test("every single changed bit changes the hash", arguments: [1, 7, 8, 9, 40])
    func everyBit(count: Int) {
        let tensor = Tensor((0..<count).map { Float($0) })
        let original = ReplicaCheck.hash(tensor)
        for index in 0..<count {
            for bit in 0..<32 {
                let value = tensor[0, index]
                tensor[0, index] = Float(bitPattern: value.bitPattern ^ (1 << bit))
                #expect(ReplicaCheck.hash(tensor) != original)
                tensor[0, index] = value
            }
        }
        #expect(ReplicaCheck.hash(tensor) == original)
    }

    @Test("order, length and the sign of zero count")
    func sensitivity() {
        let hashes = [[], [0], [-0.0], [0, 0], [1, 2], [2, 1], [Float](repeating: 0, count: 8)].map {
            ReplicaCheck.hash(Tensor($0))
        }
        #expect(Set(hashes).count == hashes.count)
    }
}
