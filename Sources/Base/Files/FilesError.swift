// What can be wrong with a file or folder, a case a kind.

/// An error of reading, writing or arranging files: which file, what was tried, and why it did not work.
package enum FilesError: Error, Equatable, Sendable {
    /// What was tried, as it stands behind "cannot be".
    package enum Action: String, Sendable {
        case opened, read, written, created, removed, renamed, examined, locked
        case flushed = "flushed to the disk"
    }

    /// Nothing is there, or a folder on the way is missing.
    case missing(path: String, Action)
    /// A folder is where a file is wanted.
    case isDirectory(path: String, Action)
    /// A file is where a folder is wanted.
    case notADirectory(path: String, Action)
    /// A device or pipe is where a regular file is wanted.
    case notAFile(path: String)
    case notPermitted(path: String, Action, reason: String)
    /// The disk, or the user's share of it, is full.
    case noSpace(path: String, Action, reason: String)
    /// The folder's file system has less room than is needed, in bytes.
    case lacksSpace(path: String, needed: Int, free: Int)
    /// Any other failure, in the system's words.
    case failed(path: String, Action, reason: String)
    /// A regular file was longer when it was opened; it ends at byte `offset` now.
    case shortened(path: String, offset: Int)
    /// A file that is read whole has more bytes than its reader takes.
    case tooLarge(path: String, limit: Int)
    /// The line that starts on line `line`, or the row that does, has more bytes than any that is meant.
    case lineTooLong(path: String, line: Int, limit: Int)
    case corruptGzip(path: String, reason: String)
    /// The file ends in the middle of its gzip data.
    case truncatedGzip(path: String)
    case corruptZstd(path: String, reason: String)
    /// The file ends in the middle of its Zstandard data.
    case truncatedZstd(path: String)
    /// Decompressing would hold more than `limit` bytes at once.
    case zstdWindowTooLarge(path: String, limit: Int)
    /// More than `ratio` bytes came of each compressed byte, beyond the size up to which any ratio will do.
    case expandsTooFar(path: String, ratio: Int)

    /// The file or folder that the error is about.
    package var path: String {
        switch self {
        case .missing(let path, _), .isDirectory(let path, _), .notADirectory(let path, _),
            .notAFile(let path),
            .notPermitted(let path, _, _), .noSpace(let path, _, _), .lacksSpace(let path, _, _),
            .failed(let path, _, _), .shortened(let path, _), .tooLarge(let path, _),
            .lineTooLong(let path, _, _), .corruptGzip(let path, _), .truncatedGzip(let path),
            .corruptZstd(let path, _), .truncatedZstd(let path), .zstdWindowTooLarge(let path, _),
            .expandsTooFar(let path, _):
            path
        }
    }

    /// Why it did not work, without the path; the system's words where it gave some.
    package var reason: String {
        switch self {
        case .missing: "No such file or directory"
        case .isDirectory: "Is a directory"
        case .notADirectory: "Not a directory"
        case .notAFile: "it is a device or a pipe"
        case .notPermitted(_, _, let reason), .noSpace(_, _, let reason), .failed(_, _, let reason): reason
        case .lacksSpace(_, let needed, let free):
            "\(Self.megabytes(needed)) MB are needed, but only \(Self.megabytes(free)) MB are free on its "
                + "file system"
        case .shortened(_, let offset): "it ends at byte \(offset), although it was longer when it was opened"
        case .tooLarge(_, let limit): "it has more than \(limit) bytes"
        case .lineTooLong(_, let line, let limit):
            "what starts on line \(line) has more than \(limit) bytes before its end"
        case .corruptGzip(_, let reason): "it is no valid gzip file (\(reason))"
        case .truncatedGzip: "it ends in the middle of its gzip data"
        case .corruptZstd(_, let reason): "it is no valid Zstandard file (\(reason))"
        case .truncatedZstd: "it ends in the middle of its Zstandard data"
        case .zstdWindowTooLarge(_, let limit):
            "its Zstandard window is larger than \(limit) bytes, which would all be held in memory"
        case .expandsTooFar(_, let ratio):
            "its data expand to more than \(ratio) times their size, as no text does"
        }
    }

    private static func megabytes(_ bytes: Int) -> Int { (bytes + 999_999) / 1_000_000 }

    /// Whether the disk has no room, or does not take what is to be written: no other path or word would
    /// help.
    package var isOfStorage: Bool {
        switch self {
        case .noSpace, .lacksSpace, .failed(_, .written, _), .failed(_, .flushed, _), .failed(_, .created, _),
            .failed(_, .renamed, _):
            true
        default: false
        }
    }
}

extension FilesError: CustomStringConvertible {
    package var description: String { "\(path) cannot be \(action.rawValue): \(reason). \(advice)." }

    private var action: Action {
        switch self {
        case .missing(_, let action), .isDirectory(_, let action), .notADirectory(_, let action),
            .notPermitted(_, let action, _), .noSpace(_, let action, _), .failed(_, let action, _):
            action
        case .lacksSpace: .written
        case .notAFile, .shortened, .tooLarge, .lineTooLong, .corruptGzip, .truncatedGzip, .corruptZstd,
            .truncatedZstd, .zstdWindowTooLarge, .expandsTooFar:
            .read
        }
    }

    /// What to do.
    private var advice: String {
        switch self {
        case .missing(_, .written), .missing(_, .created): "Create its folder, or choose another path"
        case .missing: "Check the path"
        case .isDirectory: "Give the path of a file"
        case .notADirectory: "Check the path: a file stands where a folder should be"
        case .notAFile: "Give the path of a file"
        case .notPermitted: "Change the permissions, or choose another path"
        case .noSpace, .lacksSpace: "Make room, or choose another place"
        case .failed: "Check the path, its permissions and the disk"
        case .shortened: "Let no other program write to it, and start again"
        case .tooLarge: "Check that it is the right file"
        case .lineTooLong: "Check that it is the right file, and cut what is so long"
        case .corruptGzip: "Copy it again, or drop the .gz ending if it is plain"
        case .truncatedGzip, .truncatedZstd: "Copy it again"
        case .corruptZstd: "Copy it again, or drop the .zst ending if it is plain"
        case .zstdWindowTooLarge: "Compress it again without --long or --ultra"
        case .expandsTooFar: "Check that it is the right file, or decompress it first"
        }
    }
}
