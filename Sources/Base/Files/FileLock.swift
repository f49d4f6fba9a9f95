// A lock between processes: it ends with its holder, however that ends.

internal import Foundation

/// Keeps other processes from something, as long as it lives. A killed process lets go of it.
package final class FileLock: Sendable {
    private let path: String
    private let descriptor: Descriptor

    /// Locks the file at `path`, which is made if it is not there and stays; nil if another holder has it.
    package init?(path: String) throws(FilesError) {
        self.path = path
        descriptor = try Descriptor(path, O_RDWR | O_CREAT, .locked)
        guard flock(descriptor.number, LOCK_EX | LOCK_NB) == 0 else {
            if errno == EWOULDBLOCK { return nil }
            throw FilesError(errno, path, .locked)
        }
    }

    /// Whether the locked file still has its name. An earlier holder that removed it has let go of a file
    /// that nobody else will find: then the lock is worth nothing, and has to be taken again.
    package var isInPlace: Bool {
        get throws(FilesError) { try descriptor.isNamed(path) }
    }

    /// Replaces what the file says, such as who holds it.
    package func write(_ text: String) throws(FilesError) {
        guard ftruncate(descriptor.number, 0) == 0 else { throw FilesError(errno, path, .written) }
        try descriptor.write(Array(text.utf8).span, path)
    }

    /// Lets go for every copy of the descriptor, of which a child process that is just being started may hold
    /// one.
    deinit { flock(descriptor.number, LOCK_UN) }
}
