// Frozen parameters: the others get the same gradients, and nothing of the frozen ones is computed or
// reported.

import Layers
import Models
import Tensors
import Testing

@Suite struct FreezingTests {
    /// The slots of a toy BERT whose names contain one of these words are frozen.
    private func toy(freezing words: [String]) throws -> ToyModel {
        let toy = try ToyModel()
        toy.model.parameters.rearrange { layout in
            layout.freeze { slot in words.contains { slot.name.contains($0) } }
        }
        return toy
    }

    private let choices: [[String]] = [
        [], ["embeddings"], ["embeddings", "layer.0"], ["layer.0"], ["layer.1", "pooler"], ["bert."],
        ["LayerNorm", "bias"], ["classifier"], ["embeddings", "layer.0", "layer.1"],
    ]

    @Test("what is trained has the gradients of a model without frozen parts, bit for bit")
    func gradients() throws {
        let whole = try ToyModel()
        let loss = whole.loss(isBackward: true)
        for words in choices {
            let toy = try toy(freezing: words)
            #expect(toy.loss(isBackward: true) == loss)
            for slot in toy.model.parameters.layout.slots where slot.isTrainable {
                let expected = whole.model.parameters.gradient(slot.index).values()
                #expect(
                    toy.model.parameters.gradient(slot.index).values() == expected, "\(words) \(slot.name)")
            }
        }
    }

    @Test("only trained slots are reported, each once, by their number among the trained ones")
    func readiness() throws {
        for words in choices {
            let toy = try toy(freezing: words)
            var reported: [Int] = []
            toy.model.parameters.onGradientReady = { reported.append($0) }
            _ = toy.loss(isBackward: true)
            toy.model.parameters.onGradientReady = nil
            let trained = toy.model.parameters.trainable.layout.slots
            #expect(reported.sorted() == Array(trained.indices), "\(words)")
        }
    }

    @Test("the trained slots are one range at the end of the arena, in forward order, sharing its memory")
    func layout() throws {
        let toy = try toy(freezing: ["layer.0", "bias"])
        let store = toy.model.parameters
        let trained = store.layout.slots.filter(\.isTrainable)
        #expect(trained.map(\.name) == store.trainable.layout.slots.map(\.name))
        #expect(trained.allSatisfy { $0.range.lowerBound >= store.layout.frozenElementCount })
        #expect(zip(trained, trained.dropFirst()).allSatisfy { $0.range.upperBound <= $1.range.lowerBound })
        #expect(store.layout.slots.allSatisfy { $0.range.lowerBound % 16 == 0 })
        #expect(store.gradients.count == store.layout.elementCount - store.layout.frozenElementCount)
        #expect(store.trainable.gradients.count == store.trainable.layout.elementCount)
        for (slot, view) in zip(trained, store.trainable.layout.slots) {
            #expect(store.value(slot.index).offset == store.trainable.value(view.index).offset)
            #expect(store.gradient(slot.index).offset == store.trainable.gradient(view.index).offset)
        }
        let before = try ToyModel().model.parameters
        for slot in store.layout.slots {
            #expect(store.value(slot.index).values() == before.value(slot.index).values(), "\(slot.name)")
        }
        #expect(before.trainable === before)
    }

    @Test(
        "adapters of zero change nothing, and training reaches them below frozen layers only as far as needed"
    )
    func adapters() throws {
        let whole = try ToyModel()
        let loss = whole.loss(isBackward: true)
        for block in [0, 1] {
            let toy = try ToyModel()
            let store = toy.model.parameters
            let slot = try #require(
                store.layout.slots.first {
                    $0.name == "bert.encoder.layer.\(block).attention.self.qkv.weight"
                })
            store.addAdapters([(slot.index, slot.tensors[2])], LoRAOptions(rank: 2))
            store.initialize(key: RandomKey(seed: 3)) { $0.adaptedSlot != nil }
            store.rearrange { $0.freeze { $0.adaptedSlot == nil } }
            var reported: [Int] = []
            store.onGradientReady = { reported.append($0) }
            #expect(toy.loss(isBackward: true) == loss)
            store.onGradientReady = nil
            #expect(reported.sorted() == [0, 1])
            let adapter = try #require(store.adapters[slot.index]?.first)
            #expect(store.gradient(adapter.up).values().contains { $0 != 0 })
            #expect(store.gradient(adapter.down).values().allSatisfy { $0 == 0 }, "B is zero")
        }
    }
}
