// The table of model families against PEFT's, and what its rows say about dropout and tied output layers.

import Checkpoints
import Foundation
import JSON
import Layers
import Models
import Safetensors
import Tensors
import TestSupport
import Testing

@Suite struct FamilyTableTests {
    @Test("a model_type has one row, and a row has a head and a name of its own for each of its bench models")
    func rows() {
        let types = ModelFamily.all.map(\.modelType)
        #expect(types.count >= 10 && Set(types).count == types.count)
        #expect(ModelFamily.all.allSatisfy { !$0.architectures.isEmpty })
        // T5's names have no prefix.
        #expect(ModelFamily.all.filter(\.prefix.isEmpty).map(\.modelType) == ["t5"])
        let models = ModelFamily.all.flatMap { family in family.benchModels.map { (family, $0) } }
        #expect(Set(models.map(\.1.name)).count == models.count)
        for (family, model) in models {
            #expect(model.configuration["model_type"]?.string == family.modelType, "\(model.name)")
        }
        #expect(ModelFamily.named("mamba") == nil)
    }

    @Test("low-rank adapters go by default where PEFT puts them")
    func adapterTargets() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Goldens/lora-targets/targets.json")
        let table = try JSONValue(parsing: [UInt8](Data(contentsOf: path)))
        var compared = 0
        for family in ModelFamily.all {
            guard let targets = table[family.modelType]?.array?.compactMap(\.string) else { continue }
            #expect(family.adapterTargets == targets, "\(family.modelType)")
            compared += 1
        }
        #expect(compared >= 7)
    }

    // MARK: Dropout

    private static let hidden = "hidden_dropout_prob"
    private static let attention = "attention_probs_dropout_prob"

    private func overridden(
        _ json: String, _ rates: [String: Double]
    ) throws(ModelError) -> JSONValue {
        let value = (try? JSONValue(parsing: Array(json.utf8))) ?? .null
        return try ModelFamily.configuration(
            value, replacing: JSONObject(rates.mapValues(JSONValue.shortest)), file: "c.json")
    }

    @Test("a recipe's rates of dropout reach the keys that the family has for them")
    func dropoutKeys() throws {
        let rates = [Self.hidden: 0.3, Self.attention: 0.2]
        let gpt2 = try overridden(#"{"model_type": "gpt2", "embd_pdrop": 0.9}"#, rates)
        #expect(["resid_pdrop", "embd_pdrop", "attn_pdrop"].map { gpt2[$0]?.double } == [0.3, 0.3, 0.2])
        #expect(gpt2[Self.hidden] == nil && gpt2[Self.attention] == nil)
        for type in ["llama", "mistral", "qwen2"] {
            let llama = try overridden(
                "{\"model_type\": \"\(type)\"}", [Self.attention: 0.2, Self.hidden: 0])
            #expect(llama["attention_dropout"]?.double == 0.2 && llama[Self.hidden] == nil)
        }
        let bert = try overridden(
            #"{"model_type": "bert"}"#, rates.merging(["classifier_dropout": 0.5]) { $1 })
        #expect(
            [Self.hidden, Self.attention, "classifier_dropout"].map { bert[$0]?.double } == [0.3, 0.2, 0.5])
        let captioner = try overridden(
            #"{"model_type": "vision-encoder-decoder", "encoder": {"model_type": "vit"}, "#
                + #""decoder": {"model_type": "gpt2"}}"#, rates)
        #expect(captioner["encoder"]?[Self.hidden]?.double == 0.3)
        #expect(captioner["decoder"]?["resid_pdrop"]?.double == 0.3)
        #expect(captioner["decoder"]?["attn_pdrop"]?.double == 0.2)
    }

    @Test(
        "a rate that the family has no dropout for is refused with the keys that it has",
        arguments: [
            (
                "llama", hidden,
                "c.json: a model of type \"llama\" has no dropout that hidden_dropout_prob could set; it takes "
                    + "attention_probs_dropout_prob (its attention_dropout): remove the other keys from the recipe"
            ),
            (
                "gpt2", "classifier_dropout",
                "c.json: a model of type \"gpt2\" has no dropout that classifier_dropout could set; it takes "
                    + "hidden_dropout_prob (its resid_pdrop and embd_pdrop), attention_probs_dropout_prob (its "
                    + "attn_pdrop): remove the other keys from the recipe"
            ),
            (
                "vit", "classifier_dropout",
                "c.json: a model of type \"vit\" has no dropout that classifier_dropout could set; it takes "
                    + "hidden_dropout_prob, attention_probs_dropout_prob: remove the other keys from the recipe"
            ),
        ])
    func refusedDropout(type: String, key: String, message: String) {
        let found = thrownMessage { () throws(ModelError) in
            _ = try overridden("{\"model_type\": \"\(type)\"}", [key: 0.1])
        }
        #expect(found == message)
    }

    @Test("GPT-2 drops what a recipe says: the loss of a training pass depends on it")
    func dropoutTakesEffect() throws {
        let golden = try GoldenDirectory("gpt2")
        func loss(_ rates: [String: Double]) throws -> Double {
            let model = try ModelLoader.load(
                .causal, directory: golden.path, overrides: JSONObject(rates.mapValues(JSONValue.shortest))
            ).model
            let pass = Pass(
                parameters: model.parameters, workspace: Workspace(), batch: golden.batch,
                trainingKey: RandomKey(seed: 1))
            return model.lossSums(pass, targets: golden.targets, scale: 1, labelSmoothing: 0).loss
        }
        let plain = try loss([:])
        #expect(try loss([Self.hidden: 0]) == plain)
        #expect(try loss([Self.hidden: 0.5]) != plain)
        #expect(try loss([Self.attention: 0.5]) != plain)
    }

    // MARK: Tied output layers

    @Test("an output layer that differs from the embeddings that it is tied to is kept, as in transformers")
    func untied() throws {
        let golden = try GoldenDirectory("two-heads")
        let (model, report) = try ModelLoader.load(.causal, directory: golden.path)
        let pass = Pass(parameters: model.parameters, workspace: Workspace(), batch: golden.batch)
        let logits = model.logits(pass, rows: golden.batch.tokens.indices.map { Int32($0) })
        #expect(relativeError(logits.values(), try golden.values("logits")) < 1e-5)
        #expect(model.configurationJSON["tie_word_embeddings"] == .bool(false))
        #expect(
            report.lines.last
                == "lm_head.weight differs from model.embed_tokens.weight, so the output layer is not tied to the "
                + "embeddings: tie_word_embeddings becomes false")
    }

    /// A copy of a golden directory to whose weights `change` was applied.
    private func changed(
        _ name: String, in folder: TemporaryFolder,
        _ change: (inout [String: (shape: [Int], values: [Float])]) -> Void
    ) throws -> String {
        let path = try GoldenDirectory(name).path
        let file = try SafetensorsFile(path: path + "/model.safetensors")
        var tensors: [String: (shape: [Int], values: [Float])] = [:]
        for name in file.tensorNames {
            let shape = try file.shape(of: name)
            let tensor = Tensor(rows: 1, columns: shape.reduce(1, *))
            try file.read(name, into: tensor)
            tensors[name] = (shape, tensor.values())
        }
        change(&tensors)
        var writer = SafetensorsWriter()
        for (name, entry) in tensors {
            let tensor = Tensor(rows: 1, columns: entry.values.count)
            tensor.copy(from: entry.values)
            writer.add(name, shape: entry.shape, tensor: tensor)
        }
        try writer.write(to: folder.path + "/model.safetensors", metadata: ["format": "pt"])
        try FileManager.default.copyItem(
            atPath: path + "/config.json", toPath: folder.path + "/config.json")
        return folder.path
    }

    @Test("an output layer that equals the embeddings is left unread")
    func equalCopy() throws {
        let folder = try TemporaryFolder()
        let path = try changed("gpt2", in: folder) { $0["lm_head.weight"] = $0["transformer.wte.weight"] }
        let (model, report) = try ModelLoader.load(.causal, directory: path)
        #expect(report.ignored == ["lm_head.weight"] && report.untiedTensor == nil)
        #expect(model.configurationJSON["tie_word_embeddings"] != .bool(false))
    }

    @Test("of a masked model both matrix and bias are kept; a bias alone that differs is refused")
    func untiedMaskedModel() throws {
        let (both, bias) = (try TemporaryFolder(), try TemporaryFolder())
        let names = ["bert.embeddings.word_embeddings.weight", "cls.predictions.bias"]
        let copies = ["cls.predictions.decoder.weight", "cls.predictions.decoder.bias"]
        let path = try changed("bert-masked", in: both) { tensors in
            for (name, copy) in zip(names, copies) {
                tensors[copy] = tensors[name].map { ($0.shape, $0.values.map { 2 * $0 }) }
            }
        }
        let (model, report) = try ModelLoader.load(.masked, directory: path)
        #expect(report.untiedTensor.map { copies.contains($0.copy) } == true)
        #expect(report.ignored == [names[1]])
        #expect(model.tiedTensors.isEmpty)
        #expect(copies.allSatisfy { copy in model.parameters.layout.slots.contains { $0.name == copy } })
        let other = try changed("bert-masked", in: bias) { tensors in
            tensors[copies[1]] = tensors[names[1]].map { ($0.shape, $0.values.map { 2 * $0 }) }
        }
        let message = thrownMessage { () throws(CheckpointError) in
            _ = try ModelLoader.load(.masked, directory: other)
        }
        #expect(
            message?.hasPrefix("\(other): \(copies[1]) differs from \(names[1]), which it is tied to") == true
        )
    }

    @Test("a decoder that joins an encoder keeps its own output layer too")
    func untiedDecoder() throws {
        let folder = try TemporaryFolder()
        let path = try changed("gpt2", in: folder) { tensors in
            tensors["lm_head.weight"] = tensors["transformer.wte.weight"].map {
                ($0.shape, $0.values.map { -$0 })
            }
        }
        let (model, reports) = try ModelLoader.encoderDecoder(
            encoder: GoldenDirectory("roberta-bare").path, decoder: path,
            tokens: DecoderTokens(startID: 2, endID: 3, paddingID: 1), seed: 4)
        #expect(reports[1].untiedTensor?.copy == "decoder.lm_head.weight")
        #expect(model.configurationJSON["decoder"]?["tie_word_embeddings"] == .bool(false))
        #expect(model.parameters.layout.slots.contains { $0.name == "decoder.lm_head.weight" })
    }
}
