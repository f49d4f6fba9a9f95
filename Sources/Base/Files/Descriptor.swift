// Errors of the C library as this module's.

internal import Foundation

extension FilesError {
    /// The error that a system call left in `errno`.
    init(_ code: Int32, _ path: String, _ action: Action) {
        let reason = unsafe String(cString: strerror(code))
        self =
            switch code {
            case ENOENT: .missing(path: path, action)
            case EISDIR: .isDirectory(path: path, action)
            case ENOTDIR: .notADirectory(path: path, action)
            case EACCES, EPERM, EROFS: .notPermitted(path: path, action, reason: reason)
            case ENOSPC, EDQUOT: .noSpace(path: path, action, reason: reason)
            default: .failed(path: path, action, reason: reason)
            }
    }
}

/// An open file, closed with its last reference.
final class Descriptor: Sendable {
    let number: Int32

    /// Opens a file; new ones get `permissions` less the process's umask.
    init(
        _ path: String, _ flags: Int32, _ action: FilesError.Action, permissions: mode_t = 0o666
    ) throws(FilesError) {
        var number: Int32
        repeat {
            number = unsafe open(path, flags | O_CLOEXEC, permissions)
        } while number < 0 && errno == EINTR
        guard number >= 0 else { throw FilesError(errno, path, action) }
        self.number = number
    }

    /// Takes over an open descriptor.
    init(taking number: Int32) { self.number = number }

    deinit { close(number) }

    /// What the system says about the open file.
    func status(_ path: String, _ action: FilesError.Action) throws(FilesError) -> stat {
        var status = stat()
        guard unsafe fstat(number, &status) == 0 else { throw FilesError(errno, path, action) }
        return status
    }

    /// Whether `path` leads to the open file.
    func isNamed(_ path: String) throws(FilesError) -> Bool {
        let held = try status(path, .examined)
        var named = stat()
        guard unsafe stat(path, &named) == 0 else { return false }
        return held.st_ino == named.st_ino && held.st_dev == named.st_dev
    }

    /// Writes all of `bytes`.
    func write(_ bytes: UnsafeRawBufferPointer, _ path: String) throws(FilesError) {
        try unsafe Self.write(bytes, to: number, path)
    }

    /// Writes all of `bytes`.
    func write(_ bytes: Span<UInt8>, _ path: String) throws(FilesError) {
        try Self.write(bytes, to: number, path)
    }

    /// Writes all of `bytes` to an open descriptor, which is `path` in errors.
    static func write(_ bytes: Span<UInt8>, to number: Int32, _ path: String) throws(FilesError) {
        try unsafe bytes.withUnsafeBytes { (buffer) throws(FilesError) in
            try unsafe write(buffer, to: number, path)
        }
    }

    private static func write(
        _ bytes: UnsafeRawBufferPointer, to number: Int32, _ path: String
    ) throws(FilesError) {
        var done = 0
        while done < bytes.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = unsafe Foundation.write(number, rest.baseAddress, rest.count)
            if count > 0 {
                done += count
            } else if count == 0 {
                throw .failed(path: path, .written, reason: "the system takes no more bytes")
            } else if errno == EAGAIN {
                // A terminal or pipe that another program made non-blocking, and that is full.
                var wait = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
                _ = unsafe poll(&wait, 1, -1)
            } else if errno != EINTR {
                throw FilesError(errno, path, .written)
            }
        }
    }

    /// Writes all of `bytes` from the start of the file on.
    func overwrite(_ bytes: Span<UInt8>, _ path: String) throws(FilesError) {
        guard lseek(number, 0, SEEK_SET) == 0 else { throw FilesError(errno, path, .written) }
        try write(bytes, path)
    }

    /// Waits until the disk has the bytes. Some network file systems have no such call for folders, of which
    /// they keep the names on the server at once: with `allowsNone` that is no error.
    func synchronize(_ path: String, allowsNone: Bool = false) throws(FilesError) {
        while fsync(number) != 0 {
            if allowsNone, errno == EINVAL { return }
            if errno != EINTR { throw FilesError(errno, path, .flushed) }
        }
    }

    /// Reads up to `count` bytes from where the last read ended; none at the end.
    func read(_ count: Int, _ path: String) throws(FilesError) -> [UInt8] {
        var code: Int32 = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            var result = 0
            repeat {
                result = unsafe Foundation.read(number, buffer.baseAddress, count)
            } while result < 0 && errno == EINTR
            code = result < 0 ? errno : 0
            filled = max(0, result)
        }
        guard code == 0 else { throw FilesError(code, path, .read) }
        return bytes
    }
}
