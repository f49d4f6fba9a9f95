// ratings.jsonl: every rating is on the disk before it counts as saved.

import Datasets
import Foundation
import JSON
import Synchronization

/// The ratings of a folder, open for writing by one process at a time.
///
/// The file is only appended to, a line a rating, and the last rating of the same rater, output and criterion counts. A
/// line that a crash cut off is removed when the file is opened again: its rating was never reported as saved.
public final class RatingStore: Sendable {
    static let fileName = "ratings.jsonl"

    public let directory: String
    public let items: RatingItems
    private let lock: FolderLock
    private let state: Mutex<State>

    private struct State {
        var file: FileHandle
        var ratings: FinalRatings
        var byteCount: UInt64
        var isBroken = false
    }

    /// Opens the ratings of a folder, none at first.
    /// - Throws: if another process has them open, or a line is wrong.
    public init(directory: String, items: RatingItems) throws(RatingsError) {
        (self.directory, self.items) = (directory, items)
        try DurableText.createFolder(directory)
        lock = try FolderLock(directory)
        let path = directory + "/" + Self.fileName
        if !FileManager.default.fileExists(atPath: path) { try DurableText.replace(path, by: "") }
        let log = try RatingLog(path: path, items: items)
        do {
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
            try file.truncate(atOffset: UInt64(log.byteCount))
            try file.seekToEnd()
            if log.lacksLineFeed { try file.write(contentsOf: Data("\n".utf8)) }
            try file.synchronize()
            state = Mutex(
                State(
                    file: file, ratings: log.ratings,
                    byteCount: UInt64(log.byteCount + (log.lacksLineFeed ? 1 : 0))))
        } catch { throw .cannot("opened for writing", path, error) }
    }

    /// The last ratings of all raters as they are now.
    public var ratings: FinalRatings { state.withLock { $0.ratings } }

    /// Saves ratings; they are on the disk when this returns, all or, after an error, none of them.
    public func record(_ ratings: [Rating]) throws(RatingsError) {
        if ratings.isEmpty { return }
        let path = directory + "/" + Self.fileName
        let lines = Data(ratings.map { $0.line(of: items) }.joined().utf8)
        try state.withLock { (state) throws(RatingsError) in
            if state.isBroken { throw .writeFailed(path) }
            do {
                try state.file.write(contentsOf: lines)
                try state.file.synchronize()
            } catch {
                do {
                    try state.file.truncate(atOffset: state.byteCount)
                    try state.file.seekToEnd()
                } catch { state.isBroken = true }
                throw RatingsError.cannot("written", path, error)
            }
            state.byteCount += UInt64(lines.count)
            for rating in ratings { state.ratings.add(rating) }
        }
    }

    /// Saves many ratings, those that change something, so that after a crash all of them are there or none. Returns
    /// how many were new or other than before.
    public func importAll(_ ratings: [Rating]) throws(RatingsError) -> Int {
        let path = directory + "/" + Self.fileName
        return try state.withLock { (state) throws(RatingsError) in
            let known = state.ratings
            let changes = ratings.filter { rating in
                known.score(rating.rater, item: rating.item, system: rating.system, rating.criterion)
                    != rating.score
            }
            if changes.isEmpty { return 0 }
            let before = String(decoding: try DurableText.bytes(of: path), as: UTF8.self)
            let text = before + changes.map { $0.line(of: items) }.joined()
            try DurableText.replace(path, by: text)
            do {
                state.file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
                state.byteCount = try state.file.seekToEnd()
            } catch {
                state.isBroken = true
                throw RatingsError.cannot("opened for writing", path, error)
            }
            for rating in changes { state.ratings.add(rating) }
            return changes.count
        }
    }
}

extension FinalRatings {
    /// The ratings that a folder holds, read without keeping a server from writing more.
    public init(directory: String, items: RatingItems) throws(RatingsError) {
        let path = directory + "/" + RatingStore.fileName
        self.init()
        guard FileManager.default.fileExists(atPath: path) else { return }
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
        let bytes = try DurableText.bytes(of: path)
        var start = 0
        var number = 0
        while start < bytes.count {
            number += 1
            let end = bytes[start...].firstIndex(of: 0x0A)
            let line = Array(bytes[start..<(end ?? bytes.count)])
            guard let value = try Self.value(of: line, isWhole: end != nil, path, number) else { return }
            if let value {
                do {
                    ratings.add(try Rating(line: value, of: items))
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
    ) throws(RatingsError) -> Value?? {
        if isWhole && line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { return .some(nil) }
        do {
            return try Value(json: line)
        } catch {
            guard isWhole else { return nil }
            throw .badRecord(path, line: number, "the line is no valid JSON")
        }
    }
}

/// Keeps other processes from writing the ratings of a folder, as long as it lives. A killed process lets go of it.
private final class FolderLock: Sendable {
    private let file: FileHandle

    init(_ directory: String) throws(RatingsError) {
        let path = directory + "/.ratings.lock"
        if !FileManager.default.fileExists(atPath: path) {
            guard FileManager.default.createFile(atPath: path, contents: Data()) else {
                throw .cannot("created", path, CocoaError(.fileWriteNoPermission))
            }
        }
        do {
            file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        } catch { throw .cannot("opened", path, error) }
        guard flock(file.fileDescriptor, LOCK_EX | LOCK_NB) == 0 else { throw .inUse(directory) }
    }

    /// Lets go for every copy of the descriptor, of which a child process that is just being started may hold one.
    deinit { flock(file.fileDescriptor, LOCK_UN) }
}
