// Reads a file of a cache by position: each block is checked when it is first read.

internal import Files
internal import Synchronization

/// An open file of a cache. Threads may read at the same time.
///
/// Bytes are read by `pread` from the pages that the system keeps, which the ranks of a host share. They are
/// not mapped: a mapped page counts as this process's own memory, so that an epoch over a large cache would
/// look like a leak, `ulimit -v` would refuse the file, and a network file system that loses it would kill
/// the process without a sentence.
final class BlockFile: Sendable {
    private let file: InputFile<CacheFault>
    let contentByteCount: Int
    /// A bit a block: whether its checksum was right.
    private let isChecked: Mutex<[UInt64]>

    var path: String { file.path }

    /// Checks size, form and table; reads no block.
    init(path: String, _ kind: BlockForm.Kind, _ summary: BlockFileSummary) throws(CacheFault) {
        file = try InputFile(path: path)
        guard file.byteCount == summary.byteCount else {
            throw .size(path: path, expected: summary.byteCount, found: file.byteCount)
        }
        let frame = BlockForm.headerByteCount + BlockForm.trailerByteCount
        guard file.byteCount >= frame else { throw .form(path: path) }
        let header = try file.bytes(at: 0, count: BlockForm.headerByteCount)
        let trailer = try file.bytes(
            at: file.byteCount - BlockForm.trailerByteCount, count: BlockForm.trailerByteCount)
        let content = trailer.number(at: 0)
        guard header.starts(with: BlockForm.magic), trailer.suffix(8) == BlockForm.magic[...],
            header.number(at: 8, bytes: 4) == UInt64(BlockForm.version),
            header.number(at: 12, bytes: 4) == UInt64(kind.rawValue),
            header.number(at: 16) == UInt64(BlockForm.blockByteCount), content < UInt64(file.byteCount)
        else { throw .form(path: path) }
        contentByteCount = Int(content)
        let blocks = BlockForm.blockCount(contentByteCount)
        guard frame + contentByteCount + blocks * BlockForm.checksumByteCount == file.byteCount,
            trailer.number(at: 8) == UInt64(blocks)
        else { throw .form(path: path) }
        isChecked = Mutex([UInt64](repeating: 0, count: (blocks + 63) / 64))
        guard trailer.number(at: 16) == summary.tableChecksum, try tableChecksum() == summary.tableChecksum
        else { throw .table(path: path) }
    }

    var blockCount: Int { BlockForm.blockCount(contentByteCount) }
    private var tableOffset: Int { BlockForm.headerByteCount + contentByteCount }

    /// The checksum of the table, of which a part at a time is in memory.
    private func tableChecksum() throws(CacheFault) -> UInt64 {
        var hash = XXHash64()
        var (offset, end) = (tableOffset, file.byteCount - BlockForm.trailerByteCount)
        while offset < end {
            let part = try file.bytes(at: offset, count: min(1 << 16, end - offset))
            hash.add(part)
            offset += part.count
        }
        end = offset
        return hash.value
    }

    /// `count` bytes of the content from `offset` on, all of whose blocks have their checksums.
    func bytes(at offset: Int, count: Int) throws(CacheFault) -> [UInt8] {
        guard count > 0 else { return [] }
        guard offset >= 0, offset + count <= contentByteCount else {
            throw .size(path: path, expected: offset + count, found: contentByteCount)
        }
        let size = BlockForm.blockByteCount
        let blocks = offset / size...(offset + count - 1) / size
        for block in blocks where !isChecked(block) { try check(block) }
        return try file.bytes(at: BlockForm.headerByteCount + offset, count: count)
    }

    private func isChecked(_ block: Int) -> Bool {
        isChecked.withLock { $0[block / 64] >> UInt64(block % 64) & 1 == 1 }
    }

    /// Reads a block and compares it with its checksum.
    func check(_ block: Int) throws(CacheFault) {
        let start = block * BlockForm.blockByteCount
        let bytes = try file.bytes(
            at: BlockForm.headerByteCount + start,
            count: min(BlockForm.blockByteCount, contentByteCount - start))
        let expected = try file.bytes(
            at: tableOffset + block * BlockForm.checksumByteCount, count: BlockForm.checksumByteCount)
        guard bytes.checksum == expected.number(at: 0) else { throw .block(path: path, number: block) }
        isChecked.withLock { $0[block / 64] |= 1 << UInt64(block % 64) }
    }
}
