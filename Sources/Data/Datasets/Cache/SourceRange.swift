// Stretches of files that ranks read by themselves, cut where a line or a record begins.

internal import Files

/// A stretch of one of a run's files.
package struct SourceRange: Equatable, Sendable {
    /// The number of the file in the order of the run.
    package let file: Int
    /// Its bytes, from the start of a line to the end of one; nil for a file that is read whole.
    package let bytes: Range<Int>?
    /// Line feeds of the file before these bytes.
    package let lineFeedsBefore: Int
    /// What it costs to read, in bytes of plain text.
    package let cost: Int
    /// What the rows before these tell of a CSV file's letters.
    var letters = ForeignLetters.unknown

    package init(file: Int, bytes: Range<Int>?, lineFeedsBefore: Int, cost: Int) {
        (self.file, self.bytes, self.lineFeedsBefore, self.cost) = (file, bytes, lineFeedsBefore, cost)
    }

    /// Bytes of text that one byte of a compressed file stands for, as a guess.
    private static let expansion = 4

    /// The stretches of a run's files, in their order. Files whose rows are lines are cut, and tables where
    /// their records begin; others, and compressed ones, are read whole.
    ///
    /// - Parameter cuts: where tables are cut, by the numbers of the files.
    package static func ranges(
        of rows: RowReader, _ sources: [SourceFile], cuts: [Int: DelimitedCuts] = [:]
    ) throws(DatasetsError) -> [SourceRange] {
        let files = rows.files
        precondition(files.count == sources.count, "a source a file")
        var ranges: [SourceRange] = []
        for (number, path) in files.enumerated() {
            let source = sources[number]
            if try isCutByLines(path) {
                ranges += cut(source, file: number)
            } else if let cuts = cuts[number] {
                ranges += cut(source, file: number, cuts)
            } else {
                let expansion = try isPlain(path) ? 1 : expansion
                ranges.append(
                    SourceRange(
                        file: number, bytes: nil, lineFeedsBefore: 0, cost: expansion * source.byteCount))
            }
        }
        return try rows.settled(ranges, cuts)
    }

    static func isPlain(_ path: String) throws(DatasetsError) -> Bool {
        let start = try DatasetsError.rethrowing { () throws(FilesError) in
            try FileSystem.start(of: path, count: 4)
        }
        let isNamedCompressed = [".gz", ".zst"].contains { path.lowercased().hasSuffix($0) }
        return !isNamedCompressed && !start.starts(with: [0x1F, 0x8B])
            && !start.starts(with: [0x28, 0xB5, 0x2F, 0xFD])
    }

    /// Whether each line of the file is a row or blank.
    private static func isCutByLines(_ path: String) throws(DatasetsError) -> Bool {
        guard let format = FileFormat(path: path) else { throw .unknownEnding(path) }
        guard try isPlain(path) else { return false }
        switch format {
        case .text: return true
        case .json, .delimited, .tokens: return false
        case .jsonLines:
            return try (format.open(path, .detected) as? JSONLinesFile)?.isCutByLines() ?? false
        }
    }

    private static func cut(_ source: SourceFile, file: Int) -> [SourceRange] {
        var ranges: [SourceRange] = []
        var (start, before): (Int, Int) = (0, 0)
        var (offset, lineFeeds) = (0, 0)
        for stretch in source.stretches {
            // A line that begins at the very start of a stretch belongs to the range before it, whose
            // reader would else have to look back; so each range begins behind the first line feed.
            if offset > 0, let first = stretch.firstLineStart {
                ranges.append(Self.make(file, start..<offset + first, before))
                (start, before) = (offset + first, lineFeeds + 1)
            }
            offset += stretch.byteCount
            lineFeeds += stretch.lineFeedCount
        }
        if start < offset { ranges.append(Self.make(file, start..<offset, before)) }
        return ranges
    }

    private static func cut(_ source: SourceFile, file: Int, _ cuts: DelimitedCuts) -> [SourceRange] {
        var ranges: [SourceRange] = []
        var (start, before) = (0, 0)
        for next in cuts.starts {
            ranges.append(make(file, start..<next.offset, before))
            (start, before) = (next.offset, next.lineFeeds)
        }
        ranges.append(make(file, start..<source.byteCount, before))
        return ranges
    }

    private static func make(_ file: Int, _ bytes: Range<Int>, _ before: Int) -> SourceRange {
        SourceRange(file: file, bytes: bytes, lineFeedsBefore: before, cost: bytes.count)
    }

    /// The ranges of each rank: neighbours, in order, with nearly the same cost.
    package static func share(_ ranges: [SourceRange], among rankCount: Int) -> [Range<Int>] {
        let total = max(1, ranges.reduce(0) { $0 + $1.cost })
        var shares: [Range<Int>] = []
        var (place, cost) = (0, 0)
        for rank in 0..<rankCount {
            let start = place
            let limit = total * (rank + 1) / rankCount
            // A range belongs to the rank in whose part its middle lies.
            while place < ranges.count, rank == rankCount - 1 || cost + ranges[place].cost / 2 < limit {
                cost += ranges[place].cost
                place += 1
            }
            shares.append(start..<place)
        }
        return shares
    }
}
