// The index of a model whose weights are split over several files.

internal import Files
internal import JSON

/// `model.safetensors.index.json`: which shard holds which tensor.
package struct SafetensorsIndex: Sendable {
    /// The path of the index file.
    package let path: String
    /// The file name of the shard of each tensor; shards lie in the folder of the index.
    package let shards: [String: String]
    /// The tensors in the order of the index.
    package let tensorNames: [String]

    /// Reads the index. Throws `badIndex`, `badShardName`, and the errors of opening and of JSON.
    package init(path: String) throws(SafetensorsError) {
        let input = try InputFile<SafetensorsError>(path: path)
        let members = try jsonObject(input.bytes(at: 0, count: input.byteCount), path: path)
        guard case .object(let entries)? = members["weight_map"] else {
            throw .badIndex(path: path, reason: "expected an object 'weight_map', found none")
        }
        guard !entries.names.isEmpty else { throw .badIndex(path: path, reason: "'weight_map' is empty") }
        var shards: [String: String] = [:]
        for (name, value) in entries {
            guard case .string(let shard) = value else {
                throw .badIndex(
                    path: path,
                    reason: "tensor '\(name)': expected the name of a shard, found \(value.excerpt)")
            }
            guard !shard.isEmpty, shard != ".", shard != "..",
                !shard.utf8.contains(where: { $0 == 0x2F || $0 == 0 })
            else { throw .badShardName(path: path, tensor: name, shard: shard) }
            shards[name] = shard
        }
        self.path = path
        self.shards = shards
        tensorNames = entries.names
    }

    /// The file names of all shards, sorted.
    package var shardNames: [String] { Set(shards.values).sorted() }
}
