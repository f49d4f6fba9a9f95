// Reads the header from its start to its end; nothing is allocated that the file cannot hold.

internal import Files

/// A place in the header of a file, little-endian as the format is.
///
/// `what` names the part that is read, for messages.
struct HeaderReader {
    let file: InputFile<GGUFError>
    /// The next byte to read, counted from the start of the file.
    private(set) var position = 0
    private var buffer: [UInt8] = []
    private var bufferStart = 0
    private static let bufferByteCount = 1 << 16

    init(_ file: InputFile<GGUFError>) { self.file = file }

    var remaining: Int { file.byteCount - position }

    mutating func integer<Integer: FixedWidthInteger>(
        _ what: @autoclosure () -> String, as type: Integer.Type = Integer.self
    ) throws(GGUFError) -> Integer {
        let count = Integer.bitWidth / 8
        try require(count, what())
        try fill(count)
        var value: Integer = 0
        for index in 0..<count {
            value |= Integer(truncatingIfNeeded: buffer[position - bufferStart + index]) << (8 * index)
        }
        position += count
        return value
    }

    /// `count` bytes as they stand.
    mutating func bytes(_ count: Int, _ what: @autoclosure () -> String) throws(GGUFError) -> [UInt8] {
        try require(count, what())
        defer { position += count }
        guard count <= Self.bufferByteCount else { return try file.bytes(at: position, count: count) }
        try fill(count)
        return Array(buffer[position - bufferStart..<position - bufferStart + count])
    }

    /// A length of 64 bits and so many bytes of UTF-8, at most `limit` if there is one.
    mutating func string(
        _ what: @autoclosure () -> String, limit: Int? = nil
    ) throws(GGUFError) -> String {
        let length = try integer("the length of " + what(), as: UInt64.self)
        if let limit, length > UInt64(limit) {
            throw .stringTooLong(path: file.path, what: what(), byteCount: length, limit: limit)
        }
        guard length <= UInt64(remaining) else {
            throw .absurdCount(
                path: file.path, what: "the length of " + what(), count: length, offset: position - 8,
                fileByteCount: file.byteCount)
        }
        let start = position
        let bytes = try bytes(Int(length), what())
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .notUTF8(path: file.path, what: what(), offset: start)
        }
        return text
    }

    /// A count of 64 bits of things that take at least `minimumByteCount` bytes each.
    mutating func count(minimumByteCount: Int, _ what: @autoclosure () -> String) throws(GGUFError) -> Int {
        let count = try integer(what(), as: UInt64.self)
        guard count <= UInt64(remaining / minimumByteCount) else {
            throw .absurdCount(
                path: file.path, what: what(), count: count, offset: position - 8,
                fileByteCount: file.byteCount)
        }
        return Int(count)
    }

    private func require(_ count: Int, _ what: @autoclosure () -> String) throws(GGUFError) {
        guard count <= remaining else {
            throw .truncated(
                path: file.path, what: what(), offset: position, needed: count,
                fileByteCount: file.byteCount)
        }
    }

    /// Makes the next `count` bytes, which the file has, stand in the buffer.
    private mutating func fill(_ count: Int) throws(GGUFError) {
        guard position < bufferStart || position + count > bufferStart + buffer.count else { return }
        buffer = try file.bytes(at: position, count: max(count, min(Self.bufferByteCount, remaining)))
        bufferStart = position
    }
}
