// Where records of a CSV file begin, found of each stretch by itself though quoted fields hold line ends.

internal import Files
package import JSON

/// What a stretch of a CSV file does to its reader, for each state in which the reader may come to it.
///
/// A stretch is read before anyone knows whether it begins within quotes; those of a file, one behind the
/// other, then say where each of them is (`DelimitedCuts`).
package struct DelimitedScan: Equatable, Sendable {
    /// Where a reader stands between two bytes.
    enum State: Int, CaseIterable {
        /// At the start of a field, in a field without quotes, in a quoted one, behind a quote in such a one.
        case fieldStart, plain, quoted, behindQuote
        /// Behind that quote and a carriage return, which only a line feed may follow.
        case behindReturn
        /// Behind what no reader takes: text that follows a closing quote.
        case broken
    }

    /// How a reader leaves that came in some state.
    struct Course: Equatable, Sendable {
        var end: State
        /// The byte behind the first line feed that ends a record, from the start of the stretch; nil without
        /// one.
        var firstRecord: Int?
        /// Line feeds up to there.
        var lineFeedsBefore = 0
    }

    let byteCount: Int
    private(set) var lineFeedCount = 0
    /// The first byte that is no ASCII.
    private(set) var firstForeign: Int?
    /// A course a state.
    private(set) var courses = State.allCases.map { Course(end: $0) }

    private static let chunkByteCount = 1 << 19

    /// Reads these bytes of a file.
    package init(path: String, bytes: Range<Int>, separator: UInt8) throws(DatasetsError) {
        byteCount = bytes.count
        let file = try InputFile<DatasetsError>(path: path)
        var offset = bytes.lowerBound
        var wasOther = false
        while offset < bytes.upperBound {
            let chunk = try file.bytes(
                at: offset, count: min(Self.chunkByteCount, bytes.upperBound - offset))
            let mark = offset == 0 && chunk.starts(with: byteOrderMark) ? byteOrderMark.count : 0
            for (place, byte) in chunk.enumerated().dropFirst(mark) {
                let isOther = byte != separator && byte != 0x22 && byte != 0x0A && byte != 0x0D
                if byte >= 0x80, firstForeign == nil {
                    firstForeign = offset - bytes.lowerBound + place
                }
                // The second of two bytes that mean nothing changes no state.
                if isOther, wasOther { continue }
                wasOther = isOther
                step(byte, separator, at: offset - bytes.lowerBound + place)
            }
            offset += chunk.count
        }
    }

    private mutating func step(_ byte: UInt8, _ separator: UInt8, at place: Int) {
        if byte == 0x0A { lineFeedCount += 1 }
        for entry in courses.indices {
            let state = courses[entry].end
            let next = Self.next(state, byte, separator)
            courses[entry].end = next
            if byte == 0x0A, next == .fieldStart, courses[entry].firstRecord == nil {
                courses[entry].firstRecord = place + 1
                courses[entry].lineFeedsBefore = lineFeedCount
            }
        }
    }

    /// The state behind a byte, as `DelimitedRecord` reads it.
    private static func next(_ state: State, _ byte: UInt8, _ separator: UInt8) -> State {
        switch (state, byte) {
        case (.broken, _): .broken
        case (.quoted, 0x22): .behindQuote
        case (.quoted, _): .quoted
        case (.behindQuote, 0x22): .quoted
        case (_, separator), (_, 0x0A): .fieldStart
        case (.fieldStart, 0x22): .quoted
        case (.behindQuote, 0x0D): .behindReturn
        case (.behindQuote, _), (.behindReturn, _): .broken
        default: .plain
        }
    }
}

extension DelimitedScan {
    /// The scan for other ranks.
    package var json: JSONValue {
        let courses = courses.flatMap { [$0.end.rawValue, $0.firstRecord ?? -1, $0.lineFeedsBefore] }
        return .array(
            ([byteCount, lineFeedCount, firstForeign ?? -1] + courses).map { JSONValue.integer($0) })
    }

    package init?(_ json: JSONValue) {
        let numbers = (json.array ?? []).compactMap(\.integer)
        guard numbers.count == 3 + 3 * State.allCases.count else { return nil }
        (byteCount, lineFeedCount) = (numbers[0], numbers[1])
        firstForeign = numbers[2] < 0 ? nil : numbers[2]
        for entry in courses.indices {
            let place = 3 + 3 * entry
            guard let end = State(rawValue: numbers[place]) else { return nil }
            courses[entry] = Course(
                end: end, firstRecord: numbers[place + 1] < 0 ? nil : numbers[place + 1],
                lineFeedsBefore: numbers[place + 2])
        }
    }
}
