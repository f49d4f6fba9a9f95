// An open file that is read by position: no seek pointer, so threads may read at the same time.

import Foundation

/// A regular file opened for reading, closed with its last reference.
///
/// It is read, not mapped: a network file system that loses a mapped file would kill the process with SIGBUS.
final class InputFile: Sendable {
    let path: String
    let byteCount: Int
    private let descriptor: Int32

    init(path: String) throws(GGUFError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: Self.message(errno)) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            let reason = Self.message(errno)
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
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(GGUFError) {
        var done = 0
        while done < buffer.count {
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = unsafe pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
            if count > 0 {
                done += count
            } else if count == 0 {
                throw .shortened(path: path, offset: offset + done)
            } else if errno != EINTR {
                throw .cannotRead(path: path, reason: Self.message(errno))
            }
        }
    }

    /// `count` bytes from byte `offset` of the file on.
    func bytes(at offset: Int, count: Int) throws(GGUFError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var span = bytes.mutableSpan
        try unsafe span.withUnsafeMutableBytes { (buffer) throws(GGUFError) in
            try unsafe read(into: buffer, at: offset)
        }
        return bytes
    }

    /// The system's sentence for an error number, for example "No such file or directory".
    private static func message(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }
}
