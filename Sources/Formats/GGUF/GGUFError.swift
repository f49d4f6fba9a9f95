// What can be wrong with a GGUF file: one case for each kind of damage.

package import Files

/// An error of reading a GGUF file. `path` is the file it is about; `what` names the part of the file, for
/// example "metadata key 'general.architecture'".
package enum GGUFError: Error, FileFailure, Equatable, Sendable {
    // The file itself.
    case file(FilesError)

    // The start of the file.
    case badMagic(path: String, found: [UInt8])
    case bigEndian(path: String)
    case unknownVersion(path: String, found: UInt32)

    // Anything in the header.
    case truncated(path: String, what: String, offset: Int, needed: Int, fileByteCount: Int)
    case absurdCount(path: String, what: String, count: UInt64, offset: Int, fileByteCount: Int)
    case stringTooLong(path: String, what: String, byteCount: UInt64, limit: Int)
    case notUTF8(path: String, what: String, offset: Int)

    // Metadata.
    case badKey(path: String, found: String)
    case duplicateKey(path: String, key: String)
    case unknownValueType(path: String, key: String, found: UInt32)
    case badBool(path: String, key: String, found: UInt8)
    case nestedTooDeep(path: String, key: String, limit: Int)
    case badAlignment(path: String, found: String)
    case wrongValueType(path: String, key: String, expected: String, found: String)

    // One tensor's entry.
    case emptyTensorName(path: String, index: Int)
    case duplicateTensor(path: String, tensor: String)
    case badDimensionCount(path: String, tensor: String, found: UInt32)
    case badDimensions(path: String, tensor: String, found: [UInt64])
    case unknownTensorType(path: String, tensor: String, number: UInt32)
    case partialBlock(path: String, tensor: String, type: String, columns: Int, blockElementCount: Int)

    // Where the tensors lie.
    case unaligned(path: String, tensor: String, offset: UInt64, alignment: Int)
    case beyondEnd(path: String, tensor: String, offset: UInt64, byteCount: Int, dataByteCount: Int)
    case overlap(path: String, tensor: String, other: String, start: Int, previousEnd: Int)
    case hole(path: String, tensor: String, start: Int, previousEnd: Int)
    case surplusBytes(path: String, dataByteCount: Int, usedByteCount: Int)

    // Reading values.
    case tensorNotFound(path: String, tensor: String, tensorCount: Int)
    case unsupportedType(path: String, tensor: String, type: String)
}
