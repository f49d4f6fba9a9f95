// trainer_state.json: every field comes back, doubles with all their bits, and bad files are refused.

import Checkpoints
import JSON
import Models
import TestSupport
import Testing

struct TrainerStateTests {
    static var sample: TrainerState {
        var state = TrainerState()
        state.globalStep = 37
        state.epoch = 1.0 / 3
        state.maxSteps = 120
        state.numTrainEpochs = 2.5
        state.trainBatchSize = 16
        state.loggingSteps = 10
        state.evalSteps = 20
        state.saveSteps = 30
        state.numInputTokensSeen = 123_456_789_012
        state.totalFLOs = 1.2345e18
        state.bestMetric = 0.1 + 0.2
        state.bestGlobalStep = 20
        state.bestModelCheckpoint = "runs/täst \"1\"/checkpoint-20"
        state.logHistory = [
            .object(["step": .integer(10), "loss": .shortest(0.693_147_180_559_945_3)]),
            .object(["step": .integer(20), "eval_f1": .shortest(2.0 / 3), "label": .string("a\nb")]),
        ]
        state.position.version = "0.1.0"
        state.position.epochIndex = 1
        state.position.stepInEpoch = 3
        state.position.rankCount = 4
        state.position.threadsPerRank = 2
        state.position.globalBatchRows = 64
        state.position.gradientAccumulationSteps = 2
        state.position.seed = .max
        state.position.datasetRowCount = 6_920
        state.position.earlyStoppingPatienceCounter = 2
        state.position.counters = ["loss_sum": .shortest(1e-300), "rows": .integer(640)]
        return state
    }

    @Test("every field comes back")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/trainer_state.json"
        try Self.sample.write(to: path)
        #expect(try TrainerState(path: path) == Self.sample)
        try TrainerState().write(to: path)
        #expect(try TrainerState(path: path) == TrainerState())
        #expect(try folder.names == ["trainer_state.json"])
    }

    @Test("doubles come back with all their bits")
    func doubles() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/trainer_state.json"
        var values: [Double] = [
            0, 1, -1, 0.1, 1.0 / 3, .pi, 1e15, 1e16, 1e17, 1e22, 1e23, 123_456_789_012_345_680,
            9_007_199_254_740_994, .greatestFiniteMagnitude, .leastNormalMagnitude, .leastNonzeroMagnitude,
            .ulpOfOne, 5e-5, 0.3, -2.5e-9, .infinity, -.infinity,
        ]
        var generator = SystemRandomNumberGenerator()
        while values.count < 1_000 {
            let value = Double(bitPattern: generator.next())
            if value.isFinite { values.append(value) }
        }
        var state = TrainerState()
        for value in values.prefix(100) {
            state.epoch = value
            state.bestMetric = value
            try state.write(to: path)
            let found = try TrainerState(path: path)
            #expect(found.epoch.bitPattern == value.bitPattern, "\(value)")
            #expect(found.bestMetric?.bitPattern == value.bitPattern, "\(value)")
        }
        state.logHistory = values.filter(\.isFinite).map(JSONValue.shortest)
        try state.write(to: path)
        let history = try TrainerState(path: path).logHistory.map { $0.double?.bitPattern }
        #expect(history == values.filter(\.isFinite).map(\.bitPattern))
        state.epoch = .nan
        state.logHistory = [.object(["grad_norm": .shortest(.infinity)])]
        try state.write(to: path)
        #expect(try TrainerState(path: path).epoch.isNaN)
        #expect(try TrainerState(path: path).logHistory == [.object(["grad_norm": .string("Infinity")])])
    }

    @Test("Hugging Face's fields have its names")
    func fieldNames() throws {
        let folder = try TemporaryFolder()
        try Self.sample.write(to: folder.path + "/s.json")
        let state = try json(of: folder.path + "/s.json")
        #expect(
            state.object?.names.sorted() == [
                "best_global_step", "best_metric", "best_model_checkpoint", "epoch", "eval_steps",
                "global_step",
                "is_hyper_param_search", "is_local_process_zero", "is_world_process_zero", "log_history",
                "logging_steps", "max_steps", "num_input_tokens_seen", "num_train_epochs", "save_steps",
                "stateful_callbacks", "total_flos", "train_batch_size", "trial_name", "trial_params",
            ])
        #expect(state["global_step"] == .integer(37))
        #expect(state["stateful_callbacks"]?["lockstep"]?["step_in_epoch"] == .integer(3))
    }

    @Test("a field that is missing or of another kind is named")
    func badFields() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/s.json"
        try Self.sample.write(to: path)
        let good = try #require(json(of: path).object)
        func text(_ change: (inout JSONObject) -> Void) throws -> String? {
            var members = good
            change(&members)
            try folder.write(
                String(decoding: JSONValue.object(members).serialized(), as: UTF8.self), to: "s.json")
            return thrownMessage { () throws(CheckpointError) in _ = try TrainerState(path: path) }
        }
        let end =
            ": the file was not written by this version of lockstep or was edited; choose another checkpoint"
        #expect(
            try text { $0["epoch"] = nil } == "\(path): \"epoch\" is missing, expected a number\(end)")
        #expect(
            try text { $0["global_step"] = .string("3") }
                == "\(path): \"global_step\" is of another kind, expected a whole number\(end)")
        #expect(
            try text { $0["stateful_callbacks"] = .object(["lockstep": .object(["version": .string("1")])]) }
                == "\(path): \"stateful_callbacks.lockstep.epoch_index\" is missing, expected a whole "
                + "number\(end)")
    }
}
