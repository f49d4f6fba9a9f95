// An open file that is read by position: no seek pointer, so threads may read at the same time.

internal import Foundation

/// The errors of reading a file, as the error type of a file format has them.
public protocol FileFailure: Error {
    static func cannotOpen(path: String, reason: String) -> Self
    /// The path is a folder or a device.
    static func notAFile(path: String) -> Self
    static func cannotRead(path: String, reason: String) -> Self
    /// The file was longer when it was opened; it ends at byte `offset` now.
    static func shortened(path: String, offset: Int) -> Self
}

/// A regular file opened for reading, closed with its last reference.
///
/// Reads go through `pread` straight into the caller's memory. A mapped file would
/// kill the process with SIGBUS when a network file system loses it; here that is an error with its name.
public final class InputFile<Failure: FileFailure>: Sendable {
    public let path: String
    public let byteCount: Int
    private let descriptor: Int32

    public init(path: String) throws(Failure) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .cannotOpen(path: path, reason: systemMessage(errno))
        }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            let reason = systemMessage(errno)
            close(descriptor)
            throw .cannotOpen(path: path, reason: reason)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .notAFile(path: path)
        }
        self.path = path
        self.descriptor = descriptor
        byteCount = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Fills `buffer` from byte `offset` of the file on.
    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(Failure) {
        var done = 0
        while done < buffer.count {
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = unsafe pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
            if count > 0 {
                done += count
            } else if count == 0 {
                throw .shortened(path: path, offset: offset + done)
            } else if errno != EINTR {
                throw .cannotRead(path: path, reason: systemMessage(errno))
            }
        }
    }

    /// `count` bytes from byte `offset` of the file on.
    public func bytes(at offset: Int, count: Int) throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var span = bytes.mutableSpan
        try unsafe span.withUnsafeMutableBytes { (buffer) throws(Failure) in
            try unsafe read(into: buffer, at: offset)
        }
        return bytes
    }
}

/// The system's sentence for an error number, for example "No such file or directory".
public func systemMessage(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }
