// A small file whose content changes often, and that nobody has to find whole after a crash of the host.

internal import Foundation

/// A file that is written over in place: what is read of it is an old content or a new one, whatever
/// becomes of the process, as long as a content has less than a page. White space stands behind a content
/// that is shorter than one before.
package final class RewrittenFile {
    package let path: String
    private let descriptor: Descriptor
    private var longest = 0

    /// Opens the file, which is made if it is not there.
    package init(path: String) throws(FilesError) {
        self.path = path
        descriptor = try Descriptor(path, O_RDWR | O_CREAT, .written)
        longest = Int(try descriptor.status(path, .examined).st_size)
    }

    /// Puts `content` in the place of what was there.
    package func write(_ content: [UInt8]) throws(FilesError) {
        var bytes = content
        if bytes.count < longest {
            bytes +=
                Array(repeating: UInt8(ascii: " "), count: longest - bytes.count - 1) + [UInt8(ascii: "\n")]
        }
        longest = bytes.count
        try descriptor.overwrite(bytes.span, path)
    }
}
