// An open file that is read by position: no seek pointer, so threads may read at the same time.

internal import Foundation

/// An error type that has errors of files among its own: a case `file(FilesError)` is enough.
package protocol FileFailure: Error {
    static func file(_ error: FilesError) -> Self
}

extension FileFailure {
    /// Runs `body`, with its errors as this type's.
    package static func rethrowing<Result>(_ body: () throws(FilesError) -> Result) throws(Self) -> Result {
        do {
            return try body()
        } catch {
            throw .file(error)
        }
    }
}

/// A regular file opened for reading, closed with its last reference.
///
/// Reads go through `pread` straight into the caller's memory. A mapped file would
/// kill the process with SIGBUS when a network file system loses it; here that is an error with its name.
package final class InputFile<Failure: FileFailure>: Sendable {
    package let path: String
    package let byteCount: Int
    private let descriptor: Descriptor

    package init(path: String) throws(Failure) {
        (descriptor, byteCount) = try Failure.rethrowing { () throws(FilesError) in
            let descriptor = try Descriptor(path, O_RDONLY | O_NONBLOCK, .opened)
            let status = try descriptor.status(path, .opened)
            switch status.st_mode & S_IFMT {
            case S_IFREG: return (descriptor, Int(status.st_size))
            case S_IFDIR: throw .isDirectory(path: path, .read)
            default: throw .notAFile(path: path)
            }
        }
        self.path = path
    }

    /// Fills `buffer` from byte `offset` of the file on.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(Failure) {
        var done = 0
        while done < buffer.count {
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = unsafe pread(descriptor.number, rest.baseAddress, rest.count, off_t(offset + done))
            if count > 0 {
                done += count
            } else if count == 0 {
                throw .file(.shortened(path: path, offset: offset + done))
            } else if errno != EINTR {
                throw .file(FilesError(errno, path, .read))
            }
        }
    }

    /// `count` bytes from byte `offset` of the file on.
    package func bytes(at offset: Int, count: Int) throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var span = bytes.mutableSpan
        try unsafe span.withUnsafeMutableBytes { (buffer) throws(Failure) in
            try unsafe read(into: buffer, at: offset)
        }
        return bytes
    }
}
