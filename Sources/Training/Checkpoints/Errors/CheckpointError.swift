// What can go wrong with model directories, checkpoints and output directories.

package import Files
internal import Models
internal import Phrases
internal import Safetensors

/// An error of reading or writing a model or a checkpoint: what is wrong, where, and what to do.
package struct CheckpointError: Error, FileFailure, CustomStringConvertible, Sendable, Equatable {
    /// What the error is about, as far as it decides whether another try can help.
    package enum Subject: Sendable, Equatable {
        /// What is read, or what was asked for.
        case input
        /// The disk is full, or does not take or keep what is written.
        case storage
        /// Another run holds the folder.
        case otherRun
    }

    package let description: String
    package let subject: Subject

    init(_ description: String, subject: Subject = .input) {
        (self.description, self.subject) = (description, subject)
    }

    /// Any error as one of this module: its own and those of the file formats keep their words.
    package init(_ error: any Error) {
        if let error = error as? CheckpointError {
            self = error
        } else if let error = error as? SafetensorsError, case .file(let cause) = error {
            self.init("\(error)", subject: cause.isOfStorage ? .storage : .input)
        } else {
            self.init("\(error)")
        }
    }

    /// Names in a list, cut after eight with the number of those left out.
    package static func list(_ names: [String]) -> String {
        names.listed()
    }
}

// MARK: Model directories

extension CheckpointError {
    private static let contents =
        "a Hugging Face model directory with config.json, model.safetensors and the tokenizer's files"

    static func noDirectory(_ path: String) -> CheckpointError {
        CheckpointError(
            "\(path): there is no such directory; model_name_or_path must be the path of \(contents)"
                + ((neighbours(of: path) ?? downloadAdvice(path)).map { ". " + $0 } ?? ""))
    }

    /// The models that lie where `path` should, if there are some.
    private static func neighbours(of path: String) -> String? {
        guard path.contains("/") else { return nil }
        let folder = FileSystem.folder(of: path)
        // A folder that cannot be listed gives no advice.
        let names = (try? FileSystem.names(in: folder)) ?? []
        let models = names.filter { FileSystem.isFile("\(folder)/\($0)/config.json") }.sorted()
        guard !models.isEmpty else { return nil }
        let shown = models.prefix(shownModels).joined(separator: ", ")
        return "\(folder) has the models \(shown)\(models.count > shownModels ? ", …" : "")"
    }

    private static let shownModels = 8

    /// How a model comes from the Hugging Face Hub, if `name` may be one there: a name, or an organisation's.
    private static func downloadAdvice(_ name: String) -> String? {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let isHubName = parts.allSatisfy { part in
            part.first.map { $0.isLetter || $0.isNumber } == true
                && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
        }
        guard parts.count <= 2, isHubName, let last = parts.last else { return nil }
        // What stands in a folder that is here is meant as a path.
        guard parts.count == 1 || !FileSystem.isDirectory(String(parts[0])) else { return nil }
        let folder = "models/\(last)"
        return "For the model of this name on the Hugging Face Hub run `hf download \(name) --local-dir "
            + "\(folder)` (pip install huggingface_hub) and give \(folder): nodes read the folder and download "
            + "nothing"
    }

    static func notADirectory(_ path: String) -> CheckpointError {
        CheckpointError("\(path) is a file; expected \(contents): give the directory that holds it")
    }

    static func noConfiguration(_ directory: String) -> CheckpointError {
        CheckpointError("\(directory) has no config.json; expected \(contents): download the model again")
    }

    static func badJSON(_ path: String, reason: String) -> CheckpointError {
        CheckpointError(
            "\(path) is not a JSON object (\(reason)): copy or download the file again")
    }

    static func unsupportedModel(
        _ type: String?, in path: String, known: [String], purpose: String
    ) -> CheckpointError {
        let list = known.joined(separator: ", ")
        guard let type else {
            return CheckpointError(
                "\(path) has no \"model_type\": expected one of \(list); it is not the config.json of a "
                    + "Hugging Face model: download the model again")
        }
        return CheckpointError(
            "\(path): model_type \"\(type)\" cannot be trained as \(purpose); expected one of \(list): "
                + "choose another model")
    }

    static func badConfiguration(
        _ key: String, found: String, expected: String, in path: String
    ) -> CheckpointError {
        CheckpointError("\(path): \"\(key)\" is \(found), expected \(expected): correct the file")
    }

    static func neverFineTuned(_ directory: String, missing: [String]) -> CheckpointError {
        CheckpointError(
            "\(directory) has no classification head (missing: \(list(missing))): the model was never "
                + "fine-tuned; run `lockstep train` first and give its output_dir")
    }
}

// MARK: Adapters

extension CheckpointError {
    static func noBaseModel(_ name: String, in path: String) -> CheckpointError {
        CheckpointError(
            "\(path): the base model \"\(name)\" is no directory here: run where the path holds, or set "
                + "base_model_name_or_path to the directory of the model that was adapted"
                + (downloadAdvice(name).map { ". " + $0 } ?? ""))
    }

    static func adapterUnmatched(missing: [String], surplus: [String], in path: String) -> CheckpointError {
        var parts: [String] = []
        if !missing.isEmpty { parts.append("it lacks \(list(missing))") }
        if !surplus.isEmpty { parts.append("the model has no place for \(list(surplus))") }
        return CheckpointError(
            "\(path) does not fit the model: \(parts.joined(separator: "; ")). Use the base model and the adapter "
                + "settings that it was trained with")
    }
}

// MARK: Tensors of a model

extension CheckpointError {
    static func tensorTwice(_ tensor: String, names: [String], in path: String) -> CheckpointError {
        CheckpointError(
            "\(path): \(names.joined(separator: " and ")) both stand for \(tensor): remove one of them")
    }

    static func unmatched(missing: [String], surplus: [String], in path: String) -> CheckpointError {
        var parts: [String] = []
        if !missing.isEmpty {
            parts.append("\(missing.count, "tensor") missing (\(list(missing)))")
        }
        if !surplus.isEmpty {
            parts.append("\(surplus.count, "tensor") that the model does not have (\(list(surplus)))")
        }
        return CheckpointError(
            "\(path): the weights do not fit config.json: \(parts.joined(separator: "; ")). Use weights and "
                + "config.json of the same model")
    }

    static func partlyTied(_ tied: TiedTensor, missing: [String], in path: String) -> CheckpointError {
        CheckpointError(
            "\(path): \(tied.copy) differs from \(tied.original), which it is tied to, and there is no "
                + "\(list(missing)) for an output layer of its own: remove \(tied.copy), or store the output "
                + "layer whole")
    }

    static func wrongShapes(_ shapes: [String], in path: String) -> CheckpointError {
        CheckpointError(
            "\(path): the weights do not fit config.json: \(list(shapes)). Use weights and config.json of "
                + "the same model")
    }

    static func notFinite(_ tensor: String, value: Float, at index: Int, in path: String) -> CheckpointError {
        CheckpointError(
            "\(path): tensor \(tensor) holds \(value) at element \(index): the file is damaged or its "
                + "training diverged; use another copy or an earlier checkpoint")
    }
}

// MARK: Files and folders

extension CheckpointError {
    /// A file operation that failed.
    package static func file(_ error: FilesError) -> CheckpointError {
        guard case .lacksSpace(let path, _, _) = error else {
            return CheckpointError(error.description, subject: error.isOfStorage ? .storage : .input)
        }
        return CheckpointError(
            "\(path): \(error.reason): make room, set a smaller save_total_limit or choose another output_dir",
            subject: .storage)
    }

    /// A file whose content could not be made.
    package static func cannot(_ action: String, _ path: String, _ error: any Error) -> CheckpointError {
        CheckpointError("\(path) cannot be \(action): \(error)")
    }
}
