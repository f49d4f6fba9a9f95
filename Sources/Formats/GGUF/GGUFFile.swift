// One GGUF file, opened for reading.

internal import Files
package import Tensors

/// A GGUF file whose header has been read and checked completely.
///
/// The check is stricter than most readers': every count and length is held against the size of the file
/// before anything is allocated, names and keys are unique, and the tensors cover the data without overlap or
/// hole. Values are read on demand. Threads may read at the same time.
///
/// Format: magic, version (2 or 3), counts, metadata, tensor entries, aligned data
/// (<https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>).
package final class GGUFFile: Sendable {
    /// The path it was opened by.
    package let path: String
    /// Version of the format, 2 or 3.
    package let version: Int
    package let metadata: GGUFMetadata
    /// All tensors in the order of the file.
    package let tensors: [GGUFTensorInfo]
    /// Tensor data starts at multiples of this many bytes.
    package let alignment: Int

    let input: InputFile<GGUFError>
    /// Where the data starts in the file, in bytes.
    let dataOffset: Int
    private let positions: [String: Int]

    /// Opens the file and checks its header; throws the `GGUFError` of the first thing that is wrong.
    package init(path: String) throws(GGUFError) {
        let input = try InputFile<GGUFError>(path: path)
        var reader = HeaderReader(input)
        version = try Self.version(&reader)
        let tensorCount = try reader.count(
            minimumByteCount: TensorTable.minimumEntryByteCount, "the number of tensors")
        // A key of one byte with its length, the type, and a value of one byte.
        let pairCount = try reader.count(minimumByteCount: 8 + 1 + 4 + 1, "the number of metadata keys")
        metadata = try GGUFMetadata(&reader, count: pairCount)
        alignment = try Self.alignment(metadata)
        let entries = try TensorTable.read(&reader, count: tensorCount)
        let padded = (reader.position + alignment - 1) / alignment * alignment
        dataOffset = entries.isEmpty ? min(padded, input.byteCount) : padded
        tensors = try TensorTable.place(
            entries, alignment: alignment, dataByteCount: max(0, input.byteCount - dataOffset), path: path)
        positions = Dictionary(tensors.enumerated().map { ($1.name, $0) }) { first, _ in first }
        self.path = path
        self.input = input
    }

    private static func version(_ reader: inout HeaderReader) throws(GGUFError) -> Int {
        let path = reader.file.path
        let magic = try reader.bytes(4, "the start of the file")
        guard magic == Array("GGUF".utf8) else { throw .badMagic(path: path, found: magic) }
        let version = try reader.integer("the version", as: UInt32.self)
        if version != 0, version & 0xFFFF == 0 { throw .bigEndian(path: path) }
        guard version == 2 || version == 3 else { throw .unknownVersion(path: path, found: version) }
        return Int(version)
    }

    private static func alignment(_ metadata: GGUFMetadata) throws(GGUFError) -> Int {
        guard let value = metadata["general.alignment"] else { return 32 }
        guard case .uint32(let number) = value else {
            throw .badAlignment(path: metadata.path, found: value.type.name)
        }
        guard number.nonzeroBitCount == 1, number <= 1 << 20 else {
            throw .badAlignment(path: metadata.path, found: "\(number)")
        }
        return Int(number)
    }

    /// The entry of a tensor; nil when there is none of this name.
    package func tensor(_ name: String) -> GGUFTensorInfo? { positions[name].map { tensors[$0] } }

    /// The stored bytes of a tensor. Throws `tensorNotFound` and the errors of reading the file.
    package func readBytes(_ name: String) throws(GGUFError) -> [UInt8] {
        let tensor = try info(name)
        return try input.bytes(at: dataOffset + tensor.offset, count: tensor.byteCount)
    }

    /// Reads a tensor's values, in row-major order, into a contiguous float32 `target` of as many elements.
    ///
    /// The values equal the reference implementation's bit for bit. Throws `tensorNotFound`,
    /// `unsupportedType` and the errors of reading the file.
    package func read(_ name: String, into target: Tensor) throws(GGUFError) {
        let tensor = try info(name)
        precondition(
            target.isContiguous && target.type == .float32 && target.count == tensor.elementCount,
            "\(name): \(tensor.elementCount) elements do not fit")
        guard let decode = unsafe BlockDecoding.decoder(of: tensor.type) else {
            throw .unsupportedType(path: path, tensor: name, type: tensor.type.name)
        }
        let (blockElements, blockBytes) = (tensor.type.blockElementCount, tensor.type.blockByteCount)
        let blockCount = tensor.elementCount / blockElements
        let chunkBlockCount = max(1, Self.chunkElementCount / blockElements)
        let staging = Storage(byteCount: min(blockCount, chunkBlockCount) * blockBytes)
        for start in stride(from: 0, to: blockCount, by: chunkBlockCount) {
            let count = min(chunkBlockCount, blockCount - start)
            let chunk = unsafe UnsafeMutableRawBufferPointer(
                start: staging.baseAddress, count: count * blockBytes)
            try unsafe input.read(into: chunk, at: dataOffset + tensor.offset + start * blockBytes)
            unsafe decode(staging.baseAddress, count, target.floats + start * blockElements)
        }
    }

    /// Elements that are decoded at a time: their bytes stay in the second-level cache.
    private static let chunkElementCount = 65_536

    private func info(_ name: String) throws(GGUFError) -> GGUFTensorInfo {
        guard let tensor = tensor(name) else {
            throw .tensorNotFound(path: path, tensor: name, tensorCount: tensors.count)
        }
        return tensor
    }
}
