// Several updates of AdamW and SGD against torch, clipping, decay ranges, and going on from saved state.

import Layers
import Optimizers
import Tensors
import Testing

@Suite struct OptimizerTests {
    /// The parameters of the goldens; their sizes leave padding between the slots.
    private let shapes: [(name: String, rows: Int, columns: Int, decays: Bool)] = [
        ("first.weight", 3, 5, true), ("first.bias", 1, 3, false), ("norm.weight", 1, 7, false),
        ("second.weight", 2, 9, true),
    ]

    private func store(_ values: [String: [Float]]) -> ParameterStore {
        var layout = ParameterLayout()
        for shape in shapes {
            _ = layout.add(
                shape.name, rows: shape.rows, columns: shape.columns, hasWeightDecay: shape.decays,
                initialization: .zeros,
                tensors: [CheckpointTensor(name: shape.name, shape: [shape.rows, shape.columns])])
        }
        let store = ParameterStore(layout: layout)
        fill(store, values) { $0.value($1) }
        return store
    }

    private func fill(
        _ store: ParameterStore, _ values: [String: [Float]], _ target: (ParameterStore, Int) -> Tensor
    ) {
        for slot in store.layout.slots { target(store, slot.index).copy(from: values[slot.name] ?? []) }
    }

    private func optimizer(_ name: String, _ store: ParameterStore) throws -> any Optimizer {
        switch name {
        case "adamw":
            AdamW(store, options: .init(beta1: 0.9, beta2: 0.98, epsilon: 1e-6, weightDecay: 0.1))
        case "sgd": SGD(store, momentum: 0.9, weightDecay: 0.1)
        case "sgd-plain": SGD(store, weightDecay: 0.1)
        default: try #require(nil as SGD?, "the goldens hold an unknown optimiser \(name)")
        }
    }

    /// Steps `range` of a golden run.
    private func run(
        _ golden: Goldens.Updates, _ store: ParameterStore, _ optimizer: any Optimizer, _ range: Range<Int>
    ) {
        for index in range {
            fill(store, golden.steps[index].gradients) { $0.gradient($1) }
            let norm = GradientClipping.norm(of: store.gradients)
            if golden.maximumNorm > 0 {
                #expect(abs(norm / golden.steps[index].norm - 1) < 1e-6)
            }
            optimizer.step(
                learningRate: Float(golden.rates[index]),
                gradientScale: GradientClipping.scale(norm: norm, maximumNorm: golden.maximumNorm))
        }
    }

    @Test(
        "a slot with a factor is updated at that multiple of the rate, the others as ever",
        arguments: ["adamw", "sgd"])
    func learningRateFactors(name: String) throws {
        let start = Dictionary(
            uniqueKeysWithValues: shapes.map {
                ($0.name, (0..<$0.rows * $0.columns).map { Float($0) / 7 - 1 })
            })
        func run(rate: Float, factor: Float) throws -> ParameterStore {
            let store = store(start)
            store.rearrange { $0.setLearningRateFactors { $0.name == "norm.weight" ? factor : 1 } }
            fill(store, start) { $0.value($1) }
            let optimizer = try optimizer(name, store)
            for _ in 0..<3 {
                fill(store, start) { $0.gradient($1) }
                optimizer.step(learningRate: rate, gradientScale: 0.5)
            }
            return store
        }
        let (mixed, slow, fast) = (
            try run(rate: 0.125, factor: 0.5), try run(rate: 0.0625, factor: 1),
            try run(rate: 0.125, factor: 1)
        )
        for slot in mixed.layout.slots {
            let expected = slot.name == "norm.weight" ? slow : fast
            #expect(mixed.value(slot.index).values() == expected.value(slot.index).values(), "\(slot.name)")
        }
    }

    @Test("five clipped updates give torch's parameters", arguments: ["adamw", "sgd", "sgd-plain"])
    func goldens(name: String) throws {
        let golden = try #require(try Goldens.load().optimizers.first { $0.name == name })
        let store = store(golden.initial)
        let optimizer = try optimizer(name, store)
        run(golden, store, optimizer, 0..<golden.steps.count)
        #expect(optimizer.stepCount == golden.steps.count)
        for slot in store.layout.slots {
            let expected = try #require(golden.final[slot.name])
            let initial = try #require(golden.initial[slot.name])
            for (index, value) in store.value(slot.index).values().enumerated() {
                #expect(abs(value - expected[index]) <= 4e-7 * max(1, abs(expected[index])), "\(slot.name)")
                #expect(value != initial[index], "\(slot.name)")
            }
        }
    }

    @Test("padding between the slots stays zero in all arenas", arguments: ["adamw", "sgd"])
    func padding(name: String) throws {
        let golden = try #require(try Goldens.load().optimizers.first { $0.name == name })
        let store = store(golden.initial)
        let optimizer = try optimizer(name, store)
        run(golden, store, optimizer, 0..<5)
        let used = Set(store.layout.slots.flatMap { Array($0.range) })
        for arena in [store.values] + optimizer.stateArenas.map(\.arena) {
            let values = arena.values()
            #expect(values.count == store.layout.elementCount)
            #expect(values.indices.allSatisfy { used.contains($0) || values[$0] == 0 })
        }
    }

    @Test("weight decay shrinks what decays and nothing else", arguments: ["adamw", "sgd"])
    func decay(name: String) throws {
        let golden = try #require(try Goldens.load().optimizers.first { $0.name == name })
        let store = store(golden.initial)
        try optimizer(name, store).step(learningRate: 0.5, gradientScale: 1)
        for slot in store.layout.slots {
            let expected = try #require(golden.initial[slot.name]).map {
                slot.hasWeightDecay ? 0.95 * $0 : $0
            }
            let found = store.value(slot.index).values()
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-6 }, "\(slot.name)")
        }
    }

    @Test("shards together make the updates of one optimiser, with moments for their own ranges alone")
    func shards() throws {
        let golden = try #require(try Goldens.load().optimizers.first { $0.name == "adamw" })
        let (whole, parts) = (store(golden.initial), store(golden.initial))
        let count = whole.layout.elementCount
        try #require(count == 80)
        // Cuts inside slots, between decayed and other slots, and an empty start.
        let shards: [[Range<Int>]] = [[0..<16, 32..<48], [16..<32, 56..<80], [48..<56]]
        let optimizers = shards.map { shard in
            AdamW(
                parts, options: .init(beta1: 0.9, beta2: 0.98, epsilon: 1e-6, weightDecay: 0.1), shard: shard)
        }
        run(golden, whole, try optimizer("adamw", whole), 0..<5)
        for index in 0..<5 {
            fill(parts, golden.steps[index].gradients) { $0.gradient($1) }
            let norm = GradientClipping.norm(of: parts.gradients)
            for optimizer in optimizers {
                optimizer.step(
                    learningRate: Float(golden.rates[index]),
                    gradientScale: GradientClipping.scale(norm: norm, maximumNorm: golden.maximumNorm))
            }
        }
        #expect(parts.values.values() == whole.values.values())
        for (optimizer, shard) in zip(optimizers, shards) {
            let size = shard.reduce(0) { $0 + $1.count }
            #expect(optimizer.stateArenas.allSatisfy { $0.arena.count == size })
        }
    }

    @Test("an optimiser with restored state goes on bit for bit", arguments: ["adamw", "sgd"])
    func restore(name: String) throws {
        let golden = try #require(try Goldens.load().optimizers.first { $0.name == name })
        let (first, second) = (store(golden.initial), store(golden.initial))
        let (whole, half) = (try optimizer(name, first), try optimizer(name, second))
        run(golden, first, whole, 0..<5)
        run(golden, second, half, 0..<2)
        let third = store(golden.initial)
        third.values.copy(from: second.values)
        let resumed = try optimizer(name, third)
        #expect(resumed.stateArenas.map(\.name) == half.stateArenas.map(\.name))
        for (target, source) in zip(resumed.stateArenas, half.stateArenas) {
            target.arena.copy(from: source.arena)
        }
        resumed.restore(stepCount: half.stepCount)
        run(golden, third, resumed, 2..<5)
        #expect(third.values.values() == first.values.values())
        #expect(resumed.stepCount == 5)
    }

    @Test("clipping scales by maximum / (norm + 1e-6), never up, and not at all for a maximum of 0")
    func clipping() {
        #expect(GradientClipping.scale(norm: 0.5, maximumNorm: 1) == 1)
        #expect(GradientClipping.scale(norm: 4, maximumNorm: 1) == Float(1 / 4.000001))
        #expect(GradientClipping.scale(norm: 1, maximumNorm: 1) == Float(1 / 1.000001))
        #expect(GradientClipping.scale(norm: 0, maximumNorm: 1) == 1)
        #expect(GradientClipping.scale(norm: 1e9, maximumNorm: 0) == 1)
        #expect(GradientClipping.scale(norm: .infinity, maximumNorm: 1) == 0)
        #expect(GradientClipping.norm(of: Tensor([3, 0, -4])) == 5)
    }
}
