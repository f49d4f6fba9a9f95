// Adapters of embeddings, output layers and other forms that PEFT saves: read, computed with, written,
// refused.

import Checkpoints
import Foundation
import JSON
import Layers
import Models
import Safetensors
import Tensors
import TestSupport
import Testing

private let forms = [
    "saved-embeddings", "saved-head", "saved-both", "saved-embeddings-tied", "saved-head-tied",
    "saved-untied",
    "saved-gpt2", "saved-bert", "lora-embeddings", "lora-head", "lora-both", "lora-embeddings-tied",
    "lora-untied", "lora-gpt2", "lora-gpt2-tied", "lora-bert", "ranks", "ranks-expressions", "bias-lora",
    "bias-all", "bias-of-b", "tokens", "tokens-gpt2", "eva", "mica", "olora", "olora-ranks",
]

/// A folder of what PEFT wrote, and the logits once it has loaded it (see Goldens/generate.py).
private struct FormGolden {
    let directory: String
    let adapter: AdapterDirectory
    private let name: String
    private static let ids: [Int32] = [4, 9, 36, 5, 4, 17]

    init(_ name: String) throws {
        self.name = name
        directory =
            URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Goldens/\(name)").path
        adapter = try #require(try AdapterDirectory(directory))
    }

    private var head: ModelHead<any LanguageModel> { adapter.base.hasSuffix("masked") ? .masked : .causal }

    func base() throws -> (model: any LanguageModel, report: LoadReport) {
        try ModelLoader.load(head, directory: adapter.base, seed: 0)
    }

    /// The base model with the adapter merged into it.
    func merged() throws -> (model: any LanguageModel, report: LoadReport) {
        var (model, report) = try base()
        model = try adapter.applied(to: model, as: head, report: &report)
        return (model, report)
    }

    /// The base model with the adapters in place and what PEFT trains beside them, all else frozen.
    func adapted() throws -> any LanguageModel {
        let model = try base().model
        let configuration = try json(of: directory + "/adapter_config.json")
        let names = try SafetensorsFile(path: directory + "/adapter_model.safetensors").tensorNames.map {
            $0.replacingOccurrences(of: "base_model.model.", with: "")
        }
        let parts = model.parameters.layout.slots.flatMap { slot in
            slot.tensors.map { (slot: slot.index, tensor: $0) }
        }.filter { part in
            let module = LoRAAdapter.module(of: part.tensor)
            return names.contains(module + ".lora_A.weight") || names.contains(module + ".lora_embedding_A")
        }
        model.parameters.addAdapters(
            parts,
            LoRAOptions(
                rank: configuration["r"]?.integer ?? 0, alpha: configuration["lora_alpha"]?.double ?? 0,
                usesRankStabilizedScale: configuration["use_rslora"]?.bool ?? false))
        model.parameters.rearrange { layout in
            layout.freeze { slot in !slot.tensors.contains { names.contains($0.name) } }
        }
        try TrainingCheckpoint.loadWeights(path: directory, into: model)
        return model
    }

    /// How far the model's logits lie from PEFT's.
    func error(_ model: any LanguageModel) throws -> Double {
        let count = Self.ids.count
        let batch = TokenBatch(
            tokens: Self.ids, typeIDs: [Int32](repeating: 0, count: count),
            positions: (0..<Int32(count)).map { $0 }, offsets: [0, Int32(count)], sampleIDs: [0])
        let pass = Pass(parameters: model.parameters, workspace: Workspace(), batch: batch)
        let logits = model.logits(pass, rows: (0..<Int32(count)).map { $0 })
        let file = try SafetensorsFile(path: directory + "/golden.safetensors")
        let expected = Tensor(rows: count, columns: model.vocabularySize)
        try file.read("logits", into: expected)
        return relativeError(logits.values(), expected.values())
    }
}

@Suite struct AdapterFormsTests {
    @Test("the merged model has the logits of PEFT with the adapter loaded", arguments: forms)
    func logits(name: String) throws {
        let golden = try FormGolden(name)
        let (model, _) = try golden.merged()
        #expect(model.parameters.adapters.isEmpty)
        #expect(try golden.error(model) < 1e-5)
        #expect(try golden.error(golden.base().model) > 1e-3, "the adapter changes something")
    }

    @Test(
        "what a tied model's adapter changes apart is not tied in the merged model, which is read again so",
        arguments: [
            ("saved-embeddings", true), ("saved-head", true), ("saved-both", true), ("saved-gpt2", true),
            ("saved-bert", true), ("lora-embeddings", true), ("lora-head", true), ("lora-both", true),
            ("lora-gpt2", true), ("lora-bert", true), ("saved-embeddings-tied", false),
            ("saved-head-tied", false), ("lora-embeddings-tied", false), ("lora-gpt2-tied", true),
            ("tokens", false),
        ])
    func tying(name: String, isUntied: Bool) throws {
        let golden = try FormGolden(name)
        let (model, report) = try golden.merged()
        #expect((report.untiedTensor != nil) == isUntied)
        #expect((model.configurationJSON["tie_word_embeddings"] == .bool(false)) == isUntied)
        let folder = try TemporaryFolder()
        try ModelDirectory.write(model: model, to: folder.path, tokenizerFilesFrom: golden.adapter.base)
        let again =
            name.hasSuffix("bert")
            ? try ModelLoader.load(.masked, directory: folder.path).model
            : try ModelLoader.load(.causal, directory: folder.path).model
        #expect(try golden.error(again) < 1e-5)
    }

    @Test(
        "adapters in place have PEFT's logits, and are written with its names and bits",
        arguments: [
            "lora-embeddings-tied", "lora-untied", "saved-embeddings-tied",
            "saved-head-tied",
            "saved-untied",
        ])
    func written(name: String) throws {
        let golden = try FormGolden(name)
        let model = try golden.adapted()
        #expect(try golden.error(model) < 1e-5)
        let folder = try TemporaryFolder()
        try AdapterDirectory.write(
            model: model, base: golden.adapter.base, to: folder.path,
            tokenizerFilesFrom: golden.adapter.base)
        let file = "/adapter_model.safetensors"
        let written = try SafetensorsFile(path: folder.path + file)
        let original = try SafetensorsFile(path: golden.directory + file)
        // PEFT saves the weights under an adapter of embeddings too, which its loading does not need.
        let names = original.tensorNames.filter { !$0.contains(".base_layer.") }
        #expect(written.tensorNames.sorted() == names.sorted())
        for name in names {
            #expect(try written.shape(of: name) == original.shape(of: name), "\(name)")
            #expect(try written.readBytes(name) == original.readBytes(name), "\(name)")
        }
        let configuration = try json(of: folder.path + "/adapter_config.json")
        #expect(configuration["ensure_weight_tying"] == .bool(name.hasSuffix("-tied")))
        let again = try #require(try AdapterDirectory(folder.path))
        var (other, report) = try golden.base()
        other = try again.applied(to: other, as: .causal, report: &report)
        #expect(try golden.error(other) < 1e-5)
        #expect(report.untiedTensor == nil)
        model.parameters.mergeAdapters()
        #expect(try golden.error(model) < 1e-5)
    }

    @Test("ranks and scales of single adapters are written so that they are read again")
    func patterns() throws {
        let golden = try FormGolden("ranks")
        let model = try golden.base().model
        let patterns = LoRAPatterns(
            ranks: [.init("q_proj", 5), .init("0.mlp.down_proj", 1)],
            alphas: [.init("layers.1.self_attn.v_proj", 11)])
        let options = LoRAOptions(rank: 2, alpha: 5)
        let parts = try model.parameters.layout.slots.flatMap { slot in
            try slot.tensors.compactMap { tensor in
                let module = LoRAAdapter.module(of: tensor)
                let isTarget = ["q_proj", "v_proj", "down_proj"].contains { module.hasSuffix($0) }
                return isTarget && tensor.name.hasSuffix(".weight")
                    ? (slot: slot.index, tensor: tensor, options: try patterns.options(options, for: module))
                    : nil
            }
        }
        model.parameters.addAdapters(parts)
        try TrainingCheckpoint.loadWeights(path: golden.directory, into: model)
        #expect(try golden.error(model) < 1e-5)
        let folder = try TemporaryFolder()
        model.parameters.rearrange { $0.freeze { slot in slot.adaptedSlot == nil } }
        try AdapterDirectory.write(
            model: model, base: golden.adapter.base, to: folder.path,
            tokenizerFilesFrom: golden.adapter.base)
        var (other, report) = try golden.base()
        other = try #require(try AdapterDirectory(folder.path)).applied(
            to: other, as: .causal, report: &report)
        #expect(try golden.error(other) < 1e-5)
        let configuration = try json(of: folder.path + "/adapter_config.json")
        #expect(configuration["r"] == .integer(2) && configuration["lora_alpha"] == .integer(5))
        #expect(
            configuration["rank_pattern"]?.object?.names.sorted() == [
                "^model\\.layers\\.0\\.mlp\\.down_proj", "^model\\.layers\\.0\\.self_attn\\.q_proj",
                "^model\\.layers\\.1\\.self_attn\\.q_proj",
            ])
        #expect(
            configuration["alpha_pattern"]?.object?.names == ["^model\\.layers\\.1\\.self_attn\\.v_proj"])
    }

    // MARK: Refusals

    private func message(_ name: String, _ change: (inout JSONObject) -> Void) throws -> String? {
        let golden = try FormGolden(name)
        let folder = try TemporaryFolder()
        try FileManager.default.copyItem(
            atPath: golden.directory + "/adapter_model.safetensors",
            toPath: folder.path + "/adapter_model.safetensors")
        var members = try json(of: golden.directory + "/adapter_config.json").object ?? [:]
        members["base_model_name_or_path"] = .string(golden.adapter.base)
        change(&members)
        try folder.write(
            String(decoding: JSONValue.object(members).serialized(), as: UTF8.self), to: "adapter_config.json"
        )
        return thrownMessage { () throws(CheckpointError) in
            guard let adapter = try AdapterDirectory(folder.path) else { return }
            var (model, report) = try ModelLoader.load(.causal, directory: adapter.base, seed: 0)
            model = try adapter.applied(to: model, as: .causal, report: &report)
        }?.replacingOccurrences(of: folder.path, with: "DIR")
    }

    @Test(
        "a start that takes something off the weights is refused by its name",
        arguments: ["pissa", "pissa_niter_16", "PiSSA", "corda", "loftq", "something"])
    func starts(name: String) throws {
        #expect(
            try message("eva") { $0["init_lora_weights"] = .string(name) }
                == "DIR/adapter_config.json: \"init_lora_weights\" is \"\(name)\", expected adapters that are added to "
                + "the base model's weights as they are: save them by PEFT's save_pretrained(…, "
                + "path_initial_model_for_weight_conversion=…): correct the file")
    }

    @Test(
        "so is a key that changes what is computed",
        arguments: [
            ("use_dora", JSONValue.bool(true)), ("use_qalora", .bool(true)),
            ("layer_replication", .array([.array([.integer(0), .integer(1)])])),
            ("alora_invocation_tokens", .array([.integer(3)])),
            ("megatron_config", .object(["a": .integer(1)])),
            ("target_parameters", .array([.string("experts")])), ("use_bdlora", .object(["a": .integer(1)])),
            ("arrow_config", .object(["a": .integer(1)])), ("kasa_config", .object(["a": .integer(1)])),
            ("velora_config", .object(["a": .integer(1)])),
            ("monteclora_config", .object(["a": .integer(1)])),
        ])
    func keys(key: String, value: JSONValue) throws {
        let found = try message("eva") { $0[key] = value }
        #expect(found?.hasPrefix("DIR/adapter_config.json: \"\(key)\" is ") == true, "\(found ?? "nothing")")
        #expect(found?.contains("this version does not support it") == true)
    }

    @Test("what is set and changes nothing is taken")
    func harmless() throws {
        #expect(
            try message("eva") {
                $0["eva_config"] = .object(["rho": .integer(2)])
                $0["loftq_config"] = .object(["loftq_bits": .integer(4)])
                $0["fan_in_fan_out"] = .bool(true)
                $0["init_lora_weights"] = .bool(false)
                $0["megatron_core"] = .string("megatron.core")
                $0["layers_to_transform"] = .array([.integer(0)])
                $0["a_key_of_a_later_version"] = .null
            } == nil)
    }

    @Test("patterns that are no regular expressions, or have no number")
    func badPatterns() throws {
        let noExpression = try message("eva") { $0["rank_pattern"] = .object(["q_(proj": .integer(2)]) }
        #expect(noExpression?.contains("the pattern \"q_(proj\" is no regular expression") == true)
        let noRank = try message("eva") { $0["rank_pattern"] = .object(["q_proj": .string("2")]) }
        #expect(
            noRank
                == "DIR/adapter_config.json: \"rank_pattern\" is q_proj: \"2\", expected patterns of modules with "
                + "whole numbers from 1 to 65536: correct the file")
        let noAlpha = try message("eva") { $0["alpha_pattern"] = .object(["q_proj": .integer(0)]) }
        #expect(noAlpha?.contains("expected patterns of modules with numbers above 0") == true)
    }

    @Test("a token beyond the table, and OLoRA where PEFT has none")
    func misfits() throws {
        let token = try message("tokens") {
            $0["trainable_token_indices"] = .array([.integer(4), .integer(99)])
        }
        #expect(token?.contains("trainable_tokens_delta of token 99") == true, "\(token ?? "nothing")")
        let transposed = try message("tokens-gpt2") { $0["init_lora_weights"] = .string("olora") }
        #expect(transposed?.contains("which PEFT cannot start so") == true, "\(transposed ?? "nothing")")
    }
}
