// The rolling record of a service: segments of JSON lines, bounded in size and time, whole lines only.

internal import Files
internal import Foundation
internal import Synchronization

/// Appends a line for each request. Each line is one write to a file that only grows, so that what a kill
/// leaves are whole lines and at most one piece at the end of a segment, which no reader takes and no later
/// line follows: a new process starts a segment of its own.
///
/// Many threads may record at the same time. What a process wrote stays if it is killed; a host that loses
/// its power may lose the last seconds.
package final class RequestRecorder: Sendable {
    private struct State {
        var segment: AppendedFile?
        var byteCount = 0
        var started = 0.0
        var lastNumber = 0
    }

    package let settings: RecordSettings
    private let rules: TextRules
    private let state = Mutex(State())
    /// Requests that could not be recorded since the start.
    private let lost = Mutex(0)

    /// Makes the folder if it is not there.
    package init(_ settings: RecordSettings, rules: TextRules) throws(MonitoringError) {
        try settings.check()
        (self.settings, self.rules) = (settings, rules)
        try MonitoringError.rethrowing { () throws(FilesError) in
            try FileSystem.createDirectory(settings.folder)
        }
    }

    /// Records a request. The language is guessed from `text`, and the text itself is kept only where the
    /// settings ask for it, without personal data.
    ///
    /// - Parameters:
    ///   - record: its `language` and `text` are replaced.
    ///   - text: the input; nil for one that is no text.
    /// - Throws: when the line cannot be written. A service counts that and goes on.
    package func record(_ record: RequestRecord, text: String? = nil) throws(MonitoringError) {
        try append(rules.completed(record, text: text, keepsText: settings.keepsTexts))
    }

    /// Appends a record as it is.
    ///
    /// - Throws: when the line cannot be written. A service counts that and goes on.
    package func append(_ record: RequestRecord) throws(MonitoringError) {
        let (line, time) = (record.line, record.time)
        do {
            try state.withLock { state throws(FilesError) in
                try append(line, at: time, &state)
            }
        } catch {
            lost.withLock { $0 += 1 }
            throw .file(error)
        }
    }

    /// Requests that could not be recorded since the start.
    package var lostCount: Int { lost.withLock { $0 } }

    /// Waits until the disk has all records, and ends the segment.
    package func close() throws(MonitoringError) {
        do {
            try state.withLock { state throws(FilesError) in
                try state.segment?.synchronize()
                state.segment = nil
            }
        } catch { throw .file(error) }
    }

    private func append(_ line: [UInt8], at time: Double, _ state: inout State) throws(FilesError) {
        let isFull =
            state.byteCount + line.count > settings.segmentByteCount
            || time - state.started > settings.segmentSeconds
        // A folder that was moved away takes its open file along: then a new one begins.
        let isInPlace = try state.segment?.isInPlace ?? false
        if isFull || !isInPlace { try roll(&state, time) }
        guard let segment = state.segment else { return }
        do throws(FilesError) {
            try segment.append(line)
            state.byteCount += line.count
        } catch {
            // A piece of a line is cut off, else the next would go on in it.
            do throws(FilesError) { try segment.truncate(to: state.byteCount) } catch { state.segment = nil }
            throw error
        }
    }

    /// Begins a segment and removes those that are too old or too many.
    private func roll(_ state: inout State, _ time: Double) throws(FilesError) {
        state.segment = nil
        try FileSystem.createDirectory(settings.folder)
        let process = ProcessInfo.processInfo.processIdentifier
        var path: String {
            let stamp = RecordSegment.name(
                milliseconds: Int(time * 1000), process: Int(process), number: state.lastNumber)
            return "\(settings.folder)/\(stamp)"
        }
        repeat { state.lastNumber += 1 } while FileSystem.exists(path)
        let opened = try AppendedFile(path: path)
        (state.segment, state.byteCount, state.started) = (opened, 0, time)
        var segments = try RecordSegment.all(in: settings.folder).filter { $0.path != path }
        var total = segments.reduce(0) { $0 + $1.byteCount } + settings.segmentByteCount
        while let oldest = segments.first,
            total > settings.totalByteCount || time - oldest.lastChange > settings.keptSeconds
        {
            try FileSystem.remove(oldest.path)
            total -= oldest.byteCount
            segments.removeFirst()
        }
    }
}
