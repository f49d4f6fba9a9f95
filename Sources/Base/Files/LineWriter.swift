// Lines to standard output, or to a file that appears under its name only when it is whole.

/// Writes lines through a buffer.
package final class LineWriter {
    private static let bufferByteCount = 1 << 16

    package let path: String
    /// Nil for standard output.
    private let file: PendingFile?
    private var buffer: [UInt8] = []

    /// `-` means standard output.
    package init(path: String) throws(FilesError) {
        self.path = path
        file = path == "-" ? nil : try PendingFile(path: path)
    }

    /// Appends `line` and a line feed.
    package func write(_ line: String) throws(FilesError) {
        buffer.append(contentsOf: line.utf8)
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count >= Self.bufferByteCount { try flush() }
    }

    /// Writes the rest; a file takes its name.
    package func finish() throws(FilesError) {
        try flush()
        try file?.finish()
    }

    /// Removes what was written so far to a file.
    package func discard() throws(FilesError) { try file?.discard() }

    private func flush() throws(FilesError) {
        if let file {
            try file.write(buffer)
        } else {
            try StandardOutput.write(buffer)
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
