// Which checkpoint a run goes on from, and what is said of those that it does not trust.

import Checkpoints

extension TrainingJob {
    /// The path of the newest checkpoint that is what was written; nil without any. Says what is wrong with
    /// newer ones.
    static func newestGood(in store: CheckpointStore) throws(CheckpointError) -> String? {
        guard let choice = try store.newestGood() else { return nil }
        for refused in choice.refused {
            Messages.warn("\(refused.path) is damaged and not used: \(refused.fault)")
        }
        if !choice.isVerified { tellUnverified(choice.path) }
        return choice.path
    }

    /// Throws when the checkpoint, which the user named, is damaged.
    static func examine(_ path: String) throws(CheckpointError) {
        // What is no checkpoint at all is refused where it is loaded.
        guard DurableFiles.isDirectory(path) else { return }
        switch CheckpointExamination(of: path) {
        case .good: break
        case .unverified: tellUnverified(path)
        case .damaged(let fault): throw CheckpointError.damaged(path, fault)
        }
    }

    private static func tellUnverified(_ path: String) {
        Messages.note(
            "\(path) was written by a version without \(Manifest.fileName): it cannot be verified, and is "
                + "taken as it is")
    }
}
