// A file that is written from start to end, and removed again when that fails.

internal import Files
import Foundation

/// A file being written. Call `finish` at the end; without it the incomplete file is removed.
struct OutputFile: ~Copyable {
    private let path: String
    /// Negative once closed.
    private var descriptor: Int32
    private var isComplete = false

    /// Creates the file, or empties the one that is there.
    init(path: String) throws(SafetensorsError) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .cannotWrite(path: path, reason: systemMessage(errno)) }
        self.descriptor = descriptor
        self.path = path
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        var status = stat()
        if !isComplete, unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG {
            unsafe unlink(path)
        }
    }

    /// Appends all bytes of `buffer`.
    mutating func write(_ buffer: UnsafeRawBufferPointer) throws(SafetensorsError) {
        var done = 0
        while done < buffer.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[done...])
            let count = unsafe Foundation.write(descriptor, rest.baseAddress, rest.count)
            if count > 0 {
                done += count
            } else if count == 0 {
                throw .cannotWrite(path: path, reason: "the system takes no more bytes")
            } else if errno != EINTR {
                throw .cannotWrite(path: path, reason: systemMessage(errno))
            }
        }
    }

    /// Waits until the disk has all bytes, and closes the file.
    mutating func finish() throws(SafetensorsError) {
        guard fsync(descriptor) == 0 else {
            throw .cannotWrite(path: path, reason: systemMessage(errno))
        }
        let status = close(descriptor)
        descriptor = -1
        guard status == 0 else { throw .cannotWrite(path: path, reason: systemMessage(errno)) }
        isComplete = true
    }
}
