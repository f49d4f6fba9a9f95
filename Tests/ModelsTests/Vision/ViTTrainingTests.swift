// What training asks of the vision transformer: bfloat16, forgotten gradients, no allocation once warm.

import Checkpoints
import Layers
import Models
import Tensors
import Testing

/// The golden classifier with its batch, and with images of another size whose positions are interpolated.
private struct Toy {
    let model: EncoderClassifier
    let workspace = Workspace()
    let batches: [TokenBatch]
    let labels: [Int]

    init() throws {
        let golden = try VisionGolden("classifier")
        let loaded = try ModelLoader.load(.classifier(nil), directory: golden.directory, seed: 1)
        model = try #require(loaded.model as? EncoderClassifier)
        model.interpolatesPositions = true
        labels = try golden.integers("labels")
        batches = [try golden.batch(), try VisionGolden("classifier", "interpolated").batch()]
    }

    func loss(_ index: Int) -> Double {
        workspace.reset()
        let pass = Pass(
            parameters: model.parameters, workspace: workspace, batch: batches[index],
            trainingKey: RandomKey(seed: 5))
        let logits = model.forward(pass)
        let losses = ClassificationLoss.rows(
            logits, .labels(labels), problemType: .singleLabel, rowCount: labels.count, gradient: logits)
        model.backward(gradient: logits, pass)
        return losses.reduce(0, +) / Double(labels.count)
    }
}

@Suite struct ViTTrainingTests {
    @Test("in bfloat16 the loss and each gradient stay near those of float32", arguments: [0, 1])
    func bfloat16(index: Int) throws {
        let (exact, rounded) = (try Toy(), try Toy())
        rounded.model.parameters.computeInBFloat16()
        let losses = [exact, rounded].map { $0.loss(index) }
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

    @Test(
        "forgotten gradients count as zero, with stored and with interpolated positions", arguments: [0, 1])
    func forgotten(index: Int) throws {
        let toy = try Toy()
        _ = toy.loss(index)
        let first = toy.model.parameters.gradients.values()
        toy.model.parameters.zeroGradients()
        _ = toy.loss(index)
        #expect(toy.model.parameters.gradients.values() == first)
    }

    @Test("after the second step a training step allocates nothing")
    func allocations() async {
        await #expect(processExitsWith: .success) {
            let toy = try Toy()
            for _ in 0..<2 { _ = toy.loss(1) }
            let (count, bytes) = (AllocationCounter.count, AllocationCounter.bytes)
            for index in [1, 0, 0] { _ = toy.loss(index) }
            #expect(AllocationCounter.count == count && AllocationCounter.bytes == bytes)
        }
    }
}
