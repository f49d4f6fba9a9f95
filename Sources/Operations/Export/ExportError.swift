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

    /// What a model computed cannot be read or written.
    case unreadableOutputs(String, reason: String)
    /// The rows gave the model nothing to compute.
    case noSteps
    /// A model gives outputs of another shape.
    case otherShape(String, found: [Int], expected: [Int])
    /// An exported model does not compute what Lockstep does.
    case differs(String, largest: Float, bound: Float, otherAnswers: Int, rows: Int)
    /// An exported model writes other tokens, from the number `at` on.
    case otherTokens(String, at: Int, count: Int)
    /// A smaller model loses more of a figure than it may.
    case losesTooMuch(String, metric: String, loss: Double, bound: Double)
    /// The folder cannot be exported as it is.
    case notExportable(String, reason: String)
    /// The output folder holds something.
    case outputExists(String)

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
        case .unreadableOutputs(let path, let reason): "\(path): \(reason)"
        case .noSteps: "no row of validation_file reached the model: give rows with text and reference"
        case .otherShape(let model, let found, let expected):
            "the exported \(model) gives outputs of shape \(found), expected \(expected)"
        case .differs(let model, let largest, let bound, let otherAnswers, let rows):
            "the exported \(model) does not compute what Lockstep does: the largest difference of logits is "
                + "\(largest), the bound is \(bound); \(otherAnswers) of \(rows) rows have another largest "
                + "logit. Nothing was exported"
        case .otherTokens(let model, let place, let count):
            "the exported \(model) writes another text: of \(count) tokens, greedy, number \(place + 1) is "
                + "another one. Nothing was exported"
        case .losesTooMuch(let model, let metric, let loss, let bound):
            "the \(model) model loses \(loss) of \(metric), and --max_metric_loss allows \(bound); leave it out "
                + "of --variants or allow more. Nothing was exported"
        case .notExportable(let path, let reason): "\(path) cannot be exported: \(reason)"
        case .outputExists(let path):
            "output_dir \(path) holds files: give a new folder, or replace it with --replace_output_dir"
        case .runtimeFailed(let command, let lines):
            "the step \"\(command)\" in ONNX Runtime failed: \(lines.joined(separator: " | "))"
        }
    }
}
