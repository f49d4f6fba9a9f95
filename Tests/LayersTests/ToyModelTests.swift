// A whole toy model: gradients along random directions, allocations, and independence of the batch's order.

import JSON
import Layers
import Models
import Tensors
import Testing

/// A BERT classifier of two layers with dropout everywhere, its batch and its loss.
struct ToyModel {
    let model: EncoderClassifier
    let workspace = Workspace()
    let key = RandomKey(seed: 31).derived("step")

    static let tokens: [[Int32]] = [[2, 7, 9, 4, 11, 3], [5], [8, 8, 1], [10, 0, 6, 6, 2, 1, 12]]
    static let labels = [2, 0, 1, 1]

    init() throws {
        let sizes: [(String, Int)] = [
            ("vocab_size", 13), ("hidden_size", 12), ("num_hidden_layers", 2), ("num_attention_heads", 3),
            ("intermediate_size", 20), ("max_position_embeddings", 8), ("type_vocab_size", 2),
            ("pad_token_id", 0),
        ]
        var members: JSONObject = ["model_type": .string("bert"), "hidden_act": .string("gelu")]
        for (name, size) in sizes { members[name] = .integer(size) }
        for name in ["hidden_dropout_prob", "attention_probs_dropout_prob", "classifier_dropout"] {
            members[name] = .shortest(0.15)
        }
        model = try EncoderClassifier(
            .object(members), head: ClassificationHead(labels: ["a", "b", "c"], problemType: .singleLabel),
            file: "config.json")
        for slot in model.parameters.layout.slots {
            let scale = slot.initialization == .ones ? 0.1 : 0.3
            let noise = randomTensor(slot.rows, slot.columns, seed: UInt64(slot.index), scale: scale)
            noise.copy(from: noise.values().map { slot.initialization == .ones ? 1 + $0 : $0 })
            model.parameters.value(slot.index).copy(from: noise)
        }
    }

    /// The sequences of these rows, in this order.
    static func batch(_ rows: [Int]) -> TokenBatch {
        let chosen = rows.map { tokens[$0] }
        return TokenBatch(
            tokens: chosen.flatMap { $0 }, typeIDs: chosen.flatMap { $0.map { $0 % 2 } },
            positions: chosen.flatMap { $0.indices.map { Int32($0) } },
            offsets: chosen.reduce(into: [0]) { $0.append($0[$0.count - 1] + Int32($1.count)) },
            sampleIDs: rows.map { 100 + UInt64($0) })
    }

    func pass(_ rows: [Int] = [0, 1, 2, 3], completesGradients: Bool = true) -> Pass {
        workspace.reset()
        return Pass(
            parameters: model.parameters, workspace: workspace, batch: Self.batch(rows), trainingKey: key,
            completesGradients: completesGradients)
    }

    /// Σ row losses / 4; with `isBackward` the gradients are added too.
    func loss(_ rows: [Int] = [0, 1, 2, 3], isBackward: Bool = false) -> Double {
        let pass = pass(rows)
        let logits = model.forward(pass)
        let losses = ClassificationLoss.rows(
            logits, .labels(rows.map { Self.labels[$0] }), problemType: .singleLabel, rowCount: 4,
            gradient: isBackward ? logits : nil)
        if isBackward { model.backward(gradient: logits, pass) }
        return losses.reduce(0, +) / 4
    }
}

@Suite struct ToyModelTests {
    @Test("the gradient along random directions of every slot equals finite differences")
    func directions() throws {
        let toy = try ToyModel()
        _ = toy.loss(isBackward: true)
        let gradients = toy.model.parameters.gradients.values()
        #expect(gradients.allSatisfy { $0.isFinite })
        for slot in toy.model.parameters.layout.slots {
            let value = toy.model.parameters.value(slot.index)
            let before = value.values()
            for trial in 0..<3 {
                let seed = 1_000 + UInt64(10 * slot.index + trial)
                let direction = randomTensor(slot.rows, slot.columns, seed: seed)
                // The padding row is held fixed by definition.
                if slot.name.hasSuffix("word_embeddings.weight") { direction.rows(0..<1).clear() }
                let length = direction.values().reduce(0) { $0 + Double($1 * $1) }.squareRoot()
                func difference(_ step: Double) -> Double {
                    let losses = [step, -step].map { step in
                        value.copy(
                            from: zip(before, direction.values()).map { $0 + $1 * Float(step / length) })
                        return toy.loss()
                    }
                    return (losses[0] - losses[1]) / (2 * step)
                }
                let expected = (4 * difference(0.01) - difference(0.02)) / 3
                let found = zip(gradients[slot.range], direction.values()).reduce(0) {
                    $0 + Double($1.0 * $1.1) / length
                }
                value.copy(from: before)
                #expect(abs(found - expected) < 4e-5 + 1e-3 * abs(expected), "\(slot.name)")
            }
        }
    }

    @Test("the padding token's embedding has no gradient, all other slots have one")
    func padding() throws {
        let toy = try ToyModel()
        _ = toy.loss(isBackward: true)
        for slot in toy.model.parameters.layout.slots {
            let gradient = toy.model.parameters.gradient(slot.index)
            #expect(gradient.values().contains { $0 != 0 }, "\(slot.name)")
            if slot.name.hasSuffix("word_embeddings.weight") {
                #expect(gradient.rows(0..<1).values().allSatisfy { $0 == 0 })
            }
        }
    }

    @Test("every slot is reported ready once, and only then is its gradient complete")
    func readiness() throws {
        let toy = try ToyModel()
        var gradientsThen: [Int: [Float]] = [:]
        var reported: [Int] = []
        toy.model.parameters.onGradientReady = { slot in
            reported.append(slot)
            gradientsThen[slot] = toy.model.parameters.gradient(slot).values()
        }
        _ = toy.loss(isBackward: true)
        #expect(reported.sorted() == toy.model.parameters.layout.slots.map(\.index))
        for (slot, values) in gradientsThen {
            #expect(values == toy.model.parameters.gradient(slot).values())
        }
        reported = []
        let pass = toy.pass(completesGradients: false)
        toy.model.backward(gradient: toy.model.forward(pass), pass)
        #expect(reported.isEmpty)
        toy.model.parameters.onGradientReady = nil
    }

    @Test("order and split of the batch change losses and gradients by rounding only, dropout on")
    func batchInvariance() throws {
        let whole = try ToyModel()
        let loss = whole.loss(isBackward: true)
        let expected = whole.model.parameters.gradients.values()
        for parts in [[[3, 1, 0, 2]], [[0, 1], [2, 3]], [[3], [2], [1], [0]], [[1, 2, 3], [0]]] {
            let toy = try ToyModel()
            let sum = parts.reduce(0) { $0 + toy.loss($1, isBackward: true) }
            #expect(abs(sum - loss) < 1e-6)
            let largest = expected.reduce(0) { max($0, abs($1)) }
            let found = toy.model.parameters.gradients.values()
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 * largest }, "\(parts)")
        }
    }

    @Test("the same pass gives the same bits, and another key another loss")
    func repeatability() throws {
        let toy = try ToyModel()
        #expect(toy.loss() == toy.loss())
        let pass = Pass(
            parameters: toy.model.parameters, workspace: Workspace(), batch: ToyModel.batch([0, 1, 2, 3]),
            trainingKey: RandomKey(seed: 32))
        let other = toy.model.forward(pass).values()
        #expect(toy.model.forward(toy.pass()).values() != other)
    }

    @Test("after the second step a training step allocates nothing")
    func allocations() async {
        await #expect(processExitsWith: .success) {
            let toy = try ToyModel()
            for _ in 0..<2 { _ = toy.loss(isBackward: true) }
            let (count, bytes) = (AllocationCounter.count, AllocationCounter.bytes)
            for rows in [[0, 1, 2, 3], [3, 2, 1, 0], [0], [2, 3]] { _ = toy.loss(rows, isBackward: true) }
            #expect(AllocationCounter.count == count && AllocationCounter.bytes == bytes)
        }
    }

    @Test("in bfloat16 the loss and each gradient stay near those of float32, and gradients stay float32")
    func bfloat16() throws {
        let (exact, rounded) = (try ToyModel(), try ToyModel())
        rounded.model.parameters.computeInBFloat16()
        let losses = [exact, rounded].map { $0.loss(isBackward: true) }
        #expect(losses[0] != losses[1] && abs(losses[0] / losses[1] - 1) < 0.02)
        for slot in exact.model.parameters.layout.slots {
            let a = exact.model.parameters.gradient(slot.index).values().map { Double($0) }
            let b = rounded.model.parameters.gradient(slot.index).values().map { Double($0) }
            let dot = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
            let norms = [a, b].map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
            // Gradients of key biases are zero but for rounding.
            if norms[0] > 1e-4 { #expect(dot / (norms[0] * norms[1]) > 0.99, "\(slot.name)") }
        }
    }

    @Test("forgotten gradients count as zero: a second pass gives the same, not the double")
    func forgotten() throws {
        let toy = try ToyModel()
        _ = toy.loss(isBackward: true)
        let first = toy.model.parameters.gradients.values()
        toy.model.parameters.zeroGradients()
        _ = toy.loss(isBackward: true)
        #expect(toy.model.parameters.gradients.values() == first)
        _ = toy.loss(isBackward: true)
        let twice = toy.model.parameters.gradients.values()
        #expect(zip(twice, first).allSatisfy { abs($0 - 2 * $1) <= 1e-4 * max(abs($1), 1e-3) })
        toy.model.parameters.zeroGradients()
        for slot in toy.model.parameters.layout.slots { toy.model.parameters.markReady(slot.index) }
        #expect(toy.model.parameters.gradients.values().allSatisfy { $0 == 0 })
    }
}
