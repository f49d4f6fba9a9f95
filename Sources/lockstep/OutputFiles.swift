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
    private let temporaryPath: String
    private let file: FileHandle
    private var buffer = Data()
    private var listener: SignalListener?

    /// `-` means standard output. With `endsOnInterrupt`, Ctrl-C and SIGTERM remove what was written so far and end the
    /// process.
    init(path: String, endsOnInterrupt: Bool = false) throws(TrainingError) {
        self.path = path
        guard path != "-" else {
            temporaryPath = ""
            file = .standardOutput
            return
        }
        temporaryPath = path + ".partial-\(ProcessInfo.processInfo.processIdentifier)"
        guard FileManager.default.createFile(atPath: temporaryPath, contents: nil),
            let file = FileHandle(forWritingAtPath: temporaryPath)
        else {
            throw TrainingError(
                "\(path) cannot be written: its folder does not exist or may not be written to; create it or "
                    + "choose another output_file")
        }
        self.file = file
        guard endsOnInterrupt else { return }
        listener = SignalListener([SIGINT, SIGTERM]) { [path, temporaryPath] number in
            Self.remove(temporaryPath)
            Messages.note("interrupted: \(path) is as it was before; run the same command again")
            _exit(128 + number)
        }
    }

    func write(_ line: String) throws {
        buffer.append(contentsOf: line.utf8)
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count >= 1 << 16 { try flush() }
    }

    /// Writes the rest; a file takes its final name.
    func close() throws {
        try flush()
        guard path != "-" else { return }
        do {
            try file.synchronize()
            try file.close()
            listener = nil
            try AtomicRename.run(temporaryPath, to: path)
        } catch {
            throw TrainingError("\(path) cannot be written: \(error.localizedDescription)")
        }
    }

    /// Removes what was written so far to a file, after an error.
    func discard() {
        listener = nil
        if path != "-" { Self.remove(temporaryPath) }
    }

    private static func remove(_ path: String) {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            Messages.warn("\(path) could not be removed: \(error.localizedDescription)")
        }
    }

    private func flush() throws {
        do {
            try file.write(contentsOf: buffer)
        } catch {
            throw TrainingError("\(path) cannot be written: \(error.localizedDescription)")
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
