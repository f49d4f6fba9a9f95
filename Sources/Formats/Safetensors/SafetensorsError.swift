// What can be wrong with a file of weights: one case for each kind of damage.

package import Files

/// An error of reading or writing safetensors files. `path` is the file it is about.
package enum SafetensorsError: Error, FileFailure, Equatable, Sendable {
    // The file itself.
    case file(FilesError)

    // The header.
    case tooShort(path: String, byteCount: Int)
    case headerTooLarge(path: String, byteCount: UInt64, limit: Int)
    case headerBeyondEnd(path: String, byteCount: Int, fileByteCount: Int)
    case headerWithoutBrace(path: String, found: UInt8)
    case notJSON(path: String, offset: Int, reason: String)
    case notAnObject(path: String, found: String)
    case duplicateName(path: String, name: String)
    case badMetadata(path: String, found: String)

    // One tensor's entry in the header.
    case badEntry(path: String, tensor: String, found: String)
    case missingField(path: String, tensor: String, field: String)
    case unknownDType(path: String, tensor: String, found: String)
    case badShape(path: String, tensor: String, found: String)
    case shapeTooLarge(path: String, tensor: String, shape: [Int])
    case badOffsets(path: String, tensor: String, found: String)
    case reversedOffsets(path: String, tensor: String, offsets: [Int])
    case offsetsBeyondEnd(path: String, tensor: String, offsets: [Int], dataByteCount: Int)
    case wrongByteCount(path: String, tensor: String, dtype: DType, shape: [Int], expected: Int, found: Int)

    // All tensors together.
    case overlap(path: String, tensor: String, other: String, start: Int, previousEnd: Int)
    case hole(path: String, tensor: String, start: Int, previousEnd: Int)
    case surplusBytes(path: String, dataByteCount: Int, usedByteCount: Int)

    // Reading and writing values.
    case tensorNotFound(path: String, tensor: String, tensorCount: Int)
    case wrongElementCount(path: String, tensor: String, shape: [Int], expected: Int)
    case float8(path: String, tensor: String, dtype: DType)
    case notConvertible(path: String, tensor: String, dtype: DType, target: String)
    case valueOutOfRange(path: String, tensor: String, index: Int, value: String, target: String)

    // Models of several files.
    case noWeights(directory: String)
    case onlyPickledWeights(directory: String, file: String)
    case badIndex(path: String, reason: String)
    case badShardName(path: String, tensor: String, shard: String)
    case missingShards(path: String, shards: [String], shardCount: Int)
    case tensorNotInShard(path: String, tensor: String, shard: String)
    case tensorInTwoShards(path: String, tensor: String, shards: [String])
}
