// What can be wrong with a GGUF file that is imported, or with the folder that it becomes.

package import Checkpoints
package import GGUF

/// An error of an import. `in` is the path of the GGUF file.
package enum GGUFImportError: Error, Sendable, Equatable {
    // What the file holds.
    case unsupportedArchitecture(String?, in: String, known: [String])
    case missingMetadata(String, in: String)
    case badMetadata(String, found: String, expected: String, in: String)
    /// Something of the model that config.json or this program cannot express, as a clause.
    case unsupportedFeature(String, in: String)
    case unsupportedQuantisations([String], in: String, known: [String])
    case unsupportedTokenizer(String, in: String, known: [String])
    case badTokenizer(String, in: String)
    case unmatchedTensors(missing: [String], surplus: [String], in: String)
    case wrongTensorShapes([String], in: String)
    /// The bytes of the file, in the words of the file format.
    case format(GGUFError)
    // The folder that is written.
    case outputInUse(String, found: [String])
    case outputHoldsOthers(String, found: [String])
    /// Writing and renaming.
    case files(CheckpointError)
}

extension GGUFImportError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unsupportedArchitecture(let architecture, let path, let known):
            let found = architecture.map { "the architecture '\($0)'" } ?? "no general.architecture"
            return "\(path) has \(found); expected one of \(known.joined(separator: ", ")): choose a model "
                + "of these"
        case .missingMetadata(let key, let path):
            return "\(path) has no metadata key '\(key)', which the import needs: convert the model again "
                + "with an up-to-date program"
        case .badMetadata(let key, let found, let expected, let path):
            return "\(path): metadata key '\(key)' is \(found), expected \(expected): convert the model "
                + "again with an up-to-date program"
        case .unsupportedFeature(let feature, let path):
            return "\(path): \(feature), which cannot be imported: choose another model"
        case .unsupportedQuantisations(let found, let path, let known):
            return "\(path) holds tensors quantised as \(Self.list(found)); expected "
                + "\(known.joined(separator: ", ")): use a file that is quantised as one of these"
        case .unsupportedTokenizer(let found, let path, let known):
            let names = known.joined(separator: ", ")
            return "\(path) has \(found); expected one of \(names): choose another model"
        case .badTokenizer(let problem, let path):
            return "\(path): the tokenizer is damaged: \(problem). Download the file or convert the model "
                + "again"
        case .unmatchedTensors(let missing, let surplus, let path):
            var parts: [String] = []
            if !missing.isEmpty { parts.append("missing: \(Self.list(missing))") }
            if !surplus.isEmpty { parts.append("unknown: \(Self.list(surplus))") }
            return "\(path): the tensors are not those of its architecture "
                + "(\(parts.joined(separator: "; "))): choose a plain model of this architecture"
        case .wrongTensorShapes(let shapes, let path):
            return "\(path): the tensors do not fit the metadata: \(Self.list(shapes)). Convert the model "
                + "again with an up-to-date program"
        case .format(let error): return "\(error)"
        case .outputInUse(let path, let found):
            return "\(path) is not empty (\(Self.list(found))): choose another output_dir, or replace the "
                + "model in it with --overwrite_output_dir"
        case .outputHoldsOthers(let path, let found):
            return "\(path) holds files that are no part of a model (\(Self.list(found))), and would lose "
                + "them: move them away or choose another output_dir"
        case .files(let error): return error.description
        }
    }

    private static func list(_ names: [String]) -> String { CheckpointError.list(names) }
}
