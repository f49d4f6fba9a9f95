// Directories that are written: the same bits when read again, and what other tools expect in them.

import Checkpoints
import Foundation
import JSON
import Layers
import Models
import Safetensors
import Tensors
import TestSupport
import Testing

struct ModelDirectoryTests {
    @Test(
        "what is written is read back bit for bit",
        arguments: ["single-label", "multi-label", "regression", "sharded-bf16"])
    func roundTrip(name: String) throws {
        let folder = try TemporaryFolder()
        let first = try ModelLoader.load(.classifier(nil), directory: golden(name)).model
        try ModelDirectory.write(model: first, to: folder.path, tokenizerFilesFrom: golden(name))
        #expect(try folder.names == ["config.json", "model.safetensors"])
        let second = try ModelLoader.load(.classifier(nil), directory: folder.path, seed: 1)
        #expect(bits(second.model.parameters.values.values()) == bits(first.parameters.values.values()))
        #expect(second.model.head == first.head)
        #expect(second.report.newHead.isEmpty)
        let file = try SafetensorsFile(path: folder.path + "/model.safetensors")
        #expect(file.metadata == ["format": "pt"])
        let original = try SafetensorsCollection.open(directory: golden(name))
        #expect(file.tensorNames.sorted() == original.tensorNames.sorted())
        for tensor in file.tensorNames {
            #expect(try file.dtype(of: tensor) == .float32)
            #expect(try file.shape(of: tensor) == original.shape(of: tensor))
        }
    }

    @Test("the labels and the problem type stand in config.json")
    func configuration() throws {
        let folder = try TemporaryFolder()
        let head = ClassificationHead(labels: ["negative", "positive"], problemType: .multiLabel)
        let model = try ModelLoader.load(.classifier(head), directory: golden("base-fp16"))
            .model
        try ModelDirectory.write(model: model, to: folder.path, tokenizerFilesFrom: golden("base-fp16"))
        let config = try json(of: folder.path + "/config.json")
        #expect(config["architectures"]?.array == [.string("BertForSequenceClassification")])
        #expect(config["id2label"] == .object(["0": .string("negative"), "1": .string("positive")]))
        #expect(config["label2id"] == .object(["negative": .integer(0), "positive": .integer(1)]))
        #expect(config["problem_type"] == .string("multi_label_classification"))
        #expect(config["vocab_size"] == .integer(60))
    }

    @Test("the tokenizer's files are copied byte for byte, others are not")
    func tokenizerFiles() throws {
        let source = try TemporaryFolder()
        let target = try TemporaryFolder()
        try source.write("{\"truncation\": {\"max_length\": 128}}\n", to: "tokenizer.json")
        try source.write("[PAD]\r\nü\n", to: "vocab.txt")
        try source.write("not ours", to: "README.md")
        let model = try ModelLoader.load(.classifier(nil), directory: golden("regression"))
            .model
        try ModelDirectory.write(
            model: model, to: target.path + "/new/folder", tokenizerFilesFrom: source.path)
        let written = target.path + "/new/folder/"
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: written).sorted()
                == ["config.json", "model.safetensors", "tokenizer.json", "vocab.txt"])
        for name in ["tokenizer.json", "vocab.txt"] {
            #expect(try bytes(of: written + name) == bytes(of: source.path + "/" + name))
        }
        try ModelDirectory.write(model: model, to: written, tokenizerFilesFrom: written)
        #expect(try bytes(of: written + "vocab.txt") == bytes(of: source.path + "/vocab.txt"))
    }

    @Test("an older model in the same place is replaced whole")
    func replacement() throws {
        let copy = try ModelCopy(of: "single-label")
        let model = try copy.load().model
        model.parameters.values[0, 0] = 42
        try ModelDirectory.write(
            model: model, to: copy.directory, tokenizerFilesFrom: copy.directory)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: copy.directory).sorted()
                == ["config.json", "model.safetensors"])
        #expect(try copy.load().model.parameters.values[0, 0] == 42)
    }

    @Test("a place that cannot be written to is an error, and nothing is left there")
    func unwritable() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("x", to: "file")
        let model = try ModelLoader.load(.classifier(nil), directory: golden("regression"))
            .model
        let text = thrownMessage { () throws(CheckpointError) in
            try ModelDirectory.write(
                model: model, to: file + "/out", tokenizerFilesFrom: golden("regression"))
        }
        #expect(
            text
                == "\(file)/out cannot be created: Not a directory. Check the path: a file stands where a folder "
                + "should be."
        )
        let missing = thrownMessage { () throws(CheckpointError) in
            try ModelDirectory.write(
                model: model, to: folder.path + "/out", tokenizerFilesFrom: folder.path + "/none")
        }
        #expect(missing?.hasPrefix("\(folder.path)/none: there is no such directory") == true)
        #expect(try folder.names == ["file"])
    }
}
