// The parameter arena: places of the slots, padding, and values that depend on name and key alone.

import Layers
import Tensors
import Testing

@Suite struct ParameterStoreTests {
    private func add(
        _ layout: inout ParameterLayout, _ name: String, _ rows: Int, _ columns: Int,
        _ initialization: ParameterInitialization = .normal(standardDeviation: 0.02)
    ) -> Int {
        layout.add(
            name, rows: rows, columns: columns, hasWeightDecay: true, initialization: initialization,
            tensors: [CheckpointTensor(name: name, shape: [rows, columns])])
    }

    @Test("slots start at multiples of 64 bytes, in order, without overlap")
    func alignment() {
        var layout = ParameterLayout()
        let sizes = [1, 15, 16, 17, 31, 32, 33, 100]
        let indices = sizes.map { add(&layout, "slot\($0)", 1, $0) }
        #expect(indices == Array(sizes.indices))
        var end = 0
        for (slot, size) in zip(layout.slots, sizes) {
            #expect(slot.range.count == size && slot.range.lowerBound % 16 == 0)
            #expect(slot.range.lowerBound >= end && slot.range.lowerBound - end < 16)
            end = slot.range.upperBound
        }
        #expect(layout.elementCount % 16 == 0 && layout.elementCount - end < 16)
        #expect(layout.parameterCount == sizes.reduce(0, +))
    }

    @Test("slot views are the arena, and padding stays zero")
    func views() {
        var layout = ParameterLayout()
        let (a, b) = (add(&layout, "a", 3, 5), add(&layout, "b", 1, 20))
        let store = ParameterStore(layout: layout)
        store.value(a).copy(from: [Float](repeating: 1, count: 15))
        store.gradient(b).copy(from: [Float](repeating: 2, count: 20))
        #expect(store.value(a).rows == 3 && store.value(a).columns == 5)
        let arena = store.values.values()
        #expect(arena.prefix(15).allSatisfy { $0 == 1 })
        #expect(arena.count == 48 && arena.dropFirst(15).allSatisfy { $0 == 0 })
        #expect(store.gradients.elements(layout.slots[b].range).values() == store.gradient(b).values())
        #expect(store.gradients.values().reduce(0, +) == 40)
    }

    @Test("initial values depend on key and name, not on place or neighbours")
    func initialization() {
        var (first, second) = (ParameterLayout(), ParameterLayout())
        let a = add(&first, "a", 4, 6)
        let (b, c) = (add(&second, "b", 7, 3), add(&second, "a", 4, 6))
        let stores = [ParameterStore(layout: first), ParameterStore(layout: second)]
        for store in stores { store.initialize(key: RandomKey(seed: 3)) }
        let values = stores[0].value(a).values()
        #expect(values == stores[1].value(c).values())
        #expect(values.prefix(21) != stores[1].value(b).values().prefix(21))
        stores[1].initialize(key: RandomKey(seed: 4))
        #expect(values != stores[1].value(c).values())
        stores[1].initialize(key: RandomKey(seed: 3))
        #expect(values == stores[1].value(c).values())
    }

    @Test("zeros, ones and the standard deviation are as asked; unwanted slots are left alone")
    func kinds() {
        var layout = ParameterLayout()
        let zeros = add(&layout, "zeros", 1, 5, .zeros)
        let ones = add(&layout, "ones", 1, 5, .ones)
        let normal = add(&layout, "normal", 200, 100, .normal(standardDeviation: 0.02))
        let store = ParameterStore(layout: layout)
        store.value(zeros).copy(from: [9, 9, 9, 9, 9])
        store.initialize(key: RandomKey(seed: 1)) { $0.name != "zeros" }
        #expect(store.value(zeros).values() == [9, 9, 9, 9, 9])
        store.initialize(key: RandomKey(seed: 1))
        #expect(store.value(zeros).values() == [0, 0, 0, 0, 0])
        #expect(store.value(ones).values() == [1, 1, 1, 1, 1])
        let values = store.value(normal).values().map { Double($0) }
        let deviation = (values.reduce(0) { $0 + $1 * $1 } / 20_000).squareRoot()
        let mean = values.reduce(0, +) / 20_000
        #expect(abs(deviation - 0.02) < 5e-4)
        #expect(abs(mean) < 7e-4)
    }
}
