// The weights of a model, in one file or in several: one interface for both.

internal import Files
import Foundation
package import Tensors

/// All tensors of a model folder.
package struct SafetensorsCollection: Sendable {
    /// The opened files, sorted by name.
    package let files: [SafetensorsFile]
    /// All names: in the order of the file, or in that of the index, followed by those that it does not list.
    package let tensorNames: [String]
    private let owners: [String: SafetensorsFile]

    /// The tensors of one file.
    package init(file: SafetensorsFile) {
        files = [file]
        tensorNames = file.tensorNames
        owners = Dictionary(file.tensorNames.map { ($0, file) }) { first, _ in first }
    }

    /// The tensors of the shards that an index names. Opens and checks every shard.
    ///
    /// Throws `missingShards` with all that are missing, `tensorNotInShard`, `tensorInTwoShards` for one that
    /// the index does not assign, and the errors of `SafetensorsFile`.
    package init(index: SafetensorsIndex) throws(SafetensorsError) {
        let folder = URL(fileURLWithPath: index.path).deletingLastPathComponent()
        let shardNames = index.shardNames
        let paths = shardNames.map { folder.appendingPathComponent($0).path }
        let missing = zip(shardNames, paths).filter { !FileSystem.exists($0.1) }
        guard missing.isEmpty else {
            throw .missingShards(
                path: index.path, shards: missing.map(\.0), shardCount: shardNames.count)
        }
        var files: [String: SafetensorsFile] = [:]
        for (name, path) in zip(shardNames, paths) { files[name] = try SafetensorsFile(path: path) }
        var owners: [String: SafetensorsFile] = [:]
        var names = index.tensorNames
        for name in index.tensorNames {
            guard let shard = index.shards[name], let file = files[shard], file.contains(name) else {
                throw .tensorNotInShard(path: index.path, tensor: name, shard: index.shards[name] ?? "")
            }
            owners[name] = file
        }
        self.files = shardNames.compactMap { files[$0] }
        for file in self.files {
            for name in file.tensorNames where index.shards[name] == nil {
                if let other = owners[name] {
                    throw .tensorInTwoShards(
                        path: index.path, tensor: name,
                        shards: [other, file].map { URL(fileURLWithPath: $0.path).lastPathComponent })
                }
                owners[name] = file
                names.append(name)
            }
        }
        self.owners = owners
        tensorNames = names
    }

    /// Opens the weights in `directory`: `model.safetensors`, or else the shards of
    /// `model.safetensors.index.json`.
    ///
    /// Throws `onlyPickledWeights`, which says how to convert, or `noWeights` when there are none, and the
    /// errors of `SafetensorsFile` and `SafetensorsIndex`.
    package static func open(directory: String) throws(SafetensorsError) -> SafetensorsCollection {
        let folder = URL(fileURLWithPath: directory, isDirectory: true)
        func path(_ name: String) -> String? {
            let path = folder.appendingPathComponent(name).path
            return FileSystem.exists(path) ? path : nil
        }
        if let path = path("model.safetensors") {
            return SafetensorsCollection(file: try SafetensorsFile(path: path))
        }
        if let path = path("model.safetensors.index.json") {
            return try SafetensorsCollection(index: SafetensorsIndex(path: path))
        }
        for name in ["pytorch_model.bin", "pytorch_model.bin.index.json"] where path(name) != nil {
            throw .onlyPickledWeights(directory: directory, file: name)
        }
        throw .noWeights(directory: directory)
    }

    /// The free text entries of the first file's header, for example `format: pt`.
    package var metadata: [String: String] { files.first?.metadata ?? [:] }

    /// Whether a tensor of this name exists.
    package func contains(_ name: String) -> Bool { owners[name] != nil }

    /// The file that holds a tensor. Throws `tensorNotFound`.
    package func file(of name: String) throws(SafetensorsError) -> SafetensorsFile {
        guard let file = owners[name] else {
            throw .tensorNotFound(
                path: files.map(\.path).joined(separator: ", "), tensor: name, tensorCount: tensorNames.count)
        }
        return file
    }

    /// The extents of a tensor, outermost first. Throws `tensorNotFound`.
    package func shape(of name: String) throws(SafetensorsError) -> [Int] {
        try file(of: name).shape(of: name)
    }

    /// The format in which a tensor is stored. Throws `tensorNotFound`.
    package func dtype(of name: String) throws(SafetensorsError) -> DType {
        try file(of: name).dtype(of: name)
    }

    /// Reads a tensor's values into a contiguous `tensor` of as many elements; see `SafetensorsFile.read`.
    package func read(_ name: String, into tensor: Tensor) throws(SafetensorsError) {
        try file(of: name).read(name, into: tensor)
    }

    /// Reads some of a tensor's values; see `SafetensorsFile.read`.
    package func read(
        _ name: String, elements: Range<Int>, into tensor: Tensor
    ) throws(SafetensorsError) {
        try file(of: name).read(name, elements: elements, into: tensor)
    }

    /// The values of a tensor of integers; see `SafetensorsFile.readInt64s`.
    package func readInt64s(_ name: String) throws(SafetensorsError) -> [Int64] {
        try file(of: name).readInt64s(name)
    }

    /// The stored bytes of a tensor, little-endian.
    package func readBytes(_ name: String) throws(SafetensorsError) -> [UInt8] {
        try file(of: name).readBytes(name)
    }
}
