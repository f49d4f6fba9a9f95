// Four numbers that are written to files, sorted there and read again, so that no table of all records stands
// in memory.

internal import Files

/// What is sorted: by the first number, then the second, then the third. The fourth goes along.
package struct Entry: Comparable, Sendable {
    package var first: UInt64
    package var second: UInt64
    package var third: UInt64 = 0
    package var fourth: UInt64 = 0

    static let byteCount = 32

    package init(first: UInt64, second: UInt64, third: UInt64 = 0, fourth: UInt64 = 0) {
        (self.first, self.second, self.third, self.fourth) = (first, second, third, fourth)
    }

    package static func < (left: Entry, right: Entry) -> Bool {
        if left.first != right.first { return left.first < right.first }
        if left.second != right.second { return left.second < right.second }
        return left.third < right.third
    }
}

/// Writes entries to a file.
package final class EntryWriter {
    package let path: String
    private let file: AppendedFile
    private var buffer: [UInt8] = []
    private static let bufferBytes = 1 << 18

    package init(path: String) throws(PreparationError) {
        self.path = path
        file = try PreparationError.rethrowing { () throws(FilesError) in
            try AppendedFile(path: path, keeping: 0)
        }
    }

    package func write(_ entry: Entry) throws(PreparationError) {
        buffer.append(number: entry.first)
        buffer.append(number: entry.second)
        buffer.append(number: entry.third)
        buffer.append(number: entry.fourth)
        if buffer.count >= Self.bufferBytes { try flush() }
    }

    /// Writes the rest.
    package func flush() throws(PreparationError) {
        try PreparationError.rethrowing { () throws(FilesError) in try file.append(buffer) }
        buffer.removeAll(keepingCapacity: true)
    }
}

/// Reads entries of a file in their order.
struct EntryReader {
    private let file: InputFile<PreparationError>
    private var offset = 0
    private var bytes: [UInt8] = []
    private var position = 0
    private static let chunk = Entry.byteCount << 12

    init(path: String) throws(PreparationError) { file = try InputFile(path: path) }

    var count: Int { file.byteCount / Entry.byteCount }

    mutating func next() throws(PreparationError) -> Entry? {
        if position == bytes.count {
            let count = min(Self.chunk, file.byteCount - offset)
            guard count > 0 else { return nil }
            bytes = try file.bytes(at: offset, count: count)
            (offset, position) = (offset + count, 0)
        }
        defer { position += Entry.byteCount }
        return Entry(
            first: bytes.number(at: position), second: bytes.number(at: position + 8),
            third: bytes.number(at: position + 16), fourth: bytes.number(at: position + 24))
    }
}

extension [UInt8] {
    /// Appends the eight bytes of a number, the lowest first.
    mutating func append(number: UInt64) {
        for shift in stride(from: 0, to: 64, by: 8) {
            append(UInt8(truncatingIfNeeded: number >> UInt64(shift)))
        }
    }

    /// The number whose eight bytes start at `index`.
    func number(at index: Int) -> UInt64 {
        var number: UInt64 = 0
        for place in 0..<8 { number |= UInt64(self[index + place]) << UInt64(8 * place) }
        return number
    }
}
