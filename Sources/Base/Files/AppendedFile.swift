// A log: a file that only grows, and that a failed write leaves as it was.

internal import Foundation

/// A file open for appending.
package final class AppendedFile {
    package let path: String
    private let descriptor: Descriptor

    /// Opens a file, which is made if it is not there, and cuts it after `byteCount` bytes; nil keeps all.
    package init(path: String, keeping byteCount: Int? = nil) throws(FilesError) {
        self.path = path
        descriptor = try Descriptor(path, O_WRONLY | O_APPEND | O_CREAT, .written)
        if let byteCount { try truncate(to: byteCount) }
    }

    /// The file's size now.
    package var byteCount: Int {
        get throws(FilesError) { Int(try descriptor.status(path, .examined).st_size) }
    }

    /// Appends all of `bytes`; what a failed write left may be cut off by `truncate`.
    package func append(_ bytes: [UInt8]) throws(FilesError) { try descriptor.write(bytes.span, path) }

    /// Appends text in UTF-8.
    package func append(_ text: String) throws(FilesError) { try append(Array(text.utf8)) }

    /// Cuts the file after `byteCount` bytes.
    package func truncate(to byteCount: Int) throws(FilesError) {
        guard ftruncate(descriptor.number, off_t(byteCount)) == 0 else {
            throw FilesError(errno, path, .written)
        }
    }

    /// Waits until the disk has all bytes.
    package func synchronize() throws(FilesError) { try descriptor.synchronize(path) }
}

/// Keeps other processes from something, as long as it lives. A killed process lets go of it.
package final class FileLock: Sendable {
    private let descriptor: Descriptor

    /// Locks the file at `path`, which is made if it is not there and stays; nil if another holder has it.
    package init?(path: String) throws(FilesError) {
        descriptor = try Descriptor(path, O_RDWR | O_CREAT, .locked)
        guard flock(descriptor.number, LOCK_EX | LOCK_NB) == 0 else {
            if errno == EWOULDBLOCK { return nil }
            throw FilesError(errno, path, .locked)
        }
    }

    /// Lets go for every copy of the descriptor, of which a child process that is just being started may hold
    /// one.
    deinit { flock(descriptor.number, LOCK_UN) }
}
