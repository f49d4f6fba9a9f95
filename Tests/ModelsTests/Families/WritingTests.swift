// Models written as Hugging Face directories and read again.

import Checkpoints
import Foundation
import JSON
import Layers
import Models
import Safetensors
import Tensors
import Testing

@Suite struct WritingTests {
    private func temporaryFolder() throws -> URL {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        return url
    }

    @Test(
        "a language model that is written and read again has the same bits and tensors of the same names",
        arguments: [
            "gpt2", "llama", "llama-tied", "mistral", "qwen2", "bert-masked", "roberta-masked",
            "distilbert-masked",
            "modernbert-masked", "modernbert-untied-masked",
        ])
    func languageModels(name: String) throws {
        let golden = try GoldenDirectory(name)
        try check(golden, try languageModel(golden)) { path in
            name.hasSuffix("masked")
                ? try ModelLoader.load(.masked, directory: path, seed: 9).model
                : try ModelLoader.load(.causal, directory: path).model
        }
    }

    @Test("so has an encoder–decoder", arguments: ["bert2bert", "bert2gpt2", "distilbert2gpt2"])
    func encoderDecoders(name: String) throws {
        let golden = try GoldenDirectory(name)
        let model = try ModelLoader.load(.encoderDecoder, directory: golden.path).model
        try check(golden, model) { try ModelLoader.load(.encoderDecoder, directory: $0).model }
    }

    func check(
        _ golden: GoldenDirectory, _ model: any TrainableModel,
        read: (String) throws -> any TrainableModel
    ) throws {
        let folder = try temporaryFolder()
        try ModelDirectory.write(model: model, to: folder.path, tokenizerFilesFrom: golden.path)
        let again = try read(folder.path)
        #expect(
            again.parameters.values.values().map(\.bitPattern)
                == model.parameters.values.values().map(\.bitPattern))
        let written = try SafetensorsCollection.open(directory: folder.path)
        let original = try SafetensorsCollection.open(directory: golden.path)
        #expect(Set(written.tensorNames) == Set(original.tensorNames))
        for name in written.tensorNames { #expect(try written.shape(of: name) == original.shape(of: name)) }
        let (before, after) = (
            model.configurationJSON["architectures"], again.configurationJSON["architectures"]
        )
        #expect(before == after)
        try FileManager.default.removeItem(at: folder)
    }

    @Test("tensors that are missing or surplus are listed")
    func strictness() throws {
        let gpt2 = try GoldenDirectory("gpt2")
        let error = #expect(throws: CheckpointError.self) {
            _ = try ModelLoader.load(
                .causal, directory: gpt2.path, overrides: ["n_layer": .integer(1)])
        }
        #expect(error?.description.contains("transformer.h.1.attn.c_attn.weight") == true)
        let missing = #expect(throws: CheckpointError.self) {
            _ = try ModelLoader.load(
                .causal, directory: gpt2.path, overrides: ["tie_word_embeddings": .bool(false)])
        }
        #expect(missing?.description.contains("1 tensor missing (lm_head.weight)") == true)
        let type = #expect(throws: CheckpointError.self) {
            _ = try ModelLoader.load(
                .causal, directory: gpt2.path, overrides: ["model_type": .string("bloom")])
        }
        #expect(type?.description.contains("gpt2, llama, mistral, qwen2") == true)
    }
}
