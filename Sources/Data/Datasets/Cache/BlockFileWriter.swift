// Writes a file of a cache: blocks with their checksums, under its name only when it is whole.

internal import Files

/// What the manifest keeps of a file.
struct BlockFileSummary: Equatable, Sendable {
    let byteCount: Int
    /// XXH64 of the table of checksums, and so of every byte of the content.
    let tableChecksum: UInt64
}

/// A file of a cache that is being written; one that is not finished leaves nothing behind.
final class BlockFileWriter {
    private let file: PendingFile
    private var buffer: [UInt8] = []
    private var checksums: [UInt8] = []
    private var written = 0

    init(path: String, _ kind: BlockForm.Kind) throws(FilesError) {
        file = try PendingFile(path: path)
        buffer.reserveCapacity(2 * BlockForm.blockByteCount)
        var header = BlockForm.magic
        header.append(number: BlockForm.version)
        header.append(number: kind.rawValue)
        header.append(number: UInt64(BlockForm.blockByteCount))
        header.append(number: UInt64(0))
        try file.write(header)
    }

    /// Bytes of content so far.
    var contentByteCount: Int { written + buffer.count }

    func append(_ bytes: [UInt8]) throws(FilesError) {
        buffer.append(contentsOf: bytes)
        while buffer.count >= BlockForm.blockByteCount {
            try write(Array(buffer[..<BlockForm.blockByteCount]))
            buffer.removeFirst(BlockForm.blockByteCount)
        }
    }

    private func write(_ block: [UInt8]) throws(FilesError) {
        try file.write(block)
        checksums.append(number: block.checksum)
        written += block.count
    }

    /// Makes the file durable and gives it its name.
    func finish() throws(FilesError) -> BlockFileSummary {
        if !buffer.isEmpty { try write(buffer) }
        buffer = []
        var trailer: [UInt8] = []
        trailer.append(number: UInt64(written))
        trailer.append(number: UInt64(checksums.count / BlockForm.checksumByteCount))
        trailer.append(number: checksums.checksum)
        try file.write(checksums + trailer + BlockForm.magic)
        try file.finish()
        return BlockFileSummary(
            byteCount: BlockForm.headerByteCount + written + checksums.count + BlockForm.trailerByteCount,
            tableChecksum: checksums.checksum)
    }
}
