// A file that appears under its name only when it is whole.

public import Foundation

/// A file that is being written, and replaces the one of its name when it is finished.
///
/// Until then it has no name at all where the file system can do that (open(2), O_TMPFILE), so that nothing is left of it
/// however the process ends: mpirun gives its ranks 3 ms between SIGTERM and SIGKILL. Elsewhere (NFS) its name is `path`,
/// `.partial-` and the process's number.
public final class PendingFile {
    /// The open flag for a file without a name, which Swift's view of the C library lacks.
    private static let withoutName: Int32 = 0o20_000_000 | O_DIRECTORY

    /// Where to write.
    public let handle: FileHandle
    private let path: String
    private let temporaryPath: String
    private let isNamed: Bool

    /// Begins a file that will be `path`, in a folder that exists. Throws the system's error.
    public init(path: String) throws(POSIXError) {
        self.path = path
        temporaryPath = path + ".partial-\(ProcessInfo.processInfo.processIdentifier)"
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let unnamed = unsafe open(folder, O_WRONLY | O_CLOEXEC | Self.withoutName, 0o666)
        isNamed = unnamed < 0
        let descriptor =
            isNamed ? unsafe open(temporaryPath, O_WRONLY | O_CLOEXEC | O_CREAT | O_TRUNC, 0o666) : unnamed
        guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    /// Makes the bytes durable and gives them the file's name. Throws the system's error.
    public func finish() throws {
        try handle.synchronize()
        if !isNamed { try name() }
        try handle.close()
        try AtomicRename.run(temporaryPath, to: path)
    }

    /// Removes what was written so far. Throws the system's error.
    public func discard() throws {
        if isNamed { try FileManager.default.removeItem(atPath: temporaryPath) }
    }

    /// Gives the file without a name its temporary one, since linkat(2) replaces no file and rename(2) does.
    private func name() throws(POSIXError) {
        let link = "/proc/self/fd/\(handle.fileDescriptor)"
        guard unsafe linkat(AT_FDCWD, link, AT_FDCWD, temporaryPath, AT_SYMLINK_FOLLOW) == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
    }
}
