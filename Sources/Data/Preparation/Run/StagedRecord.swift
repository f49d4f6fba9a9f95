// Records between the two passes: clean and made into rows, in a file of their rank, in order.

internal import Files

/// A record that passed the rules, with what the second pass decides and counts by.
struct StagedRecord: Equatable {
    var position: UInt64
    var origin: Origin
    /// Two hashes of its text.
    var hashes: (UInt64, UInt64)
    var stratum: UInt64
    var splitKey: UInt64
    /// Code points of its texts, and tokens where a tokenizer counts them.
    var characters: Int
    var tokens: Int
    /// A place in `LanguageGuess.codes`.
    var language: Int
    /// The row's label as JSON; empty where it has none.
    var label: String
    /// The rows as lines of JSON.
    var lines: [[UInt8]]

    static func == (left: Self, right: Self) -> Bool {
        left.bytes == right.bytes
    }

    /// The record in a file: numbers of eight bytes, then texts with their lengths.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        let label = Array(label.utf8)
        let numbers: [UInt64] = [
            position, UInt64(origin.rawValue), hashes.0, hashes.1, stratum, splitKey, UInt64(characters),
            UInt64(tokens), UInt64(language), UInt64(lines.count), UInt64(label.count),
        ]
        for number in numbers { bytes.append(number: number) }
        bytes += label
        for line in lines {
            bytes.append(number: UInt64(line.count))
            bytes += line
        }
        return bytes
    }

    static let headerBytes = 11 * 8
}

/// Writes staged records.
final class StageWriter {
    private let file: AppendedFile
    private var buffer: [UInt8] = []
    private static let bufferBytes = 1 << 20

    init(path: String) throws(PreparationError) {
        file = try PreparationError.rethrowing { () throws(FilesError) in
            try AppendedFile(path: path, keeping: 0)
        }
    }

    func write(_ record: StagedRecord) throws(PreparationError) {
        buffer += record.bytes
        if buffer.count >= Self.bufferBytes { try flush() }
    }

    func flush() throws(PreparationError) {
        try PreparationError.rethrowing { () throws(FilesError) in try file.append(buffer) }
        buffer.removeAll(keepingCapacity: true)
    }
}

/// Reads staged records in their order.
struct StageReader {
    private let file: InputFile<PreparationError>
    private var offset = 0
    private var bytes: [UInt8] = []
    private var position = 0
    private static let chunk = 1 << 20

    init(path: String) throws(PreparationError) { file = try InputFile(path: path) }

    mutating func next() throws(PreparationError) -> StagedRecord? {
        guard try fill(StagedRecord.headerBytes) else { return nil }
        let numbers = (0..<11).map { bytes.number(at: position + 8 * $0) }
        position += StagedRecord.headerBytes
        let label = String(decoding: try take(Int(numbers[10])), as: UTF8.self)
        var lines: [[UInt8]] = []
        for _ in 0..<numbers[9] {
            let count = try take(8).number(at: 0)
            lines.append(try take(Int(count)))
        }
        guard let origin = Origin(rawValue: UInt8(truncatingIfNeeded: numbers[1])) else {
            preconditionFailure("a staged record has no origin")
        }
        return StagedRecord(
            position: numbers[0], origin: origin, hashes: (numbers[2], numbers[3]), stratum: numbers[4],
            splitKey: numbers[5], characters: Int(numbers[6]), tokens: Int(numbers[7]),
            language: Int(numbers[8]),
            label: label, lines: lines)
    }

    private mutating func take(_ count: Int) throws(PreparationError) -> [UInt8] {
        guard try fill(count) else { throw .file(.shortened(path: file.path, offset: offset)) }
        defer { position += count }
        return Array(bytes[position..<(position + count)])
    }

    /// Makes sure that so many bytes can be taken; false at the end of the file.
    private mutating func fill(_ count: Int) throws(PreparationError) -> Bool {
        guard bytes.count - position < count else { return true }
        bytes.removeSubrange(..<position)
        position = 0
        let wanted = min(max(Self.chunk, count - bytes.count), file.byteCount - offset)
        if wanted > 0 {
            bytes += try file.bytes(at: offset, count: wanted)
            offset += wanted
        }
        return bytes.count >= count
    }
}
