// Standard output and standard error.

internal import Foundation

/// What programs read of this one.
package enum StandardOutput {
    /// Writes at once, past the C library's buffer.
    package static func write(_ bytes: [UInt8]) throws(FilesError) {
        try Descriptor.write(bytes.span, to: STDOUT_FILENO, "standard output")
    }

    package static func write(_ text: String) throws(FilesError) { try write(Array(text.utf8)) }
}

/// What people read of this program.
package enum StandardError {
    /// Writes at once. Where nobody can be told, nothing is: a closed standard error loses the text and no
    /// more.
    package static func write(_ text: String) {
        do {
            try Descriptor.write(Array(text.utf8).span, to: STDERR_FILENO, "standard error")
        } catch {}
    }
}
