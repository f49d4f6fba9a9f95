// The entries of the tensors: each one sound, and all together covering the data.

internal import Files

/// Reading and checking of the second part of the header.
enum TensorTable {
    /// The format's limit of 64 bytes, raised to what converters have written.
    private static let nameByteLimit = 1_024
    /// Name of one byte with its length, one dimension with its count, type and offset.
    static let minimumEntryByteCount = 8 + 1 + 4 + 8 + 4 + 8

    /// Reads `count` entries; the offsets are not checked yet.
    static func read(_ reader: inout HeaderReader, count: Int) throws(GGUFError) -> [Entry] {
        let path = reader.file.path
        var names: Set<String> = []
        var entries: [Entry] = []
        entries.reserveCapacity(count)
        for index in 0..<count {
            let name = try reader.string("the name of tensor number \(index)", limit: nameByteLimit)
            guard !name.isEmpty else { throw .emptyTensorName(path: path, index: index) }
            guard names.insert(name).inserted else { throw .duplicateTensor(path: path, tensor: name) }
            entries.append(try entry(&reader, name: name))
        }
        return entries
    }

    /// An entry whose byte count is known and fits into 63 bits.
    struct Entry {
        let name: String
        let shape: [Int]
        let type: GGUFTensorType
        let byteCount: Int
        let offset: UInt64
    }

    private static func entry(_ reader: inout HeaderReader, name: String) throws(GGUFError) -> Entry {
        let path = reader.file.path
        let what = "the entry of tensor '\(name)'"
        let rank = try reader.integer(what, as: UInt32.self)
        guard (1...4).contains(rank) else {
            throw .badDimensionCount(path: path, tensor: name, found: rank)
        }
        var dimensions: [UInt64] = []
        for _ in 0..<rank { dimensions.append(try reader.integer(what)) }
        let number = try reader.integer(what, as: UInt32.self)
        guard let type = GGUFTensorType(rawValue: number) else {
            throw .unknownTensorType(path: path, tensor: name, number: number)
        }
        let offset = try reader.integer(what, as: UInt64.self)
        let extents = dimensions.compactMap { Int(exactly: $0) }
        guard extents.count == dimensions.count, extents.allSatisfy({ $0 > 0 }),
            let byteCount = byteCount(extents, type)
        else { throw .badDimensions(path: path, tensor: name, found: dimensions) }
        guard extents[0] % type.blockElementCount == 0 else {
            throw .partialBlock(
                path: path, tensor: name, type: type.name, columns: extents[0],
                blockElementCount: type.blockElementCount)
        }
        return Entry(
            name: name, shape: extents.reversed(), type: type, byteCount: byteCount, offset: offset)
    }

    /// Nil when elements or bytes are too many to count. Leaves room for the position in the file.
    private static func byteCount(_ extents: [Int], _ type: GGUFTensorType) -> Int? {
        var elements = 1
        for extent in extents {
            let (product, overflow) = elements.multipliedReportingOverflow(by: extent)
            guard !overflow else { return nil }
            elements = product
        }
        let (bytes, overflow) = (elements / type.blockElementCount)
            .multipliedReportingOverflow(by: type.blockByteCount)
        // As float32 the tensor must be countable too.
        return overflow || elements > Int.max / 8 ? nil : bytes
    }

    /// Checks that the tensors lie one after another in the file's order, each at the next aligned place, and
    /// end where the file ends; bytes that fill up the last place may be there.
    static func place(
        _ entries: [Entry], alignment: Int, dataByteCount: Int, path: String
    ) throws(GGUFError) -> [GGUFTensorInfo] {
        for entry in entries {
            guard entry.offset % UInt64(alignment) == 0 else {
                throw .unaligned(
                    path: path, tensor: entry.name, offset: entry.offset, alignment: alignment)
            }
            guard entry.offset <= UInt64(dataByteCount),
                entry.byteCount <= dataByteCount - Int(entry.offset)
            else {
                throw .beyondEnd(
                    path: path, tensor: entry.name, offset: entry.offset, byteCount: entry.byteCount,
                    dataByteCount: dataByteCount)
            }
        }
        var end = 0
        var other = ""
        for entry in entries.sorted(by: { ($0.offset, $0.byteCount) < ($1.offset, $1.byteCount) }) {
            let start = Int(entry.offset)
            guard start >= end else {
                throw .overlap(path: path, tensor: entry.name, other: other, start: start, previousEnd: end)
            }
            guard start - end < alignment else {
                throw .hole(path: path, tensor: entry.name, start: start, previousEnd: end)
            }
            (end, other) = (start + entry.byteCount, entry.name)
        }
        guard dataByteCount - end < alignment else {
            throw .surplusBytes(path: path, dataByteCount: dataByteCount, usedByteCount: end)
        }
        return entries.map {
            GGUFTensorInfo(name: $0.name, shape: $0.shape, type: $0.type, offset: Int($0.offset))
        }
    }
}
