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

    /// Whether the open file still has its name: a folder that was moved or deleted takes it along.
    package var isInPlace: Bool {
        get throws(FilesError) { try descriptor.isNamed(path) }
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
