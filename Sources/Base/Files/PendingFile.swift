// The one way to write a file whole: it appears under its name only when all of it is on the disk.

internal import Foundation

/// A file that is being written, and replaces the one of its name when it is finished; one that is not
/// finished leaves nothing behind.
///
/// Until then it has no name at all where the file system can do that (open(2), O_TMPFILE), so that nothing
/// is left of it however the process ends: mpirun kills its ranks 1.0 s after SIGTERM. Elsewhere (NFS) it is
/// hidden beside its place under a name with `.partial-` and the process's number. Its permissions are 0666
/// less the umask, whatever those of the old file were. A symbolic link is replaced and what it leads to
/// stays as it is; so a model in a cache of links to shared files never loses them. What is no regular file,
/// such as `/dev/null`, a pipe or `/dev/stdout`, is written to as it stands.
package final class PendingFile {
    /// The open flag for a file without a name, which Swift's view of the C library lacks.
    private static let withoutName: Int32 = 0o20_000_000 | O_DIRECTORY

    package let path: String
    private let folder: String
    private let temporaryPath: String
    private let descriptor: Descriptor
    private var place: Place

    private enum Place {
        case nowhere, temporary, final
        /// Finished or discarded.
        case done
    }

    /// Begins a file that will be `path`, in a folder that exists; with `isSecret` its owner alone can read
    /// it.
    ///
    /// - Parameter canBeNameless: false as on file systems that cannot hold a file without a name.
    package init(path: String, isSecret: Bool = false, canBeNameless: Bool = true) throws(FilesError) {
        self.path = path
        let permissions: mode_t = isSecret ? 0o600 : 0o666
        folder = FileSystem.folder(of: path)
        let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        // A name may have 255 bytes.
        let start = String(String.UnicodeScalarView(name.unicodeScalars.prefix(55)))
        temporaryPath = "\(folder)/.\(start).partial-\(getpid())"
        if Self.isSpecial(path) {
            descriptor = try Descriptor(path, O_WRONLY | O_APPEND, .written)
            place = .final
            return
        }
        guard !name.isEmpty else { throw .isDirectory(path: path, .written) }
        // Its name will be given through /proc.
        if canBeNameless, FileSystem.isDirectory("/proc/self/fd") {
            let number = unsafe open(folder, O_WRONLY | O_CLOEXEC | Self.withoutName, permissions)
            if number >= 0 {
                descriptor = Descriptor(taking: number)
                place = .nowhere
                return
            }
        }
        do {
            descriptor = try Descriptor(
                temporaryPath, O_WRONLY | O_CREAT | O_TRUNC, .written, permissions: permissions)
        } catch {
            throw error.about(path)
        }
        place = .temporary
    }

    deinit { if place == .temporary { unsafe unlink(temporaryPath) } }

    /// Appends all of `bytes`.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(FilesError) {
        try unsafe descriptor.write(bytes, path)
    }

    /// Appends all of `bytes`.
    package func write(_ bytes: [UInt8]) throws(FilesError) {
        try descriptor.write(bytes.span, path)
    }

    /// Makes the bytes durable, gives them the file's name, and makes that durable.
    package func finish() throws(FilesError) {
        precondition(place != .done, "\(path) was finished or discarded before")
        if place == .final {
            place = .done
            return
        }
        try descriptor.synchronize(path)
        // linkat(2) replaces no file: then the file gets its temporary name first, and rename(2) replaces.
        if place == .nowhere {
            if try link(as: path) {
                place = .done
            } else {
                if try !link(as: temporaryPath) {
                    // Left by a process of the same number, long ago.
                    try FileSystem.remove(temporaryPath)
                    _ = try link(as: temporaryPath)
                }
                place = .temporary
            }
        }
        if place == .temporary {
            guard unsafe rename(temporaryPath, path) == 0 else { throw FilesError(errno, path, .written) }
            place = .done
        }
        try FileSystem.synchronize(folder)
    }

    /// Removes what was written so far.
    package func discard() throws(FilesError) {
        let isNamed = place == .temporary
        place = .done
        if isNamed { try FileSystem.remove(temporaryPath) }
    }

    /// Whether what stands at `path` must not be replaced by a file: it is no regular one, or one of the
    /// links below `/dev` and `/proc` that stand for open files.
    private static func isSpecial(_ path: String) -> Bool {
        switch FileSystem.kind(of: path) {
        case nil: return false
        case .directory, .special: return true
        case .file:
            var status = stat()
            guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { return false }
            return (path.hasPrefix("/dev/") && !path.hasPrefix("/dev/shm/")) || path.hasPrefix("/proc/")
        }
    }

    /// Gives the file without a name one; false if something of that name is there.
    private func link(as name: String) throws(FilesError) -> Bool {
        let source = "/proc/self/fd/\(descriptor.number)"
        if unsafe linkat(AT_FDCWD, source, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0 { return true }
        guard errno == EEXIST else { throw FilesError(errno, path, .written) }
        return false
    }
}

extension FilesError {
    /// The same about another path: that of a file whose temporary name no user knows.
    func about(_ path: String) -> FilesError {
        switch self {
        case .missing(_, let action): .missing(path: path, action)
        case .isDirectory(_, let action): .isDirectory(path: path, action)
        case .notADirectory(_, let action): .notADirectory(path: path, action)
        case .notPermitted(_, let action, let reason): .notPermitted(path: path, action, reason: reason)
        case .noSpace(_, let action, let reason): .noSpace(path: path, action, reason: reason)
        case .failed(_, let action, let reason): .failed(path: path, action, reason: reason)
        default: self
        }
    }
}
