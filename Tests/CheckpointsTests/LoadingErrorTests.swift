// Directories that are no models, and models whose tensors do not fit: each with its message.

import Checkpoints
import Foundation
import JSON
import Layers
import Models
import Tensors
import TestSupport
import Testing

struct LoadingErrorTests {
    private static let contents =
        "a Hugging Face model directory with config.json, model.safetensors and the tokenizer's files"

    private func message(of folder: TemporaryFolder, _ name: String = "") -> String? {
        thrownMessage { () throws(CheckpointError) in
            _ = try ModelLoader.load(.classifier(nil), directory: folder.path + name)
        }?.replacingOccurrences(of: folder.path, with: "DIR")
    }

    @Test("a path that is no directory, and a directory without config.json")
    func noDirectory() throws {
        let folder = try TemporaryFolder()
        try folder.write("x", to: "file")
        #expect(
            message(of: folder, "/nowhere")
                == "DIR/nowhere: there is no such directory; model_name_or_path must be the path of "
                + Self.contents)
        #expect(
            message(of: folder, "/file")
                == "DIR/file is a file; expected \(Self.contents): give the directory that holds it")
        #expect(
            message(of: folder)
                == "DIR has no config.json; expected \(Self.contents): download the model again")
    }

    @Test(
        "what may be a name on the Hub says how to fetch it",
        arguments: [
            ("bert-base-uncased", "models/bert-base-uncased"), ("gpt2", "models/gpt2"),
            ("HuggingFaceTB/SmolLM2-135M-Instruct", "models/SmolLM2-135M-Instruct"),
            ("meta-llama/Llama-3.2-1B", "models/Llama-3.2-1B"), ("org/a_b.c-1", "models/a_b.c-1"),
        ])
    func hubNames(name: String, folder: String) throws {
        let message = thrownMessage { () throws(CheckpointError) in
            _ = try ModelLoader.load(.classifier(nil), directory: name)
        }
        #expect(
            message?.hasSuffix(
                "tokenizer's files. For the model of this name on the Hugging Face Hub run `hf download \(name) "
                    + "--local-dir \(folder)` (pip install huggingface_hub) and give \(folder): nodes read the "
                    + "folder and download nothing") == true, "\(message ?? "nothing thrown")")
    }

    @Test("a path into a folder that is here names the models in it")
    func neighbours() throws {
        let folder = try TemporaryFolder()
        func message(_ name: String) -> String? {
            thrownMessage { () throws(CheckpointError) in
                _ = try ModelLoader.load(.classifier(nil), directory: folder.path + "/" + name)
            }
        }
        try folder.write("{}", to: "other/notes.json")
        let plain = try #require(message("mine"))
        #expect(plain.hasSuffix("must be the path of " + Self.contents))
        for name in ["tuned", "base"] { try folder.write("{}", to: name + "/config.json") }
        #expect(message("mine") == plain + ". \(folder.path) has the models base, tuned")
        for number in 1...8 { try folder.write("{}", to: "m\(number)/config.json") }
        #expect(message("mine")?.hasSuffix(" has the models base, m1, m2, m3, m4, m5, m6, m7, …") == true)
    }

    @Test("a folder that is here is no organisation of the Hub")
    func localFolder() throws {
        let message = thrownMessage { () throws(CheckpointError) in
            _ = try ModelLoader.load(.classifier(nil), directory: "launch/no-such-model")
        }
        let found = try #require(message)
        #expect(found.hasSuffix("must be the path of " + Self.contents), "\(found)")
    }

    @Test(
        "a path does not",
        arguments: [
            "/nowhere/gpt2", "./gpt2", "../gpt2", "a/b/c", "gpt2/", "~/gpt2", "a b", "Modell-für-alles",
        ])
    func paths(path: String) throws {
        let message = thrownMessage { () throws(CheckpointError) in
            _ = try ModelLoader.load(.classifier(nil), directory: path)
        }
        #expect(
            message
                == "\(path): there is no such directory; model_name_or_path must be the path of "
                + Self.contents)
    }

    @Test("a config.json that is no JSON, or no object")
    func badJSON() throws {
        let folder = try TemporaryFolder()
        try folder.write("{\"model_type\": ", to: "config.json")
        #expect(
            message(of: folder)
                == "DIR/config.json is not a JSON object (line 1, column 16: expected a value, found the end): "
                + "copy or download the file again")
        try folder.write("[1]", to: "config.json")
        #expect(
            message(of: folder)
                == "DIR/config.json is not a JSON object (another value was found): copy or download the "
                + "file again")
    }

    @Test("a model type that is unknown or missing, and no weights")
    func modelType() throws {
        let copy = try ModelCopy(of: "single-label")
        try copy.changeConfiguration { $0["model_type"] = .string("mamba") }
        #expect(
            copy.loadingMessage()
                == "DIR/config.json: model_type \"mamba\" cannot be trained as a classifier; expected one of "
                + "bert, roberta, xlm-roberta, distilbert, vit, modernbert: choose another model")
        try copy.changeConfiguration { $0["model_type"] = nil }
        #expect(
            copy.loadingMessage()?.hasPrefix("DIR/config.json has no \"model_type\": expected one") == true)
        try copy.changeConfiguration { $0["model_type"] = .string("bert") }
        try FileManager.default.removeItem(atPath: copy.weightsPath)
        #expect(copy.loadingMessage()?.contains("model.safetensors") == true)
    }

    @Test("missing and surplus tensors are listed by name")
    func missingAndSurplus() throws {
        let copy = try ModelCopy(of: "single-label")
        try copy.changeTensors { tensors in
            tensors["bert.encoder.layer.0.attention.self.key.weight"] = nil
            tensors.rename("bert.pooler.dense.bias", to: "bert.pooler.dense.offset")
        }
        #expect(
            copy.loadingMessage()
                == "DIR: the weights do not fit config.json: 2 tensors missing "
                + "(bert.encoder.layer.0.attention.self.key.weight, bert.pooler.dense.bias); 1 tensor that "
                + "the model does not have (bert.pooler.dense.offset). Use weights and config.json of the "
                + "same model"
        )
    }

    @Test("a long list of tensors is cut after eight, with the number of the others")
    func longList() throws {
        let copy = try ModelCopy(of: "single-label")
        try copy.changeConfiguration { $0["num_hidden_layers"] = .integer(3) }
        let text = try #require(copy.loadingMessage())
        #expect(text.contains("16 tensors missing (bert.encoder.layer.2."))
        #expect(text.contains(" and 8 more). Use"))
        #expect(text.components(separatedBy: "bert.encoder.layer.2.").count - 1 == 8)
    }

    @Test("two tensors for one place are refused")
    func twice() throws {
        let copy = try ModelCopy(of: "single-label")
        try copy.changeTensors { $0["pooler.dense.bias"] = $0["bert.pooler.dense.bias"] }
        let text = try #require(copy.loadingMessage())
        #expect(text.contains(" both stand for bert.pooler.dense.bias: remove one of them"))
    }

    @Test("a tensor of another shape is named with both shapes")
    func wrongShape() throws {
        let copy = try ModelCopy(of: "single-label")
        try copy.changeTensors { $0["bert.pooler.dense.weight"]?.shape = [12, 108] }
        #expect(
            copy.loadingMessage()
                == "DIR: the weights do not fit config.json: bert.pooler.dense.weight expected shape [36, "
                + "36], found [12, 108]. Use weights and config.json of the same model")
    }

    @Test("without its weights a model has the shape of its files, whose names and shapes are checked")
    func shapeAlone() throws {
        let copy = try ModelCopy(of: "single-label")
        try copy.changeTensors { tensors in
            let infinite = [Float](repeating: .infinity, count: 36)
            tensors["bert.encoder.layer.1.attention.self.value.bias"] = .floats(infinite, shape: [36])
        }
        let (model, report) = try ModelLoader.load(
            .classifier(nil), directory: copy.directory, readsWeights: false)
        #expect(report.tensorCount == 0 && report.newHead.isEmpty)
        #expect(model.parameters.values.values().allSatisfy { $0 == 0 })
        #expect(model.parameters.layout.parameterCount == report.parameterCount)
        try copy.changeTensors { $0["bert.pooler.dense.weight"]?.shape = [12, 108] }
        #expect(throws: CheckpointError.self) {
            try ModelLoader.load(.classifier(nil), directory: copy.directory, readsWeights: false)
        }
    }

    @Test("a weight that is not finite is named", arguments: [Float.nan, .infinity, -.infinity])
    func notFinite(value: Float) throws {
        let copy = try ModelCopy(of: "single-label")
        try copy.changeTensors { tensors in
            var values = [Float](repeating: 0.5, count: 36)
            values[17] = value
            tensors["bert.encoder.layer.1.attention.self.value.bias"] = .floats(values, shape: [36])
        }
        #expect(
            copy.loadingMessage()
                == "DIR/model.safetensors: tensor bert.encoder.layer.1.attention.self.value.bias holds "
                + "\(value) at element 17: the file is damaged or its training diverged; use another copy or "
                + "an earlier checkpoint")
    }

    @Test("a truncated model file is refused")
    func truncated() throws {
        let copy = try ModelCopy(of: "single-label")
        let whole = try bytes(of: copy.weightsPath)
        for count in [0, 7, 100, whole.count / 2, whole.count - 1] {
            try Data(whole.prefix(count)).write(to: URL(fileURLWithPath: copy.weightsPath))
            let text = try #require(copy.loadingMessage(), "\(count) bytes")
            #expect(text.hasPrefix("DIR/model.safetensors: "), "\(count) bytes: \(text)")
        }
    }
}
