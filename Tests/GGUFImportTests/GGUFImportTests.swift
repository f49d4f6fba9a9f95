// GGUF files of each family become directories that hold what transformers reads from the same files.

import Foundation
import GGUFImport
import JSON
import Models
import Safetensors
import Synchronization
import Tensors
import TestSupport
import Testing

@Suite struct GGUFImportTests {
    private static let names = ["llama", "llama3", "qwen2", "gpt2", "spm"]

    private func expected(_ name: String) throws -> JSONValue {
        try #require(try json(of: goldenPath("imports.json"))[name])
    }

    /// Imports a golden file into a new folder.
    private func imported(
        _ name: String, into folder: TemporaryFolder, _ precision: GGUFImport.Precision = .float32
    ) throws -> GGUFImport.Summary {
        try GGUFImport(path: goldenPath(name + ".gguf"))
            .write(to: folder.path + "/hf", precision: precision, overwrite: false) { _ in }
    }

    @Test("config.json and the settings for generation are the original model's", arguments: names)
    func configuration(name: String) throws {
        let folder = try TemporaryFolder()
        _ = try imported(name, into: folder)
        let expected = try expected(name)
        for (file, key) in [("config.json", "config"), ("generation_config.json", "generation")] {
            let found = try json(of: folder.path + "/hf/" + file)
            let wanted = try #require(expected[key])
            let keys = Set(found.object?.names ?? []).union(wanted.object?.names ?? [])
            #expect(keys.count >= 2)
            for key in keys.sorted() { #expect(found[key] == wanted[key], "\(file) \(key)") }
        }
    }

    @Test("the tokenizer is what Hugging Face's library writes for it", arguments: names)
    func tokenizer(name: String) throws {
        let folder = try TemporaryFolder()
        _ = try imported(name, into: folder)
        let expected = try expected(name)
        let found = try json(of: folder.path + "/hf/tokenizer.json")
        let wanted = try #require(expected["tokenizer"])
        let parts = ["version", "truncation", "padding", "added_tokens", "normalizer", "post_processor"]
        for part in parts { #expect(found[part] == wanted[part], "\(part)") }
        #expect(found["model"]?["vocab"] == wanted["model"]?["vocab"])
        #expect((found["model"]?["merges"]?.array?.count ?? 0) > 20)
        #expect(found["model"]?["merges"] == wanted["model"]?["merges"])
        for key in ["type", "ignore_merges", "fuse_unk", "byte_fallback", "dropout", "unk_token"] {
            #expect(found["model"]?[key] == wanted["model"]?[key], "\(key)")
        }
        #expect(found["pre_tokenizer"] == wanted["pre_tokenizer"])
        #expect(found["decoder"] == wanted["decoder"])
        let roles = try json(of: folder.path + "/hf/tokenizer_config.json")
        #expect(roles == expected["tokenizer_config"])
    }

    @Test("the weights are those that transformers reads, bit for bit", arguments: names)
    func weights(name: String) throws {
        let folder = try TemporaryFolder()
        let summary = try imported(name, into: folder)
        let wanted = try #require(try expected(name)["weights"]?.object)
        let file = try SafetensorsFile(path: folder.path + "/hf/model.safetensors")
        #expect(Set(file.tensorNames) == Set(wanted.names))
        #expect(file.metadata == ["format": "pt"])
        var parameterCount = 0
        for (tensor, entry) in wanted {
            let shape = entry["shape"]?.array?.compactMap(\.integer)
            #expect(try file.shape(of: tensor) == shape, "\(tensor)")
            #expect(try file.dtype(of: tensor) == .float32)
            let hash = try file.readBytes(tensor).reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
                ($0 ^ UInt64($1)) &* 0x100_0000_01B3
            }
            let text = String(hash, radix: 16)
            let padded = String(repeating: "0", count: 16 - text.count) + text
            #expect(padded == entry["fnv1a64"]?.string, "\(tensor)")
            parameterCount += shape?.reduce(1, *) ?? 0
        }
        #expect(summary.parameterCount == parameterCount && summary.tensorCount == wanted.count)
    }

    @Test("bfloat16 rounds each weight to the nearest, and config.json says so")
    func bfloat16() throws {
        let (exact, rounded) = (try TemporaryFolder(), try TemporaryFolder())
        _ = try imported("llama", into: exact)
        _ = try imported("llama", into: rounded, .bfloat16)
        let (full, half) = (
            try SafetensorsFile(path: exact.path + "/hf/model.safetensors"),
            try SafetensorsFile(path: rounded.path + "/hf/model.safetensors")
        )
        for name in full.tensorNames {
            let count = try full.shape(of: name).reduce(1, *)
            let (a, b) = (Tensor(rows: 1, columns: count), Tensor(rows: 1, columns: count))
            try full.read(name, into: a)
            try half.read(name, into: b)
            #expect(try half.dtype(of: name) == .bfloat16)
            #expect(a.values().map { BFloat16($0).float } == b.values(), "\(name)")
        }
        #expect(try json(of: rounded.path + "/hf/config.json")["torch_dtype"] == .string("bfloat16"))
    }

    @Test("progress names every tensor once, and the summary every file with its size")
    func progress() throws {
        let folder = try TemporaryFolder()
        let model = try GGUFImport(path: goldenPath("llama.gguf"))
        let seen = Mutex<[String]>([])
        let summary = try model.write(
            to: folder.path + "/deep/er/hf/", precision: .float32, overwrite: false
        ) { name in seen.withLock { $0.append(name) } }
        let names = seen.withLock { $0 }
        #expect(Set(names).count == names.count && names.count == model.tensorCount)
        let written = [
            "config.json", "generation_config.json", "model.safetensors", "tokenizer.json",
            "tokenizer_config.json",
        ]
        #expect(summary.files.map(\.name) == written)
        for file in summary.files {
            #expect(try bytes(of: folder.path + "/deep/er/hf/" + file.name).count == file.byteCount)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/deep/er") == ["hf"])
        #expect(model.modelType == "llama" && model.notes.isEmpty)
        #expect(
            model.quantisations.map { "\($0.tensorCount) \($0.name)" }
                == ["5 F32", "3 Q4_0", "3 Q4_1", "3 Q5_0", "3 Q5_1", "3 Q8_0"])
    }

    @Test("what the user should know is said")
    func notes() throws {
        let notes = try GGUFImport(path: goldenPath("gpt2.gguf")).notes
        #expect(
            notes == [
                "The file does not say how its tokenizer splits text; GPT-2's way is taken.",
                "The file has no chat template, so the model cannot chat as it is.",
            ])
    }
}
