// ONNX Runtime, in the Python environment that has it: what exported models are proved by.

internal import Files
internal import Foundation
package import JSON

/// A Python environment with onnxruntime, and the program that runs models in it.
package struct Runtime: Sendable {
    /// The environment's interpreter.
    package let python: String
    private let program: String
    /// Threads of a session; 0 lets ONNX Runtime choose.
    package var threadCount = 0

    /// The environment of `python`; the program is written to `folder`.
    package init(python: String, folder: String) throws(ExportError) {
        self.python = python
        program = folder + "/runtime.py"
        try ExportError.rethrowing { () throws(FilesError) in
            try FileSystem.write(PackageResources.runtime_py, to: program)
        }
    }

    /// What one call found. Throws with the last lines that Python printed when it fails.
    @discardableResult
    package func run(_ command: String, _ arguments: [String] = []) throws(ExportError) -> JSONValue {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["LOCKSTEP_THREADS=\(threadCount)", python, program, command] + arguments
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        do { try process.run() } catch { throw .pythonNotStarted(python, reason: "\(error)") }
        let bytes: Data
        do { bytes = try output.fileHandleForReading.readToEnd() ?? Data() } catch {
            throw .pythonNotStarted(python, reason: "\(error)")
        }
        process.waitUntilExit()
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        guard process.terminationStatus == 0, process.terminationReason == .exit, let last = lines.last
        else { throw .runtimeFailed(command, lines: Array(lines.suffix(4))) }
        do { return try JSONValue(parsing: Array(last.utf8)) } catch {
            throw .runtimeFailed(command, lines: Array(lines.suffix(4)))
        }
    }
}
