// The sentences about GGUF files that cannot be imported.

extension CheckpointError {
    static func unsupportedArchitecture(
        _ architecture: String?, in path: String, known: [String]
    ) -> CheckpointError {
        let found = architecture.map { "the architecture '\($0)'" } ?? "no general.architecture"
        return CheckpointError(
            "\(path) has \(found); expected one of \(known.joined(separator: ", ")): choose a model of these")
    }

    static func missingMetadata(_ key: String, in path: String) -> CheckpointError {
        CheckpointError(
            "\(path) has no metadata key '\(key)', which the import needs: convert the model again with an "
                + "up-to-date program")
    }

    static func badMetadata(
        _ key: String, found: String, expected: String, in path: String
    ) -> CheckpointError {
        CheckpointError(
            "\(path): metadata key '\(key)' is \(found), expected \(expected): convert the model again with "
                + "an up-to-date program")
    }

    static func unsupportedFeature(_ feature: String, in path: String) -> CheckpointError {
        CheckpointError("\(path): \(feature), which cannot be imported: choose another model")
    }

    static func unsupportedQuantisations(
        _ found: [String], in path: String, known: [String]
    ) -> CheckpointError {
        CheckpointError(
            "\(path) holds tensors quantised as \(list(found)); expected \(known.joined(separator: ", ")): "
                + "use a file that is quantised as one of these")
    }

    static func unsupportedTokenizer(_ found: String, in path: String, known: [String]) -> CheckpointError {
        CheckpointError(
            "\(path) has \(found); expected one of \(known.joined(separator: ", ")): choose another model")
    }

    static func badTokenizer(_ problem: String, in path: String) -> CheckpointError {
        CheckpointError(
            "\(path): the tokenizer is damaged: \(problem). Download the file or convert the model again")
    }

    static func unmatchedTensors(missing: [String], surplus: [String], in path: String) -> CheckpointError {
        var parts: [String] = []
        if !missing.isEmpty { parts.append("missing: \(list(missing))") }
        if !surplus.isEmpty { parts.append("unknown: \(list(surplus))") }
        return CheckpointError(
            "\(path): the tensors are not those of its architecture (\(parts.joined(separator: "; "))): "
                + "choose a plain model of this architecture")
    }

    static func wrongTensorShapes(_ shapes: [String], in path: String) -> CheckpointError {
        CheckpointError(
            "\(path): the tensors do not fit the metadata: \(list(shapes)). Convert the model again with an "
                + "up-to-date program")
    }

    static func importOutputInUse(_ path: String, found: [String]) -> CheckpointError {
        CheckpointError(
            "\(path) is not empty (\(list(found))): choose another output_dir, or replace the model in it "
                + "with --overwrite_output_dir")
    }

    static func importOutputHoldsOthers(_ path: String, found: [String]) -> CheckpointError {
        CheckpointError(
            "\(path) holds files that are no part of a model (\(list(found))), and would lose them: move "
                + "them away or choose another output_dir")
    }
}
