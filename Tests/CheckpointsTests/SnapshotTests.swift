// A checkpoint that is written while its model trains on.

import Checkpoints
import Layers
import Models
import Optimizers
import Tensors
import TestSupport
import Testing

struct SnapshotTests {
    private func content(
        _ model: ToyClassifier, _ optimizer: any Optimizer, source: String
    ) -> CheckpointContent {
        CheckpointContent(
            model: model, optimizer: optimizer, state: TrainerStateTests.sample, recipe: [],
            tokenizerFilesFrom: source)
    }

    @Test("a snapshot holds the weights and moments of its moment, whatever becomes of the model")
    func frozen() throws {
        let folder = try TemporaryFolder()
        let model = ToyClassifier()
        let optimizer = AdamW(model.parameters, options: .init(weightDecay: 0.01))
        func train() {
            // What stands between slots is not saved.
            for index in model.parameters.layout.slots.flatMap(\.range) {
                model.parameters.gradients[0, index] = Float(index % 3) - 1
            }
            optimizer.step(learningRate: 0.1, gradientScale: 1)
        }
        train()
        let weights = model.parameters.values.values()
        let moments = optimizer.stateArenas.map { $0.arena.values() }
        let snapshot = content(model, optimizer, source: folder.path).snapshot()
        train()
        try #require(model.parameters.values.values() != weights)
        try snapshot.write(to: folder.path + "/checkpoint-1")

        let second = ToyClassifier()
        let secondOptimizer = AdamW(second.parameters, options: .init(weightDecay: 0.01))
        _ = try TrainingCheckpoint.load(
            path: folder.path + "/checkpoint-1", into: second, optimizer: secondOptimizer)
        #expect(bits(second.parameters.values.values()) == bits(weights))
        #expect(secondOptimizer.stateArenas.map { bits($0.arena.values()) } == moments.map(bits))
        #expect(secondOptimizer.stepCount == 1)
    }

    @Test("moments that belong to the checkpoint alone are not copied")
    func owned() throws {
        let folder = try TemporaryFolder()
        let model = ToyClassifier()
        let optimizer = SGD(model.parameters, momentum: 0.9)
        let snapshot = content(model, optimizer, source: folder.path).snapshot(copiesMoments: false)
        for (_, arena) in optimizer.stateArenas { arena[0, 3] = 5 }
        try snapshot.write(to: folder.path + "/checkpoint-1")
        let second = SGD(model.parameters, momentum: 0.9)
        _ = try TrainingCheckpoint.load(path: folder.path + "/checkpoint-1", into: model, optimizer: second)
        #expect(second.stateArenas.allSatisfy { $0.arena[0, 3] == 5 })
    }
}
