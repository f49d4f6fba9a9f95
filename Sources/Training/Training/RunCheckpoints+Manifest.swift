// The manifest of a run's final model.

internal import Checkpoints

extension RunCheckpoints {
    /// Seals the final model, which lies beside much else in the output folder, and the adapters that were
    /// merged into it.
    func sealFinal(_ progress: RunProgress) throws(CheckpointError) {
        let folder = output.directory
        let adapters = folder + "/" + OutputDirectory.adapterFolder
        if DurableFiles.isDirectory(adapters) {
            try Manifest.seal(adapters, step: progress.step, run: progress.run)
        }
        try Manifest.seal(
            folder, names: OutputDirectory.filesOfModel(in: folder), step: progress.step, run: progress.run)
    }
}
