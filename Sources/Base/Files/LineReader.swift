// Lines of a file, in place in a buffer, so that a row is parsed without being copied.

/// Steps through the lines of a file. A byte order mark at the start is skipped.
package struct LineReader {
    /// Bytes of the longest line, or of the longest row over several lines.
    package static let longestLine = 1 << 27

    private let source: any ByteSource
    /// Whether lines may end in carriage returns alone, as old programs for Macintosh write them.
    private let takesCarriageReturns: Bool
    /// No line may have more bytes, and no row that `extend` makes of several.
    private let limit: Int
    /// A line feed, or a carriage return in a file that starts with some and no line feed.
    private var lineBreak: UInt8 = 0x0A
    /// Holds the current line and what was read ahead.
    package private(set) var bytes: [UInt8] = []
    /// The current line in `bytes`, without its line feed.
    package private(set) var line = 0..<0
    /// The number of the line on which `line` starts, from 1.
    package private(set) var number = 0
    /// The position of `bytes[0]` in the (decompressed) file.
    package private(set) var fileOffset = 0
    /// Whether the current line ends in a line feed; the last one of a file that is being written may not.
    package var hasLineFeed: Bool { nextStart > line.upperBound }
    /// The position in the (decompressed) file of the byte behind the current line and its end.
    package var nextOffset: Int { fileOffset + nextStart }
    /// Whether lines were found to end in carriage returns alone.
    package var endsInCarriageReturns: Bool { lineBreak == 0x0D }
    private var nextStart = 0
    private var lineBreaks = 0
    private var isAtEnd = false
    private var hasStarted = false

    /// - Parameter start: where in a file the bytes of `source` begin, and the line feeds before that.
    package init(
        _ source: any ByteSource, takesCarriageReturns: Bool = false, limit: Int = longestLine,
        start: (offset: Int, lineFeeds: Int) = (0, 0)
    ) {
        (fileOffset, lineBreaks) = start
        self.source = source
        self.limit = limit
        self.takesCarriageReturns = takesCarriageReturns
    }

    /// Moves to the next line; false at the end of the file.
    package mutating func next() throws(FilesError) -> Bool {
        if !hasStarted { try start() }
        line = nextStart..<nextStart
        number = lineBreaks + 1
        return try takeLine(limit)
    }

    /// Adds the next line to the current one, line feed between them; false at the end of the file.
    /// - Parameter limit: the most bytes of both, where it is another than that of the lines.
    package mutating func extend(limit: Int? = nil) throws(FilesError) -> Bool {
        try takeLine(limit ?? self.limit)
    }

    /// The next line as text, invalid UTF-8 as U+FFFD; nil at the end of the file.
    package mutating func nextText() throws(FilesError) -> String? {
        try next() ? String(decoding: bytes[line], as: UTF8.self) : nil
    }

    /// Moves the end of `line` to the next line feed or the end of the file.
    private mutating func takeLine(_ limit: Int) throws(FilesError) -> Bool {
        var scanned = nextStart
        while true {
            let end = bytes[scanned...].firstIndex(of: lineBreak)
            guard (end ?? bytes.count) - line.lowerBound <= limit else {
                throw .lineTooLong(path: source.path, line: number, limit: limit)
            }
            if let end {
                line = line.lowerBound..<end
                nextStart = end + 1
                lineBreaks += 1
                return true
            }
            let pending = bytes.count - line.lowerBound
            guard try readMore() else {
                guard nextStart < bytes.count else { return false }
                line = line.lowerBound..<bytes.count
                nextStart = bytes.count
                return true
            }
            scanned = line.lowerBound + pending
        }
    }

    /// Drops what lies before the current line and appends a chunk of the file.
    private mutating func readMore() throws(FilesError) -> Bool {
        guard !isAtEnd, let chunk = try source.next() else {
            isAtEnd = true
            return false
        }
        let dropped = line.lowerBound
        bytes.removeSubrange(0..<dropped)
        bytes.append(contentsOf: chunk)
        line = 0..<(line.upperBound - dropped)
        nextStart -= dropped
        fileOffset += dropped
        return true
    }

    private mutating func start() throws(FilesError) {
        hasStarted = true
        while bytes.count < 3, try readMore() {}
        if fileOffset == 0, bytes.starts(with: byteOrderMark) { nextStart = 3 }
        // A chunk holds many lines; a line break at its very end may be half of CR LF.
        if takesCarriageReturns, !bytes.contains(0x0A), bytes.dropLast().contains(0x0D) { lineBreak = 0x0D }
    }
}

/// U+FEFF in UTF-8.
package let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
