// Whole checkpoints: training goes on with the same bits, and what does not fit is refused.

import Checkpoints
import Foundation
import Layers
import Models
import Optimizers
import Safetensors
import Tensors
import TestSupport
import Testing

struct TrainingCheckpointTests {
    private let folder: TemporaryFolder
    private var path: String { folder.path + "/checkpoint-3" }

    init() throws { folder = try TemporaryFolder() }

    private func model(_ seed: UInt64 = 1) throws -> any SequenceClassifier {
        let head = ClassificationHead(labels: ["a", "b"], problemType: .singleLabel)
        return try ModelLoader.load(.classifier(head), directory: golden("base-fp16"), seed: seed)
            .model
    }

    /// Steps with gradients that depend on the step alone.
    private func train(_ model: any SequenceClassifier, _ optimizer: any Optimizer, steps: Range<Int>) {
        for step in steps {
            let key = RandomKey(seed: UInt64(step))
            let gradients = model.parameters.gradients
            for slot in model.parameters.layout.slots {
                for index in slot.range { gradients[0, index] = Float(key.normal(UInt64(index))) }
            }
            optimizer.step(learningRate: 0.01, gradientScale: 0.5)
        }
    }

    private func write(_ model: any SequenceClassifier, _ optimizer: any Optimizer) throws {
        try TrainingCheckpoint.write(
            to: path, model: model, optimizer: optimizer, state: TrainerStateTests.sample,
            recipe: Array("seed: 42\n".utf8), tokenizerFilesFrom: golden("base-fp16"))
    }

    /// What the error of loading says, with the checkpoint as "DIR".
    private func loadingMessage(_ model: any SequenceClassifier, _ optimizer: any Optimizer) -> String? {
        thrownMessage { () throws(CheckpointError) in
            _ = try TrainingCheckpoint.load(path: path, into: model, optimizer: optimizer)
        }?.replacingOccurrences(of: path, with: "DIR")
    }

    @Test("weights, moments, step count and state come back bit for bit", arguments: ["adamw", "sgd"])
    func roundTrip(name: String) throws {
        func optimizer(_ model: any SequenceClassifier) -> any Optimizer {
            name == "sgd"
                ? SGD(model.parameters, momentum: 0.9, weightDecay: 0.01)
                : AdamW(model.parameters, options: .init(weightDecay: 0.01))
        }
        let first = try model()
        let firstOptimizer = optimizer(first)
        train(first, firstOptimizer, steps: 0..<3)
        try write(first, firstOptimizer)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: path).sorted() == [
                "config.json", "model.safetensors", "optimizer.safetensors", "recipe.yaml",
                "trainer_state.json",
            ])
        #expect(try text(of: path + "/recipe.yaml") == "seed: 42\n")

        let second = try model(2)
        let secondOptimizer = optimizer(second)
        let state = try TrainingCheckpoint.load(path: path, into: second, optimizer: secondOptimizer)
        #expect(state == TrainerStateTests.sample)
        #expect(secondOptimizer.stepCount == 3)
        expectEqual(second, secondOptimizer, first, firstOptimizer)
        train(first, firstOptimizer, steps: 3..<6)
        train(second, secondOptimizer, steps: 3..<6)
        expectEqual(second, secondOptimizer, first, firstOptimizer)
    }

    private func expectEqual(
        _ model: any SequenceClassifier, _ optimizer: any Optimizer, _ otherModel: any SequenceClassifier,
        _ otherOptimizer: any Optimizer
    ) {
        #expect(
            bits(model.parameters.values.values()) == bits(otherModel.parameters.values.values()))
        for (state, other) in zip(optimizer.stateArenas, otherOptimizer.stateArenas) {
            #expect(state.name == other.name)
            #expect(bits(state.arena.values()) == bits(other.arena.values()))
        }
    }

    @Test("a checkpoint loads as a model directory too")
    func asModel() throws {
        let model = try model()
        try write(model, SGD(model.parameters))
        let loaded = try ModelLoader.load(.classifier(nil), directory: path).model
        #expect(bits(loaded.parameters.values.values()) == bits(model.parameters.values.values()))
    }

    @Test("a missing folder, optimiser or state is said")
    func missing() throws {
        let model = try model()
        let optimizer = SGD(model.parameters)
        #expect(
            loadingMessage(model, optimizer)
                == "DIR: there is no such checkpoint directory; give resume_from_checkpoint a "
                + "checkpoint-<step> directory, auto or none")
        try write(model, optimizer)
        for name in ["optimizer.safetensors", "trainer_state.json"] {
            try FileManager.default.removeItem(atPath: path + "/" + name)
            #expect(
                loadingMessage(model, optimizer)
                    == "DIR has no \(name), so training cannot go on from it exactly: choose another "
                    + "checkpoint, or start anew with it as model_name_or_path")
        }
    }

    @Test("another optimiser's state is refused")
    func otherOptimizer() throws {
        let model = try model()
        try write(model, SGD(model.parameters))
        #expect(
            loadingMessage(model, AdamW(model.parameters, options: .init()))
                == "DIR/optimizer.safetensors holds the state momentum_buffer, but this run's optimizer "
                + "needs exp_avg, exp_avg_sq: go on with the optimizer that wrote the checkpoint")
    }

    @Test("truncated files are refused, and nothing is filled")
    func truncated() throws {
        let model = try model()
        let optimizer = SGD(model.parameters)
        for name in ["optimizer.safetensors", "model.safetensors", "trainer_state.json", "config.json"] {
            try write(model, optimizer)
            let whole = try bytes(of: path + "/" + name)
            try Data(whole.dropLast(5)).write(to: URL(fileURLWithPath: path + "/" + name))
            let fresh = try self.model(9)
            let before = bits(fresh.parameters.values.values())
            let text = try #require(loadingMessage(fresh, SGD(fresh.parameters)))
            #expect(text.hasPrefix("DIR/" + name), "\(text)")
            #expect(bits(fresh.parameters.values.values()) == before)
        }
    }

    @Test("other labels or another configuration are refused by the keys that differ")
    func otherConfiguration() throws {
        let model = try model()
        try write(model, SGD(model.parameters))
        let head = ClassificationHead(labels: ["b", "a"], problemType: .singleLabel)
        let other = try ModelLoader.load(.classifier(head), directory: golden("base-fp16"), seed: 1)
            .model
        #expect(
            loadingMessage(other, SGD(other.parameters))
                == "DIR/config.json differs from the model of this run in id2label, label2id: go on with "
                + "the model and recipe that wrote the checkpoint, or start a new run in another output_dir")
    }

    @Test("another layout is refused with the first parameter that differs")
    func otherLayout() throws {
        let toy = ToyClassifier()
        try write(toy, SGD(toy.parameters))
        let extra = ToyClassifier(extra: true)
        #expect(
            loadingMessage(extra, SGD(extra.parameters))
                == "DIR/optimizer.safetensors belongs to another model: parameter 1 is score.weight (2 × 3 "
                + "at element 16) there and toy.extra (1 × 5 at element 16) in this run; go on with the "
                + "model that wrote the checkpoint")
        let wide = ToyClassifier(width: 4)
        #expect(
            loadingMessage(wide, SGD(wide.parameters))?.contains(
                "parameter 0 is toy.mixed (3 × 2 at element 0) there and toy.mixed (4 × 2 at element 0)")
                == true)
    }

    @Test("a tensor that files hold transposed is turned on both ways")
    func transposed() throws {
        let toy = ToyClassifier()
        try write(toy, SGD(toy.parameters))
        let stored = Tensor(rows: 2, columns: 3)
        try SafetensorsFile(path: path + "/model.safetensors").read("toy.mixed", into: stored)
        let slot = toy.parameters.value(0)
        for row in 0..<3 {
            for column in 0..<2 { #expect(stored[column, row] == slot[row, column]) }
        }
        let other = ToyClassifier()
        other.parameters.values.clear()
        _ = try TrainingCheckpoint.load(path: path, into: other, optimizer: SGD(other.parameters))
        #expect(bits(other.parameters.values.values()) == bits(toy.parameters.values.values()))
    }
}
