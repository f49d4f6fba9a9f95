// The files of a record, and the records in them.

internal import Files
internal import JSON

/// One file of a record.
package struct RecordSegment: Sendable, Equatable {
    package let path: String
    package let byteCount: Int
    /// Seconds since 1970 of the last write.
    package let lastChange: Double

    private static let start = "requests-"
    private static let end = ".jsonl"

    /// Names sort by time.
    static func name(milliseconds: Int, process: Int, number: Int) -> String {
        func padded(_ value: Int, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(start)\(padded(milliseconds, 14))-\(process)-\(padded(number, 6))\(end)"
    }

    /// The segments of a folder, the oldest first.
    static func all(in folder: String) throws(FilesError) -> [RecordSegment] {
        var segments: [RecordSegment] = []
        for name in try FileSystem.names(in: folder).sorted()
        where name.hasPrefix(start) && name.hasSuffix(end) {
            let path = "\(folder)/\(name)"
            // Another process may have removed it since.
            guard let time = FileSystem.changeTime(of: path) else { continue }
            segments.append(
                RecordSegment(path: path, byteCount: try FileSystem.byteCount(of: path), lastChange: time))
        }
        return segments
    }

    /// Reads all records of a folder in the order of their segments, one at a time; a piece without a line
    /// feed at the end of a segment, left by a kill or just being written, is passed over.
    ///
    /// - Returns: the number of pieces that were passed over.
    @discardableResult
    package static func read(
        folder: String, _ body: (RequestRecord) throws(MonitoringError) -> Void
    ) throws(MonitoringError) -> Int {
        let segments: [RecordSegment]
        do { segments = try all(in: folder) } catch { throw .file(error) }
        guard !segments.isEmpty else { throw .noRecords(folder) }
        var pieces = 0
        for segment in segments {
            var lines = try MonitoringError.rethrowing { () throws(FilesError) in
                LineReader(try ByteReader(path: segment.path))
            }
            while try MonitoringError.rethrowing({ () throws(FilesError) in try lines.next() }) {
                if lines.hasLineFeed {
                    let line = Array(lines.bytes[lines.line])
                    try body(
                        record(line, place: "\(segment.path), line \(lines.number)", segment, lines.number))
                } else {
                    pieces += 1
                }
            }
        }
        return pieces
    }

    private static func record(
        _ line: [UInt8], place: String, _ segment: RecordSegment, _ number: Int
    ) throws(MonitoringError) -> RequestRecord {
        let value: JSONValue
        do { value = try JSONValue(parsing: line) } catch {
            throw .syntax(path: segment.path, line: number, problem: error.problem)
        }
        return try RequestRecord(JSONReader(value, file: place))
    }
}
