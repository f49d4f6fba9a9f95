// What can go wrong with an export: what is wrong, where, and what to do.

package import Checkpoints
package import Files
internal import Safetensors

/// An error of exporting a model.
package enum ExportError: Error, FileFailure, Equatable {
    case file(FilesError)
    case checkpoint(CheckpointError)
    /// The environment's interpreter cannot be run.
    case pythonNotStarted(String, reason: String)
    /// The environment lacks a package.
    case noRuntime(String, reason: String)
    /// ONNX Runtime, or a tool of it, ended with an error; its last lines.
    case runtimeFailed(String, lines: [String])

    /// Runs `body`, with its errors as this type's.
    package static func checked<Result>(
        _ body: () throws(CheckpointError) -> Result
    ) throws(ExportError) -> Result {
        do { return try body() } catch { throw .checkpoint(error) }
    }
}

extension ExportError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file(let error): "\(error)"
        case .checkpoint(let error): "\(error)"
        case .pythonNotStarted(let python, let reason):
            "\(python) cannot be run: \(reason); give the python of an environment with onnx and onnxruntime "
                + "by --python"
        case .noRuntime(let python, let reason):
            "\(python) has no ONNX Runtime: \(reason); install it there: \(python) -m pip install "
                + "onnx onnxruntime numpy"
        case .runtimeFailed(let command, let lines):
            "the step \"\(command)\" in ONNX Runtime failed: \(lines.joined(separator: " | "))"
        }
    }
}
