// Files that commands write besides checkpoints.

import Foundation
import Safetensors
import Training

/// Small files, written whole: to a temporary name first, then renamed.
enum OutputFiles {
    static func write(_ bytes: [UInt8], directory: String, name: String) throws(TrainingError) {
        let path = directory + "/" + name
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw TrainingError("\(path) cannot be written: \(error.localizedDescription)")
        }
    }
}

/// Lines that go to standard output, or to a file that appears under its name only when it is whole.
final class LineSink {
    private let path: String
    /// Nil for standard output.
    private let file: PendingFile?
    private let handle: FileHandle
    private var buffer = Data()

    /// `-` means standard output.
    init(path: String) throws(TrainingError) {
        self.path = path
        do {
            file = path == "-" ? nil : try PendingFile(path: path)
        } catch {
            throw TrainingError(
                "\(path) cannot be written: its folder does not exist or may not be written to; create it or "
                    + "choose another output_file")
        }
        handle = file?.handle ?? .standardOutput
    }

    func write(_ line: String) throws {
        buffer.append(contentsOf: line.utf8)
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count >= 1 << 16 { try flush() }
    }

    /// Writes the rest; a file takes its final name.
    func close() throws {
        try flush()
        do {
            try file?.finish()
        } catch {
            throw TrainingError("\(path) cannot be written: \(error.localizedDescription)")
        }
    }

    /// Removes what was written so far to a file, after an error.
    func discard() {
        do {
            try file?.discard()
        } catch {
            Messages.warn("what was written of \(path) could not be removed: \(error.localizedDescription)")
        }
    }

    private func flush() throws {
        do {
            try handle.write(contentsOf: buffer)
        } catch {
            throw TrainingError("\(path) cannot be written: \(error.localizedDescription)")
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
