// Where a CSV file may be cut, found from the scans of its stretches.

internal import Files

/// The starts of records at which the ranges of a file begin.
package struct DelimitedCuts: Equatable, Sendable {
    /// The first record of each stretch but the first, and the line feeds of the file before it.
    let starts: [Start]
    /// The first byte of the file that is no ASCII.
    let firstForeign: Int?

    struct Start: Equatable, Sendable {
        let offset: Int
        let lineFeeds: Int
    }

    /// - Parameters:
    ///   - scans: those of the stretches of a file, in order.
    ///   - headerEnd: the byte behind the header; nothing before it is a row.
    /// - Returns: nil where a quoted field is broken or has no end; then one reader has to find where.
    package init?(_ scans: [DelimitedScan], headerEnd: Int) {
        var state = DelimitedScan.State.fieldStart
        var (offset, lineFeeds) = (0, 0)
        var starts: [Start] = []
        var firstForeign: Int?
        for scan in scans {
            let course = scan.courses[state.rawValue]
            if offset > 0, let place = course.firstRecord, offset + place >= headerEnd {
                starts.append(Start(offset: offset + place, lineFeeds: lineFeeds + course.lineFeedsBefore))
            }
            if firstForeign == nil { firstForeign = scan.firstForeign.map { offset + $0 } }
            state = course.end
            offset += scan.byteCount
            lineFeeds += scan.lineFeedCount
        }
        guard state != .broken, state != .quoted else { return nil }
        (self.starts, self.firstForeign) = (starts.filter { $0.offset < offset }, firstForeign)
    }
}

/// How a CSV file that may be cut is laid out.
package struct DelimitedLayout: Equatable, Sendable {
    package let separator: UInt8
    /// The byte behind the header; 0 where the first row has none.
    package let headerEnd: Int
}

extension RowReader {
    /// The layout of a plain CSV or TSV file; nil for one that has to be read whole, since it is in UTF-16,
    /// its lines end in carriage returns alone, or its header cannot be read, which its reader will say.
    package func delimitedLayout(ofFile number: Int) throws(DatasetsError) -> DelimitedLayout? {
        let path = files[number]
        guard let format = FileFormat(path: path), case .delimited = format, try SourceRange.isPlain(path),
            form.encoding != .utf16, try !Self.isUTF16(path)
        else { return nil }
        do throws(DatasetsError) {
            return (try format.open(path, form) as? DelimitedFile)?.layout
        } catch { return nil }
    }

    private static func isUTF16(_ path: String) throws(DatasetsError) -> Bool {
        let start = try DatasetsError.rethrowing { () throws(FilesError) in
            try FileSystem.start(of: path, count: 2)
        }
        return start == [0xFF, 0xFE] || start == [0xFE, 0xFF]
    }

    /// The ranges of CSV and TSV files with what their readers know of the rows before: whether the file's
    /// letters that are no ASCII are UTF-8, as the first of them tells.
    func settled(_ ranges: [SourceRange], _ cuts: [Int: DelimitedCuts]) throws(DatasetsError) -> [SourceRange]
    {
        var settled = ranges
        for (file, cuts) in cuts {
            guard form.encoding == nil, let first = cuts.firstForeign,
                let deciding = ranges.first(where: { $0.file == file && $0.bytes?.contains(first) == true }),
                let format = FileFormat(path: files[file]),
                let rows = try format.open(files[file], form, in: deciding) as? DelimitedFile
            else { continue }
            rows.readUntilLettersAreKnown()
            for place in settled.indices where settled[place].file == file {
                guard let bytes = settled[place].bytes, bytes.lowerBound > first else { continue }
                settled[place].letters = rows.letters
            }
        }
        return settled
    }
}
