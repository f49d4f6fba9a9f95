// A cache that is open: rows by their numbers, from the parts that the ranks wrote.

internal import Files
internal import JSON

/// The rows of a cache. Opening it reads the manifest and the checksums of blocks, never a row; what it
/// holds in memory grows with the number of parts and, by a bit each, of blocks of 128 KiB.
package final class CachedRows: StoredExamples {
    /// A part's files, and the rows and tokens before it.
    private struct Part: Sendable {
        let tokens, details, index: BlockFile
        let firstRow: Int
        let rowCount: Int
        let firstToken: Int
    }

    package let manifest: CacheManifest
    private let parts: [Part]
    private let files: [String]

    /// - Parameter files: the files of the run in their order, for the places of rows.
    package init(folder: String, manifest: CacheManifest, files: [String]) throws(CacheFault) {
        self.manifest = manifest
        self.files = files
        var parts: [Part] = []
        var (row, token) = (0, 0)
        for (number, summary) in manifest.parts.enumerated() {
            let names = CachePartSummary.names(of: number)
            let index = try BlockFile(path: "\(folder)/\(names.index)", .index, summary.index)
            guard index.contentByteCount == (summary.rowCount + 1) * CacheEntry.byteCount else {
                throw .form(path: index.path)
            }
            let tokens = try BlockFile(
                path: "\(folder)/\(names.tokens)", manifest.tokenByteCount == 2 ? .tokens2 : .tokens4,
                summary.tokens)
            guard tokens.contentByteCount == summary.tokenCount * manifest.tokenByteCount else {
                throw .form(path: tokens.path)
            }
            parts.append(
                Part(
                    tokens: tokens,
                    details: try BlockFile(path: "\(folder)/\(names.details)", .details, summary.details),
                    index: index, firstRow: row, rowCount: summary.rowCount, firstToken: token))
            row += summary.rowCount
            token += summary.tokenCount
        }
        self.parts = parts
        guard row == manifest.statistics.rowCount, token == manifest.statistics.tokenCount else {
            throw .manifest(
                path: "\(folder)/\(CacheManifest.fileName)", problem: "its parts do not add up")
        }
    }

    package var count: Int { statistics.rowCount }
    package var tokenCount: Int { statistics.tokenCount }
    package var maximumLength: Int { statistics.maximumLength }
    package var termCount: Int { statistics.termCount }
    package var statistics: CacheStatistics { manifest.statistics }

    /// Reads every block that is a share's, the `number`-th of `shareCount`, and compares it with its
    /// checksum.
    package func check(share number: Int = 0, of shareCount: Int = 1) throws(CacheFault) {
        var place = 0
        for part in parts {
            for file in [part.index, part.tokens, part.details] {
                for block in 0..<file.blockCount {
                    if place % shareCount == number { try file.check(block) }
                    place += 1
                }
            }
        }
    }

    private func part(ofRow row: Int) -> Part {
        precondition(row >= 0 && row < count, "row \(row) is outside 0..<\(count)")
        return parts[parts.lastIndex { $0.firstRow <= row && $0.rowCount > 0 } ?? 0]
    }

    /// The entry of a row, and that behind it.
    private func entries(_ row: Int, _ part: Part) throws(CacheFault) -> (CacheEntry, next: CacheEntry) {
        let place = row - part.firstRow
        let bytes = try part.index.bytes(at: place * CacheEntry.byteCount, count: 2 * CacheEntry.byteCount)
        let (entry, next) = (CacheEntry(bytes), CacheEntry(bytes, at: CacheEntry.byteCount))
        guard entry.tokenStart <= next.tokenStart, entry.detailStart <= next.detailStart,
            files.indices.contains(entry.file)
        else { throw .row(path: part.index.path, number: place) }
        return (entry, next)
    }

    package func shape(of row: Int) throws(CacheFault) -> RowShape {
        let (entry, next) = try entries(row, part(ofRow: row))
        return RowShape(length: next.tokenStart - entry.tokenStart, termCount: entry.termCount)
    }

    package func lengths(of rows: Range<Int>) throws(CacheFault) -> [UInt32] {
        var lengths: [UInt32] = []
        for part in parts {
            let own = rows.clamped(to: part.firstRow..<part.firstRow + part.rowCount)
            guard !own.isEmpty else { continue }
            let bytes = try part.index.bytes(
                at: (own.lowerBound - part.firstRow) * CacheEntry.byteCount,
                count: (own.count + 1) * CacheEntry.byteCount)
            for place in 0..<own.count {
                let start = CacheEntry(bytes, at: place * CacheEntry.byteCount).tokenStart
                let end = CacheEntry(bytes, at: (place + 1) * CacheEntry.byteCount).tokenStart
                guard start <= end else { throw .row(path: part.index.path, number: place) }
                lengths.append(UInt32(truncatingIfNeeded: end - start))
            }
        }
        return lengths
    }

    package func source(of row: Int) throws(CacheFault) -> RowSource {
        let (entry, _) = try entries(row, part(ofRow: row))
        return RowSource(file: files[entry.file], line: entry.line)
    }

    package func example(at row: Int) throws(CacheFault) -> Example {
        let part = part(ofRow: row)
        let (entry, next) = try entries(row, part)
        let tokens = try tokens(entry.tokenStart..<next.tokenStart, part)
        let bytes = try part.details.bytes(
            at: entry.detailStart, count: next.detailStart - entry.detailStart)
        guard let found = RowDetails.parse(bytes, tokenCount: tokens.count) else {
            throw .row(path: part.details.path, number: row - part.firstRow)
        }
        var example = Example(
            tokens: tokens, typeIDs: found.typeIDs, target: found.target,
            source: RowSource(file: files[entry.file], line: entry.line))
        example.attachment = found.attachment
        example.termCount = entry.termCount
        return example
    }

    private func tokens(_ range: Range<Int>, _ part: Part) throws(CacheFault) -> [Int32] {
        let width = manifest.tokenByteCount
        let bytes = try part.tokens.bytes(at: range.lowerBound * width, count: range.count * width)
        var tokens: [Int32] = []
        tokens.reserveCapacity(range.count)
        var place = 0
        while place < bytes.count {
            var token = UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8
            if width == 4 { token |= UInt32(bytes[place + 2]) << 16 | UInt32(bytes[place + 3]) << 24 }
            tokens.append(Int32(bitPattern: token))
            place += width
        }
        return tokens
    }

    /// Tokens by their places in the stream of all rows.
    func stream(_ range: Range<Int>) throws(CacheFault) -> [Int32] {
        var found: [Int32] = []
        found.reserveCapacity(range.count)
        for (index, part) in parts.enumerated() {
            let end = index + 1 < parts.count ? parts[index + 1].firstToken : tokenCount
            let shared = range.clamped(to: part.firstToken..<max(part.firstToken, end))
            guard !shared.isEmpty else { continue }
            found += try tokens(
                shared.lowerBound - part.firstToken..<shared.upperBound - part.firstToken, part)
        }
        return found
    }

    /// The row that a token of the stream belongs to.
    func source(ofToken token: Int) throws(CacheFault) -> RowSource {
        guard let part = parts.last(where: { $0.firstToken <= token && $0.rowCount > 0 }) else {
            preconditionFailure("token \(token) is outside the stream")
        }
        var (low, high) = (0, part.rowCount)
        while high - low > 1 {
            let middle = (low + high) / 2
            let (entry, _) = try entries(part.firstRow + middle, part)
            if entry.tokenStart <= token - part.firstToken { low = middle } else { high = middle }
        }
        return try source(of: part.firstRow + low)
    }
}
