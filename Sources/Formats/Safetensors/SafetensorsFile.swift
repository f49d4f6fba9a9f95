// One safetensors file, opened for reading.

internal import Files

/// A safetensors file whose header has been read and checked completely.
///
/// The check is as strict as the reference implementation's: known formats, shapes that agree with the
/// offsets, and tensors that cover the data from its first byte to its last without overlap or hole. Values
/// are read on demand, straight into the caller's memory. Threads may read at the same time.
///
/// Format: 8 bytes little-endian header length, JSON header, data
/// (<https://huggingface.co/docs/safetensors/index#format>).
package final class SafetensorsFile: Sendable {
    /// The path it was opened by.
    package let path: String
    /// The names of all tensors in the order of their data.
    package let tensorNames: [String]
    /// The free text entries of the header, for example `format: pt`.
    package let metadata: [String: String]

    let input: InputFile<SafetensorsError>
    /// Where the data starts in the file, in bytes.
    let dataOffset: Int
    private let entries: [String: TensorEntry]

    /// Opens the file and checks its header; throws the `SafetensorsError` of the first thing that is wrong.
    package init(path: String) throws(SafetensorsError) {
        let input = try InputFile<SafetensorsError>(path: path)
        guard input.byteCount >= 8 else { throw .tooShort(path: path, byteCount: input.byteCount) }
        let lengthBytes = try input.bytes(at: 0, count: 8)
        let length = lengthBytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(SafetensorsHeader.byteLimit) else {
            throw .headerTooLarge(path: path, byteCount: length, limit: SafetensorsHeader.byteLimit)
        }
        let dataOffset = 8 + Int(length)
        guard dataOffset <= input.byteCount else {
            throw .headerBeyondEnd(path: path, byteCount: Int(length), fileByteCount: input.byteCount)
        }
        let header = try SafetensorsHeader(
            input.bytes(at: 8, count: Int(length)), path: path, dataByteCount: input.byteCount - dataOffset)
        self.path = path
        self.input = input
        self.dataOffset = dataOffset
        metadata = header.metadata
        tensorNames = header.entries.map(\.name)
        entries = Dictionary(header.entries.map { ($0.name, $0) }) { first, _ in first }
    }

    /// Whether the file holds a tensor of this name.
    package func contains(_ name: String) -> Bool { entries[name] != nil }

    /// The extents of a tensor, outermost first; empty for a scalar. Throws `tensorNotFound`.
    package func shape(of name: String) throws(SafetensorsError) -> [Int] { try entry(name).shape }

    /// The format in which a tensor is stored. Throws `tensorNotFound`.
    package func dtype(of name: String) throws(SafetensorsError) -> DType { try entry(name).dtype }

    func entry(_ name: String) throws(SafetensorsError) -> TensorEntry {
        guard let entry = entries[name] else {
            throw .tensorNotFound(path: path, tensor: name, tensorCount: tensorNames.count)
        }
        return entry
    }
}
