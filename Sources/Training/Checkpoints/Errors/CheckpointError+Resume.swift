// Errors of resuming, and of output directories.

internal import Files

extension CheckpointError {
    static func noCheckpoint(_ path: String) -> CheckpointError {
        CheckpointError(
            "\(path): there is no such checkpoint directory; give resume_from_checkpoint a checkpoint-<step> "
                + "directory, auto or none")
    }

    static func incompleteCheckpoint(_ path: String, missing: String) -> CheckpointError {
        CheckpointError(
            "\(path) has no \(missing), so training cannot go on from it exactly: choose another "
                + "checkpoint, or start anew with it as model_name_or_path")
    }

    static func badState(
        _ key: String, isThere: Bool, expected: String, in path: String
    ) -> CheckpointError {
        CheckpointError(
            "\(path): \"\(key)\" is \(isThere ? "of another kind" : "missing"), expected \(expected): the "
                + "file was not written by this version of lockstep or was edited; choose another checkpoint")
    }

    static func differentConfiguration(_ keys: [String], in path: String) -> CheckpointError {
        CheckpointError(
            "\(path) differs from the model of this run in \(list(keys)): go on with the model and recipe "
                + "that wrote the checkpoint, or start a new run in another output_dir")
    }

    static func differentLayout(
        _ slot: String, expected: String, found: String, in path: String
    ) -> CheckpointError {
        CheckpointError(
            "\(path) belongs to another model: \(slot) is \(found) there and \(expected) in this run; go on "
                + "with the model that wrote the checkpoint")
    }

    static func differentOptimizer(expected: [String], found: [String], in path: String) -> CheckpointError {
        CheckpointError(
            "\(path) holds the state \(list(found)), but this run's optimizer needs \(list(expected)): go on "
                + "with the optimizer that wrote the checkpoint")
    }

    static func badOptimizerFile(_ path: String, reason: String) -> CheckpointError {
        CheckpointError(
            "\(path): \(reason); the file was not written by lockstep or is damaged: choose another "
                + "checkpoint"
        )
    }

    package static func outputIsFile(_ path: String) -> CheckpointError {
        CheckpointError("output_dir \(path) is a file: choose a directory")
    }

    static func outputNotCreated(_ path: String, _ error: FilesError) -> CheckpointError {
        CheckpointError(
            "output_dir \(path) cannot be created (\(error.reason)): choose another output_dir, or change the "
                + "permissions of the directory that it is to be in")
    }

    package static func outputGone(_ path: String) -> CheckpointError {
        CheckpointError(
            "output_dir \(path) was moved or deleted while the run wrote to it, so the run ends: move it "
                + "back and go on with --resume_from_checkpoint auto")
    }

    /// A folder without room for the least that a run writes, in bytes.
    static func lacksRoom(_ path: String, _ need: RoomNeeded, free: Int) -> CheckpointError {
        func megabytes(_ count: Int) -> Int { (count + 999_999) / 1_000_000 }
        let parts =
            (need.saves > 0 ? "a checkpoint of \(megabytes(need.checkpoint)) MB and " : "")
            + "the final model of \(megabytes(need.finalModel)) MB"
        return CheckpointError(
            "output_dir \(path): this run writes \(parts), but only \(megabytes(free)) MB are free on its "
                + "file system: make room, or choose another output_dir", subject: .storage)
    }

    static func outputNotWritable(_ path: String) -> CheckpointError {
        CheckpointError(
            "output_dir \(path) may not be written to: change its permissions or choose another output_dir")
    }

    static func outputInUse(_ path: String, found: [String]) -> CheckpointError {
        CheckpointError(
            "output_dir \(path) already holds another run (\(list(found))): choose another output_dir, start "
                + "afresh with --overwrite_output_dir true, or go on with --resume_from_checkpoint auto")
    }

    static func outputLocked(_ path: String, holder: [UInt8]?) -> CheckpointError {
        let name = String(decoding: holder ?? [], as: UTF8.self)
        return CheckpointError(
            "output_dir \(path) is in use by another run\(name.isEmpty ? "" : " (\(name))"): wait until it ends, or "
                + "choose another output_dir", subject: .otherRun)
    }

    /// A run that is to go on and has nothing to go on from but its final model.
    package static func outputFinished(_ path: String, step: Int, of total: Int) -> CheckpointError {
        CheckpointError(
            "output_dir \(path) holds the finished model of step \(step) and no checkpoint from which the run could go "
                + "on to step \(total): start from that model in another output_dir, or afresh with "
                + "--overwrite_output_dir true instead of --resume_from_checkpoint auto")
    }

    static func outputHoldsModel(_ path: String, found: [String]) -> CheckpointError {
        CheckpointError(
            "output_dir \(path) holds a model that is not the result of a run (\(list(found))), and training "
                + "would replace it: choose another output_dir")
    }

    static func outputHoldsInput(_ path: String, input: String) -> CheckpointError {
        CheckpointError(
            "--overwrite_output_dir true would remove \(input), which this run reads, from output_dir "
                + "\(path): choose another output_dir")
    }
}
