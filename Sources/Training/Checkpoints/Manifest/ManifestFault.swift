// What can be wrong with a folder that has a manifest, or should have one.

/// Damage of a checkpoint or a model, as it stands behind the folder's name and "is damaged:".
package enum ManifestFault: Error, Equatable, Sendable {
    /// A file of the manifest, or the manifest, is not there.
    case missing(file: String)
    case wrongSize(file: String, written: Int, found: Int)
    /// The size is right, the bytes are others.
    case wrongContent(file: String)
    /// A file that the disk does not give back.
    case unreadable(file: String, reason: String)
    /// The manifest itself is not what was written.
    case changed
    /// The manifest says more than this version understands.
    case newerVersion(Int)
    /// The folder has the name of another step.
    case otherStep(written: Int)
    /// trainer_state.json cannot be read, or has another step than the optimiser's state.
    case badState(String)
}

extension ManifestFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missing(let file): "it has no \(file)"
        case .wrongSize(let file, let written, let found):
            "\(file) has \(found) bytes, but \(written) were written"
        case .wrongContent(let file): "\(file) does not have the bytes that were written (by its XXH64)"
        case .unreadable(let file, let reason): "\(file) cannot be read (\(reason))"
        case .changed: "\(Manifest.fileName) is not what was written"
        case .newerVersion(let version):
            "\(Manifest.fileName) has version \(version), which a newer lockstep wrote or damage made"
        case .otherStep(let written): "its files are those of step \(written)"
        case .badState(let reason): reason
        }
    }
}

extension CheckpointError {
    /// A checkpoint that was asked for by its name.
    package static func damaged(_ path: String, _ fault: ManifestFault) -> CheckpointError {
        CheckpointError(
            "\(path) is damaged: \(fault); give resume_from_checkpoint another checkpoint-<step> directory, "
                + "or auto, which takes the newest good one")
    }

    /// A folder of which every checkpoint is damaged.
    static func nothingGood(_ directory: String, _ refused: [RefusedCheckpoint]) -> CheckpointError {
        CheckpointError(
            "\(directory) has no checkpoint to go on from: "
                + list(refused.map { "\($0.name) is damaged: \($0.fault)" })
                + ". Copy one again, or train afresh with --overwrite_output_dir true")
    }

    /// Weights of a model that are not what was written.
    package static func damagedModel(_ directory: String, _ fault: ManifestFault) -> CheckpointError {
        CheckpointError(
            "\(directory) is damaged: \(fault); copy the model again, or remove its \(Manifest.fileName) if "
                + "it was changed on purpose")
    }

    /// Files that were flushed to the disk and came back otherwise.
    static func notKept(_ folder: String, _ fault: ManifestFault) -> CheckpointError {
        CheckpointError(
            "the disk does not give back what was written to \(folder): \(fault); older checkpoints are as "
                + "they were. Check the disk, or choose another output_dir", subject: .storage)
    }
}
