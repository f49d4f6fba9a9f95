// Models of one file or several: what a folder must hold, and what an index must agree with.

import Foundation
import Safetensors
import Tensors
import TestSupport
import Testing

@Suite struct ShardedModelTests {
    private let folder: TemporaryFolder
    private var index: String { folder.path + "/model.safetensors.index.json" }

    init() throws { folder = try TemporaryFolder() }

    private func shard(_ name: String, _ tensors: [String: Float]) throws {
        var writer = SafetensorsWriter()
        for (tensor, value) in tensors { writer.add(tensor, shape: [1], tensor: Tensor([value])) }
        try writer.write(to: folder.path + "/" + name)
    }

    private func writeIndex(_ map: String) throws {
        _ = try folder.write(
            "{\"metadata\": {\"total_size\": 8}, \"weight_map\": \(map)}", to: "model.safetensors.index.json")
    }

    private func openError() -> SafetensorsError? {
        thrownError { () throws(SafetensorsError) in
            _ = try SafetensorsCollection.open(directory: folder.path)
        }
    }

    @Test("one file and two shards of the same tensors read the same")
    func shards() throws {
        try shard("a.safetensors", ["x": 1, "y": 2])
        try shard("b.safetensors", ["z": 3])
        try writeIndex(#"{"z": "b.safetensors", "x": "a.safetensors", "y": "a.safetensors"}"#)
        let sharded = try SafetensorsCollection.open(directory: folder.path)
        #expect(sharded.tensorNames == ["z", "x", "y"])
        #expect(sharded.files.map(\.path) == ["a", "b"].map { "\(folder.path)/\($0).safetensors" })
        try shard("model.safetensors", ["x": 1, "y": 2, "z": 3])
        let single = try SafetensorsCollection.open(directory: folder.path)
        #expect(single.files.count == 1 && single.tensorNames == ["x", "y", "z"])
        for (name, value) in [("x", Float(1)), ("y", 2), ("z", 3)] {
            for collection in [sharded, single] {
                let target = Tensor(rows: 1, columns: 1)
                try collection.read(name, into: target)
                #expect(target.values() == [value])
                #expect(try collection.shape(of: name) == [1])
                #expect(try collection.dtype(of: name) == .float32)
                #expect(try collection.readBytes(name).count == 4)
            }
        }
        let absent = thrownError { () throws(SafetensorsError) in _ = try sharded.shape(of: "w") }
        #expect(absent?.description.contains("no tensor 'w' among its 3") == true)
    }

    @Test("all shards that are missing are listed")
    func missingShards() throws {
        try shard("a.safetensors", ["x": 1])
        try writeIndex(#"{"x": "a.safetensors", "y": "c.safetensors", "z": "b.safetensors"}"#)
        #expect(
            openError()?.description == "\(index): 2 of its 3 shards missing in this folder: b.safetensors, "
                + "c.safetensors. Download them.")
    }

    @Test("a tensor that is absent from its shard is named")
    func absentFromShard() throws {
        try shard("a.safetensors", ["x": 1])
        try writeIndex(#"{"x": "a.safetensors", "y": "a.safetensors"}"#)
        #expect(openError() == .tensorNotInShard(path: index, tensor: "y", shard: "a.safetensors"))
    }

    @Test("a tensor that the index does not list is there too, but not if two shards have it")
    func unlisted() throws {
        try shard("a.safetensors", ["x": 1, "extra": 5])
        try shard("b.safetensors", ["y": 2])
        try writeIndex(#"{"x": "a.safetensors", "y": "b.safetensors"}"#)
        let collection = try SafetensorsCollection.open(directory: folder.path)
        #expect(collection.tensorNames == ["x", "y", "extra"])
        try shard("b.safetensors", ["y": 2, "extra": 6])
        #expect(
            openError()
                == .tensorInTwoShards(
                    path: index, tensor: "extra", shards: ["a.safetensors", "b.safetensors"]))
    }

    @Test(
        "an index cannot point out of its folder",
        arguments: ["../secret", "/etc/passwd", "sub/a.safetensors", "..", ""])
    func escapingShard(name: String) throws {
        try writeIndex("{\"x\": \"\(name)\"}")
        #expect(openError() == .badShardName(path: index, tensor: "x", shard: name))
    }

    @Test(
        "a damaged index says what is wrong",
        arguments: [
            ("{}", "expected an object 'weight_map', found none"),
            (#"{"weight_map": []}"#, "expected an object 'weight_map', found none"),
            (#"{"weight_map": {}}"#, "'weight_map' is empty"),
            (#"{"weight_map": {"x": 3}}"#, "tensor 'x': expected the name of a shard, found 3"),
        ])
    func damagedIndex(text: String, reason: String) throws {
        _ = try folder.write(text, to: "model.safetensors.index.json")
        #expect(openError() == .badIndex(path: index, reason: reason))
    }

    @Test("an index that lists a tensor twice, or is no JSON, is refused")
    func malformedIndex() throws {
        try writeIndex(#"{"x": "a.safetensors", "x": "b.safetensors"}"#)
        #expect(openError() == .duplicateName(path: index, name: "x"))
        _ = try folder.write("[1]", to: "model.safetensors.index.json")
        #expect(openError() == .notAnObject(path: index, found: "[1]"))
        _ = try folder.write("", to: "model.safetensors.index.json")
        #expect(openError() == .notJSON(path: index, offset: 0, reason: "expected a value, found the end"))
    }

    @Test("a folder without weights says which files are expected")
    func noWeights() {
        #expect(
            openError()?.description == "\(folder.path): expected model.safetensors or "
                + "model.safetensors.index.json, found neither. "
                + "Give the folder of a Hugging Face model with its weights downloaded.")
    }

    @Test("a folder with only pickled weights says how to convert them")
    func pickled() throws {
        _ = try folder.write("{}", to: "pytorch_model.bin.index.json")
        #expect(
            openError() == .onlyPickledWeights(directory: folder.path, file: "pytorch_model.bin.index.json"))
        #expect(openError()?.description.contains("save_pretrained") == true)
        _ = try folder.write("PK", to: "pytorch_model.bin")
        #expect(
            openError()?.description
                == "\(folder.path): found only pytorch_model.bin, a Python pickle, which is "
                + "not read. Convert it in that folder: python3 -c \"import torch, safetensors.torch as s; "
                + "s.save_file({k: v.clone().contiguous() for k, v in torch.load('pytorch_model.bin', "
                + "map_location='cpu', weights_only=True).items()}, 'model.safetensors', {'format': 'pt'})\"")
    }
}
