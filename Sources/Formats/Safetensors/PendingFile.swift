// A file that appears under its name only when it is whole.

public import Foundation

/// A file that is being written, and replaces the one of its name when it is finished.
///
/// Until then it has no name at all where the file system can do that (open(2), O_TMPFILE), so that nothing is left of it
/// however the process ends: mpirun gives its ranks 3 ms between SIGTERM and SIGKILL. Elsewhere (NFS) its name is `path`,
/// `.partial-` and the process's number. What is no regular file, such as `/dev/null` or a pipe, is written to as it stands.
public final class PendingFile {
    /// The open flag for a file without a name, which Swift's view of the C library lacks.
    private static let withoutName: Int32 = 0o20_000_000 | O_DIRECTORY

    /// Where to write.
    public let handle: FileHandle
    private let path: String
    private let temporaryPath: String
    private let place: Place

    private enum Place { case nowhere, temporary, final }

    /// Begins a file that will be `path`, in a folder that exists. Throws the system's error.
    public init(path: String) throws(POSIXError) {
        self.path = path
        temporaryPath = path + ".partial-\(ProcessInfo.processInfo.processIdentifier)"
        let descriptor: Int32
        if Self.isSpecial(path) {
            place = .final
            descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
        } else {
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
            let unnamed = unsafe open(folder, O_WRONLY | O_CLOEXEC | Self.withoutName, 0o666)
            place = unnamed < 0 ? .temporary : .nowhere
            descriptor =
                unnamed < 0
                ? unsafe open(temporaryPath, O_WRONLY | O_CLOEXEC | O_CREAT | O_TRUNC, 0o666) : unnamed
        }
        guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    /// Makes the bytes durable and gives them the file's name. Throws the system's error.
    public func finish() throws {
        guard place != .final else { return try handle.close() }
        try handle.synchronize()
        if place == .nowhere { try name() }
        try handle.close()
        try AtomicRename.run(temporaryPath, to: path)
    }

    /// Removes what was written so far. Throws the system's error.
    public func discard() throws {
        if place == .temporary { try FileManager.default.removeItem(atPath: temporaryPath) }
    }

    /// Whether `path` exists and is no regular file: one must not take its place.
    private static func isSpecial(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
    }

    /// Gives the file without a name its temporary one, since linkat(2) replaces no file and rename(2) does.
    private func name() throws(POSIXError) {
        let link = "/proc/self/fd/\(handle.fileDescriptor)"
        guard unsafe linkat(AT_FDCWD, link, AT_FDCWD, temporaryPath, AT_SYMLINK_FOLLOW) == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
    }
}
