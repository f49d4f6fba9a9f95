// The Python environment with ONNX Runtime, made where there is none.

internal import Files
internal import Foundation

/// A virtual environment with what proves and quantizes exported models.
package enum PythonEnvironment {
    /// The packages, in the versions that the project is tested with.
    package static let packages = [
        "onnx==1.23.2", "onnxruntime==1.32.0", "onnx-ir==1.1.0", "numpy", "sympy",
    ]

    /// The interpreter of the environment in `folder`, which is made first if it is not there. `note` is told
    /// what is done.
    package static func python(in folder: String, note: (String) -> Void) throws(ExportError) -> String {
        let python = folder + "/bin/python"
        // A mark that a broken installation lacks.
        let mark = folder + "/complete"
        if FileSystem.isFile(mark), FileSystem.isExecutable(python) { return python }
        note("making a Python environment with ONNX Runtime in \(folder)")
        try run(["python3", "-m", "venv", folder])
        try run([python, "-m", "pip", "install", "--quiet"] + packages)
        try ExportError.rethrowing { () throws(FilesError) in
            try FileSystem.write(packages.joined(separator: "\n") + "\n", to: mark)
        }
        return python
    }

    private static func run(_ words: [String]) throws(ExportError) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        (process.standardOutput, process.standardError) = (output, output)
        let text: String
        do {
            try process.run()
            text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        } catch { throw .pythonNotStarted(words[0], reason: "\(error)") }
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw .noRuntime(
                words[0], reason: text.split(separator: "\n").suffix(3).joined(separator: " | "))
        }
    }
}
