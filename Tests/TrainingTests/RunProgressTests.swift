// A run's progress through the state of a checkpoint: every number comes back, and nothing is made up.

import Checkpoints
import JSON
import Optimizers
import TestSupport
import Testing
import Training

@Suite struct RunProgressTests {
    /// A run whose training loss was no number for a while.
    private func progress() throws -> RunProgress {
        var progress = RunProgress()
        (progress.step, progress.epoch, progress.tokens) = (40, 1.25, 9_007_199_254_740_993)
        (progress.windowLoss, progress.windowSteps) = (.nan, 3)
        (progress.bestMetric, progress.bestStep, progress.patienceCounter) = (-.infinity, 20, 2)
        progress.curve.addStep(loss: 0.5)
        progress.curve.addEvaluation(step: 10, epoch: 0.25, loss: 0.75)
        progress.curve.addStep(loss: .nan)
        progress.curve.addEvaluation(step: 20, epoch: 0.5, loss: 0.7)
        progress.curve.addStep(loss: .infinity)
        progress.hasWarned = true
        progress.plateau.scale = 0.1
        progress.plateau.badEvaluations = 4
        progress.history = [.object(["loss": .shortest(.nan), "step": .integer(10)])]
        return progress
    }

    @discardableResult
    private func read(_ json: JSONValue) throws(CheckpointError) -> RunProgress {
        try RunProgress(JSONReader(json, file: "state"))
    }

    @Test("it comes back through bytes, numbers that are none among them, and no point of the curve is lost")
    func roundTrip() throws {
        let before = try progress()
        let bytes = before.json.serialized()
        let after = try read(JSONValue(parsing: bytes))
        #expect(after.json.serialized() == bytes)
        #expect(after.windowLoss.isNaN && after.windowSteps == 3)
        #expect(after.bestMetric == -.infinity && after.bestStep == 20 && after.tokens == before.tokens)
        #expect(after.curve.points.map(\.step) == [10, 20])
        #expect(after.curve.points[0] == before.curve.points[0])
        #expect(after.curve.points[1].training.isNaN && after.curve.points[1].validation == 0.7)
        #expect(after.plateau == before.plateau && after.hasWarned)
    }

    @Test(
        "a number that is missing or of another kind is refused by its name",
        arguments: [
            "step", "epoch", "tokens", "patience", "history", "window_loss", "window_steps", "curve_loss",
            "curve_steps", "curve", "overfitting_warned",
        ])
    func damaged(name: String) throws {
        var members = try #require(try progress().json.object)
        members[name] = .object([:])
        let other = thrownMessage { try read(.object(members)) }
        #expect(other?.contains("state: \"\(name)\" is of another kind") == true, "\(other ?? "nothing")")
        members[name] = nil
        let missing = thrownMessage { try read(.object(members)) }
        #expect(missing?.contains("state: \"\(name)\" is missing") == true, "\(missing ?? "nothing")")
    }

    @Test("so is a point of the curve, or a plateau, that lacks something")
    func damagedLists() throws {
        var members = try #require(try progress().json.object)
        members["curve"] = .array([.array([.integer(1), .shortest(0.5), .string("?"), .shortest(1)])])
        let point = thrownMessage { try read(.object(members)) }
        #expect(point?.contains("\"curve[0][2]\" is of another kind, expected a number") == true)
        members["curve"] = .array([.array([.integer(1), .shortest(0.5)])])
        #expect(thrownMessage { try read(.object(members)) }?.contains("\"curve[0][2]\" is missing") == true)
        members["curve"] = .array([])
        members["plateau"] = .array([.shortest(1)])
        #expect(thrownMessage { try read(.object(members)) }?.contains("\"plateau[2]\" is missing") == true)
        members["plateau"] = nil
        #expect(try read(.object(members)).plateau == RunProgress().plateau)
    }

    @Test("a checkpoint's state without the sums of the run is refused")
    func state() {
        let message = thrownMessage { _ = try RunProgress(TrainerState(), path: "run/checkpoint-3") }
        #expect(
            message?.hasPrefix(
                "run/checkpoint-3/trainer_state.json: \"stateful_callbacks.lockstep.counters.window_loss\" is "
                    + "missing, expected a number") == true, "\(message ?? "nothing")")
    }
}
