// Writes what one rank makes of its rows: three files of a cache.

package import Files
package import JSON

/// What the manifest keeps of a part.
package struct CachePartSummary: Equatable, Sendable {
    package let rowCount: Int
    package let tokenCount: Int
    let tokens, details, index: BlockFileSummary

    private var files: [(name: String, summary: BlockFileSummary)] {
        [("tokens", tokens), ("details", details), ("index", index)]
    }

    /// Bytes of the three files.
    package var byteCount: Int { files.reduce(0) { $0 + $1.summary.byteCount } }

    package var json: JSONValue {
        let files = files.map { name, summary in
            (
                name,
                JSONValue.object([
                    "bytes": .integer(summary.byteCount),
                    "table": .string(String(summary.tableChecksum, radix: 16)),
                ])
            )
        }
        return .object(
            JSONObject([("rows", .integer(rowCount)), ("tokens", .integer(tokenCount))]).merging(
                JSONObject([("files", .object(JSONObject(files)))])))
    }

    package init?(_ json: JSONValue) {
        func summary(_ name: String) -> BlockFileSummary? {
            guard let file = json["files"]?[name], let bytes = file["bytes"]?.integer,
                let table = file["table"]?.string.flatMap({ UInt64($0, radix: 16) })
            else { return nil }
            return BlockFileSummary(byteCount: bytes, tableChecksum: table)
        }
        guard let rows = json["rows"]?.integer, let count = json["tokens"]?.integer,
            let tokens = summary("tokens"), let details = summary("details"), let index = summary("index")
        else { return nil }
        (rowCount, tokenCount) = (rows, count)
        (self.tokens, self.details, self.index) = (tokens, details, index)
    }

    init(
        rowCount: Int, tokenCount: Int, tokens: BlockFileSummary, details: BlockFileSummary,
        index: BlockFileSummary
    ) {
        (self.rowCount, self.tokenCount) = (rowCount, tokenCount)
        (self.tokens, self.details, self.index) = (tokens, details, index)
    }

    /// The files of a part, without their folder.
    static func names(of part: Int) -> (tokens: String, details: String, index: String) {
        let number = String(part)
        let stem = "part-" + String(repeating: "0", count: max(0, 5 - number.count)) + number
        return (stem + ".tokens", stem + ".details", stem + ".index")
    }
}

/// An entry of the index: where a row's tokens and details begin in the files of its part, where the row came
/// from, and how many terms of the loss it has. The end of a row is the start of the next; the last entry
/// stands for no row.
struct CacheEntry: Equatable, Sendable {
    static let byteCount = 32

    let tokenStart: Int
    let detailStart: Int
    let line: Int
    /// The number of the file among those of the run.
    let file: Int
    let termCount: Int

    init(tokenStart: Int, detailStart: Int, line: Int, file: Int, termCount: Int) {
        (self.tokenStart, self.detailStart) = (tokenStart, detailStart)
        (self.line, self.file, self.termCount) = (line, file, termCount)
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        for number in [tokenStart, detailStart, line] { bytes.append(number: UInt64(number)) }
        for number in [file, termCount] { bytes.append(number: UInt32(number)) }
        return bytes
    }

    /// The entry at `place` of some bytes that hold it.
    init(_ bytes: [UInt8], at place: Int = 0) {
        tokenStart = Int(truncatingIfNeeded: bytes.number(at: place))
        detailStart = Int(truncatingIfNeeded: bytes.number(at: place + 8))
        line = Int(truncatingIfNeeded: bytes.number(at: place + 16))
        file = Int(bytes.number(at: place + 24, bytes: 4))
        termCount = Int(bytes.number(at: place + 28, bytes: 4))
    }
}

/// Writes examples as a part of a cache. Holds a block of each file, however many rows there are.
package final class CachePartWriter {
    private let tokens, details, index: BlockFileWriter
    private let tokenByteCount: Int
    private let numberOfFile: [String: Int]
    /// Whether rows are a stream that is cut later, of which nothing but tokens and places is kept.
    private let isStream: Bool
    private var tokenCount = 0
    package private(set) var statistics = CacheStatistics()

    /// - Parameters:
    ///   - files: the files of the run in their order.
    ///   - vocabularySize: one more than the highest token id; ids take 2 bytes up to 65,536.
    package init(
        folder: String, part: Int, files: [String], vocabularySize: Int, isStream: Bool = false
    ) throws(FilesError) {
        let names = CachePartSummary.names(of: part)
        tokenByteCount = Self.tokenByteCount(vocabularySize)
        tokens = try BlockFileWriter(
            path: "\(folder)/\(names.tokens)", tokenByteCount == 2 ? .tokens2 : .tokens4)
        details = try BlockFileWriter(path: "\(folder)/\(names.details)", .details)
        index = try BlockFileWriter(path: "\(folder)/\(names.index)", .index)
        numberOfFile = Dictionary(files.enumerated().map { ($1, $0) }) { first, _ in first }
        self.isStream = isStream
    }

    package static func tokenByteCount(_ vocabularySize: Int) -> Int { vocabularySize <= 1 << 16 ? 2 : 4 }

    /// Adds a row behind those before.
    package func append(_ example: Example) throws(FilesError) {
        guard let file = numberOfFile[example.source.file] else {
            preconditionFailure("\(example.source.file) is no file of the run")
        }
        try index.append(
            CacheEntry(
                tokenStart: tokenCount, detailStart: details.contentByteCount, line: example.source.line,
                file: file, termCount: example.termCount
            ).bytes)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(example.tokens.count * tokenByteCount)
        for token in example.tokens {
            precondition(token >= 0 && (tokenByteCount == 4 || token < 1 << 16), "token id \(token)")
            bytes.append(UInt8(truncatingIfNeeded: token))
            bytes.append(UInt8(truncatingIfNeeded: token >> 8))
            if tokenByteCount == 4 {
                bytes.append(UInt8(truncatingIfNeeded: token >> 16))
                bytes.append(UInt8(truncatingIfNeeded: token >> 24))
            }
        }
        try tokens.append(bytes)
        if !isStream { try details.append(RowDetails.bytes(of: example)) }
        tokenCount += example.tokens.count
        statistics.add(example)
    }

    /// Makes the files durable and gives them their names.
    package func finish() throws(FilesError) -> CachePartSummary {
        try index.append(
            CacheEntry(
                tokenStart: tokenCount, detailStart: details.contentByteCount, line: 0, file: 0, termCount: 0
            ).bytes)
        return CachePartSummary(
            rowCount: statistics.rowCount, tokenCount: tokenCount, tokens: try tokens.finish(),
            details: try details.finish(), index: try index.finish())
    }
}
