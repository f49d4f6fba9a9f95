// ratings.jsonl: every rating is on the disk before it counts as saved.

import Datasets
import Files
import JSON
import Synchronization

/// The ratings of a folder, open for writing by one process at a time.
///
/// The file is only appended to, a line a rating or comment, and the last one of the same rater, output and
/// criterion counts. A line that a crash cut off is removed when the file is opened again: its rating was
/// never reported as saved.
package final class RatingStore: Sendable {
    static let fileName = "ratings.jsonl"

    package let directory: String
    package let items: RatingItems
    /// Keeps other processes from writing the ratings.
    private let lock: FileLock
    private let state: Mutex<State>

    private struct State {
        var file: AppendedFile
        var ratings: FinalRatings
        var byteCount: Int
        var isBroken = false
    }

    /// Opens the ratings of a folder, none at first.
    /// - Throws: if another process has them open, or a line is wrong.
    package init(directory: String, items: RatingItems) throws(RatingsError) {
        (self.directory, self.items) = (directory, items)
        let path = directory + "/" + Self.fileName
        let folderLock = try RatingsError.rethrowing { () throws(FilesError) in
            try FileSystem.createDirectory(directory)
            return try FileLock(path: directory + "/.ratings.lock")
        }
        guard let folderLock else { throw .inUse(directory) }
        lock = folderLock
        try RatingsError.rethrowing { () throws(FilesError) in
            if !FileSystem.exists(path) { try FileSystem.write("", to: path) }
        }
        let log = try RatingLog(path: path, items: items)
        let file = try RatingsError.rethrowing { () throws(FilesError) in
            let file = try AppendedFile(path: path, keeping: log.byteCount)
            if log.lacksLineFeed { try file.append("\n") }
            try file.synchronize()
            return file
        }
        state = Mutex(
            State(file: file, ratings: log.ratings, byteCount: log.byteCount + (log.lacksLineFeed ? 1 : 0)))
    }

    /// The last ratings of all raters as they are now.
    package var ratings: FinalRatings { state.withLock { $0.ratings } }

    /// Saves ratings; they are on the disk when this returns, all or, after an error, none of them.
    package func record(_ ratings: [Rating]) throws(RatingsError) {
        try record(ratings.map(RatingRecord.rating))
    }

    /// Saves ratings and comments; they are on the disk when this returns, all or, after an error, none.
    package func record(_ records: [RatingRecord]) throws(RatingsError) {
        if records.isEmpty { return }
        let path = directory + "/" + Self.fileName
        let lines = Array(records.map { $0.line(of: items) }.joined().utf8)
        try state.withLock { (state) throws(RatingsError) in
            if state.isBroken { throw .writeFailed(path) }
            do throws(FilesError) {
                try state.file.append(lines)
                try state.file.synchronize()
            } catch {
                do {
                    try state.file.truncate(to: state.byteCount)
                } catch { state.isBroken = true }
                throw .file(error)
            }
            state.byteCount += lines.count
            for record in records { state.ratings.add(record) }
        }
    }

    /// Saves many ratings and comments, those that change something, so that after a crash all of them are
    /// there or none. Returns how many were new or other than before.
    package func importAll(_ records: [RatingRecord]) throws(RatingsError) -> Int {
        let path = directory + "/" + Self.fileName
        return try state.withLock { (state) throws(RatingsError) in
            let known = state.ratings
            let changes = records.filter(known.isChanged)
            if changes.isEmpty { return 0 }
            let lines = changes.map { $0.line(of: items) }.joined()
            try RatingsError.rethrowing { () throws(FilesError) in
                try FileSystem.write(try FileSystem.bytes(of: path) + Array(lines.utf8), to: path)
            }
            do throws(FilesError) {
                state.file = try AppendedFile(path: path)
                state.byteCount = try state.file.byteCount
            } catch {
                state.isBroken = true
                throw .file(error)
            }
            for record in changes { state.ratings.add(record) }
            return changes.count
        }
    }
}

extension FinalRatings {
    /// The ratings that a folder holds, read without keeping a server from writing more.
    package init(directory: String, items: RatingItems) throws(RatingsError) {
        let path = directory + "/" + RatingStore.fileName
        self.init()
        guard FileSystem.exists(path) else { return }
        self = try RatingLog(path: path, items: items).ratings
    }
}

/// The content of ratings.jsonl.
struct RatingLog {
    var ratings = FinalRatings()
    /// Up to the end of the last whole rating.
    var byteCount = 0
    /// Whether the last rating is whole but its line feed is missing.
    var lacksLineFeed = false

    init(path: String, items: RatingItems) throws(RatingsError) {
        let bytes = try RatingsError.rethrowing { () throws(FilesError) in try FileSystem.bytes(of: path) }
        var start = 0
        var number = 0
        while start < bytes.count {
            number += 1
            let end = bytes[start...].firstIndex(of: 0x0A)
            let line = Array(bytes[start..<(end ?? bytes.count)])
            guard let value = try Self.value(of: line, isWhole: end != nil, path, number) else { return }
            if let value {
                do {
                    ratings.add(try RatingRecord(line: value, of: items))
                } catch { throw .badRecord(path, line: number, error.description) }
            }
            byteCount = end.map { $0 + 1 } ?? bytes.count
            lacksLineFeed = end == nil
            start = byteCount
        }
    }

    /// The value of a line, some nil for a blank line, nil for a last line that breaks off.
    private static func value(
        of line: [UInt8], isWhole: Bool, _ path: String, _ number: Int
    ) throws(RatingsError) -> JSONValue?? {
        if isWhole && line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { return .some(nil) }
        do {
            return try JSONValue(json: line)
        } catch {
            guard isWhole else { return nil }
            throw .badRecord(path, line: number, "the line is no valid JSON")
        }
    }
}
