// Low-rank adapters against PEFT: reading, computing, training, writing; and adapters that do not fit.

import Checkpoints
import Foundation
import JSON
import Layers
import Models
import Optimizers
import Safetensors
import Tensors
import TestSupport
import Testing

/// A golden model directory of ModelsTests.
private func baseModel(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("ModelsTests/Goldens/\(name)").path
}

private let cases = ["parts", "all-linear"]
private let tolerance = 1e-5

/// A folder of what PEFT wrote and computed (see Goldens/generate.py).
private struct AdapterGolden {
    let directory: String
    let expected: SafetensorsFile
    let batch: TokenBatch
    let targets: ClassificationTargets

    init(_ name: String) throws {
        directory =
            URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Goldens/\(name)").path
        expected = try SafetensorsFile(path: directory + "/golden.safetensors")
        let inputs = try json(of: baseModel("single-label") + "/golden.json")
        func integers(_ key: String) -> [[Int32]] {
            (inputs[key]?.array ?? []).map { ($0.array ?? []).map { Int32($0.integer ?? 0) } }
        }
        let tokens = integers("input_ids")
        batch = TokenBatch(
            tokens: tokens.flatMap { $0 }, typeIDs: integers("token_type_ids").flatMap { $0 },
            positions: tokens.flatMap { (0..<Int32($0.count)).map { $0 } },
            offsets: tokens.reduce(into: [0]) { $0.append($0[$0.count - 1] + Int32($1.count)) },
            sampleIDs: tokens.indices.map { UInt64($0) })
        targets = .labels((inputs["labels"]?.array ?? []).map { $0.integer ?? -1 })
    }

    func values(_ name: String) throws -> [Float] {
        let tensor = Tensor(rows: 1, columns: try expected.shape(of: name).reduce(1, *))
        try expected.read(name, into: tensor)
        return tensor.values()
    }

    /// The base model, with the adapters of the directory in place and all else frozen but what PEFT trains
    /// too.
    func adaptedModel() throws -> any SequenceClassifier {
        let model = try ModelLoader.load(
            .classifier(nil), directory: baseModel("single-label"), seed: 1
        ).model
        let configuration = try json(of: directory + "/adapter_config.json")
        let names = try SafetensorsFile(path: directory + "/adapter_model.safetensors").tensorNames
        let parts = model.parameters.layout.slots.flatMap { slot in
            slot.tensors.map { (slot: slot.index, tensor: $0) }
        }.filter { part in
            names.contains("base_model.model.\(LoRAAdapter.module(of: part.tensor)).lora_A.weight")
        }
        model.parameters.addAdapters(
            parts,
            LoRAOptions(
                rank: configuration["r"]?.integer ?? 0, alpha: configuration["lora_alpha"]?.double ?? 0,
                usesRankStabilizedScale: configuration["use_rslora"]?.bool ?? false))
        model.parameters.rearrange { layout in
            layout.freeze { slot in
                !slot.tensors.contains { names.contains("base_model.model." + $0.name) }
            }
        }
        try TrainingCheckpoint.loadWeights(path: directory, into: model)
        return model
    }
}

/// Largest difference relative to the largest expected magnitude.
private func relativeError(_ found: [Float], _ expected: [Float]) -> Double {
    guard found.count == expected.count else { return .infinity }
    let largest = expected.reduce(0) { max($0, abs($1)) }
    let difference = zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
    return difference.isFinite ? Double(difference) / Double(max(largest, 1e-30)) : .infinity
}

@Suite struct AdapterTests {
    private func pass(_ model: any SequenceClassifier, _ golden: AdapterGolden, trains: Bool = false) -> Pass
    {
        Pass(
            parameters: model.parameters, workspace: Workspace(), batch: golden.batch,
            trainingKey: trains ? RandomKey(seed: 1) : nil)
    }

    /// Forward and backward of the whole batch; returns the loss.
    private func trainingLoss(_ model: any SequenceClassifier, _ golden: AdapterGolden) -> Float {
        let pass = pass(model, golden, trains: true)
        let logits = model.forward(pass)
        let rows = ClassificationLoss.rows(
            logits, golden.targets, problemType: .singleLabel, rowCount: logits.rows, gradient: logits)
        model.backward(gradient: logits, pass)
        return Float(rows.reduce(0, +) / Double(rows.count))
    }

    private func part(
        _ name: String, _ model: any SequenceClassifier, _ arena: (ParameterStore, Int) -> Tensor
    )
        throws -> [Float]
    {
        for slot in model.parameters.layout.slots {
            for tensor in slot.tensors where "base_model.model." + tensor.name == name {
                let values = arena(model.parameters, slot.index).values()
                return Array(values[tensor.offset..<tensor.offset + tensor.count])
            }
        }
        throw NoSuchTensor(name: name)
    }

    @Test("a PEFT directory merged into its base gives PEFT's logits", arguments: cases)
    func mergedLogits(name: String) throws {
        let golden = try AdapterGolden(name)
        let adapter = try #require(try AdapterDirectory(golden.directory))
        #expect(adapter.base.hasSuffix("ModelsTests/Goldens/single-label"))
        let model = try ModelLoader.load(.classifier(nil), directory: adapter.base, seed: 1).model
        let before = model.parameters.layout.slots.count
        try adapter.apply(to: model)
        #expect(model.parameters.adapters.isEmpty && model.parameters.layout.slots.count == before)
        let logits = model.forward(pass(model, golden)).values()
        #expect(relativeError(logits, try golden.values("logits")) < tolerance)
    }

    @Test("adapters in place give PEFT's logits, loss and every gradient", arguments: cases)
    func gradients(name: String) throws {
        let golden = try AdapterGolden(name)
        let model = try golden.adaptedModel()
        let logits = model.forward(pass(model, golden)).values()
        #expect(relativeError(logits, try golden.values("logits")) < tolerance)
        #expect(relativeError([trainingLoss(model, golden)], try golden.values("loss")) < tolerance)
        let names = golden.expected.tensorNames.filter { $0.hasPrefix("gradient.") }
        let trained = model.parameters.trainable.layout.slots.flatMap(\.tensors)
        #expect(Set(names) == Set(trained.map { "gradient.base_model.model." + $0.name }))
        for name in names {
            let found = try part(String(name.dropFirst("gradient.".count)), model) { $0.gradient($1) }
            let expected = try golden.values(name)
            // Keys' biases have no effect on attention; their gradient is rounding.
            let isZero = expected.allSatisfy { abs($0) < 1e-7 }
            #expect(isZero || relativeError(found, expected) < tolerance, "\(name)")
        }
    }

    @Test("ten AdamW steps on the adapters give PEFT's losses and parameters", arguments: cases)
    func adamW(name: String) throws {
        let golden = try AdapterGolden(name)
        let model = try golden.adaptedModel()
        let before = model.parameters.values.elements(0..<model.parameters.layout.frozenElementCount).values()
        let optimizer = AdamW(model.parameters.trainable, options: AdamW.Options(weightDecay: 0.01))
        #expect(optimizer.stateArenas.allSatisfy { $0.arena.count == model.parameters.gradients.count })
        var losses: [Float] = []
        for _ in 0..<10 {
            model.parameters.gradients.clear()
            losses.append(trainingLoss(model, golden))
            let norm = GradientClipping.norm(of: model.parameters.gradients)
            optimizer.step(
                learningRate: 1e-3, gradientScale: GradientClipping.scale(norm: norm, maximumNorm: 1))
        }
        for (found, expected) in zip(losses, try golden.values("adamw_losses")) {
            #expect(relativeError([found], [expected]) < tolerance)
        }
        for name in golden.expected.tensorNames where name.hasPrefix("final.") {
            let found = try part(String(name.dropFirst("final.".count)), model) { $0.value($1) }
            #expect(relativeError(found, try golden.values(name)) < 3e-5, "\(name)")
        }
        let after = model.parameters.values.elements(0..<before.count).values()
        #expect(bits(after) == bits(before), "frozen weights never change")
    }

    @Test("what is written has PEFT's names and is read back bit for bit", arguments: cases)
    func roundTrip(name: String) throws {
        let golden = try AdapterGolden(name)
        let model = try golden.adaptedModel()
        let folder = try TemporaryFolder()
        let base = baseModel("single-label")
        try AdapterDirectory.write(model: model, base: base, to: folder.path, tokenizerFilesFrom: base)
        let file = "/adapter_model.safetensors"
        let written = try SafetensorsFile(path: folder.path + file)
        let original = try SafetensorsFile(path: golden.directory + file)
        #expect(written.tensorNames.sorted() == original.tensorNames.sorted())
        for name in original.tensorNames {
            #expect(try written.shape(of: name) == original.shape(of: name), "\(name)")
            #expect(try written.readBytes(name) == original.readBytes(name), "\(name)")
        }
        let found = try json(of: folder.path + "/adapter_config.json")
        let expected = try json(of: golden.directory + "/adapter_config.json")
        for key in ["peft_type", "task_type", "r", "lora_alpha", "use_rslora", "bias", "fan_in_fan_out"] {
            #expect(found[key] == expected[key], "\(key)")
        }
        #expect(found["base_model_name_or_path"]?.string == base)
        let again = try #require(try AdapterDirectory(folder.path))
        #expect(again.head == model.head)
        let other = try ModelLoader.load(.classifier(nil), directory: again.base, seed: 1).model
        try again.apply(to: other)
        model.parameters.mergeAdapters()
        for slot in model.parameters.layout.slots {
            let found = other.parameters.value(slot.index).values()
            #expect(bits(found) == bits(model.parameters.value(slot.index).values()), "\(slot.name)")
        }
    }

    @Test("a directory with a whole model is no adapter")
    func wholeModel() throws {
        #expect(try AdapterDirectory(baseModel("single-label")) == nil)
    }

    @Test("what is not supported or does not fit is named")
    func refusals() throws {
        let golden = try AdapterGolden("parts")
        func message(_ change: (inout JSONObject) -> Void) throws -> String? {
            let folder = try TemporaryFolder()
            for name in ["adapter_config.json", "adapter_model.safetensors"] {
                try FileManager.default.copyItem(
                    atPath: golden.directory + "/" + name, toPath: folder.path + "/" + name)
            }
            var members = try json(of: folder.path + "/adapter_config.json").object ?? [:]
            members["base_model_name_or_path"] = .string(baseModel("single-label"))
            change(&members)
            try Data(JSONValue.object(members).serialized()).write(
                to: URL(fileURLWithPath: folder.path + "/adapter_config.json"))
            return thrownMessage { () throws(CheckpointError) in
                guard let adapter = try AdapterDirectory(folder.path) else { return }
                let model = try ModelLoader.load(.classifier(nil), directory: adapter.base, seed: 1)
                try adapter.apply(to: model.model)
            }?.replacingOccurrences(of: folder.path, with: "DIR")
        }
        #expect(try message { _ in } == nil)
        #expect(
            try message { $0["use_dora"] = .bool(true) }
                == "DIR/adapter_config.json: \"use_dora\" is true, expected no value, because this version does "
                + "not support it: correct the file")
        #expect(
            try message { $0["peft_type"] = .string("IA3") }
                == "DIR/adapter_config.json: \"peft_type\" is \"IA3\", expected \"LORA\": correct the file")
        #expect(
            try message { $0["base_model_name_or_path"] = .string("no/such") }
                == "DIR/adapter_config.json: the base model \"no/such\" is no directory here: run where the path "
                + "holds, or set base_model_name_or_path to the directory of the model that was adapted. For the "
                + "model of this name on the Hugging Face Hub run `hf download no/such --local-dir models/such` (pip "
                + "install huggingface_hub) and give models/such: nodes read the folder and download nothing")
        let wrong = try #require(try message { $0["r"] = .integer(5) })
        #expect(
            wrong.hasPrefix("DIR/adapter_model.safetensors does not fit the model: it lacks "), "\(wrong)")
        #expect(wrong.contains("lora_A.weight of shape [5, 36]"), "\(wrong)")
    }
}
