// Files that commands write besides checkpoints.

package import Checkpoints
import Files
import Foundation
import Safetensors
package import Training

/// Small files, written whole: to a temporary name first, then renamed.
package enum OutputFiles {
    package static func write(_ bytes: [UInt8], directory: String, name: String) throws(CheckpointError) {
        try DurableFiles.createDirectory(directory)
        try DurableFiles.write(bytes, to: directory + "/" + name)
    }
}

/// Lines that go to standard output, or to a file that appears under its name only when it is whole.
package final class LineSink {
    private let path: String
    /// Nil for standard output.
    private let file: PendingFile?
    private let handle: FileHandle
    private var buffer = Data()

    /// `-` means standard output.
    package init(path: String) throws(TrainingError) {
        self.path = path
        do {
            file = path == "-" ? nil : try PendingFile(path: path)
        } catch {
            throw TrainingError(
                "\(path) cannot be written (\(systemReason(error))): its folder must exist and allow writing; create it or "
                    + "choose another output_file")
        }
        handle = file?.handle ?? .standardOutput
    }

    package func write(_ line: String) throws {
        buffer.append(contentsOf: line.utf8)
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count >= 1 << 16 { try flush() }
    }

    /// Writes the rest; a file takes its final name.
    package func close() throws {
        try flush()
        do {
            try file?.finish()
        } catch {
            throw CheckpointError.cannot("written", path, error)
        }
    }

    /// Removes what was written so far to a file, after an error.
    package func discard() {
        do {
            try file?.discard()
        } catch {
            Messages.warn("what was written of \(path) could not be removed: \(systemReason(error))")
        }
    }

    private func flush() throws {
        do {
            try handle.write(contentsOf: buffer)
        } catch {
            throw CheckpointError.cannot("written", path, error)
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
