// The output folder of a run, on rank 0: whether it may be used, has room, and what it goes on from.

package import Arguments
internal import Checkpoints
internal import Files

/// Looks at `output_dir` and at the checkpoint that a run would go on from. Changes nothing that stays.
package struct OutputCheck: Sendable {
    private let run: RunArguments
    private let host: String

    package init(_ run: RunArguments, host: String) { (self.run, self.host) = (run, host) }

    private var directory: String { run.model.outputDir }
    private var isResuming: Bool { run.training.resumeFromCheckpoint != .none }

    /// What is wrong with the folder and its checkpoints. Reads the newest checkpoint whole.
    package var findings: [Finding] { folder + checkpoint }

    private var folder: [Finding] {
        do throws(CheckpointError) {
            try OutputDirectory.check(
                path: directory, overwrite: run.training.overwriteOutputDir, resuming: isResuming,
                inputs: run.data.trainFiles + run.data.validationFiles + run.model.directories)
            _ = try OutputLock.ifPresent(directory: directory, host: host)
        } catch { return [Finding(.error, .output, error.description)] }
        let place = Self.nearest(directory)
        guard FileSystem.isDirectory(place), FileSystem.isWritable(place) else {
            let reason = FileSystem.isDirectory(place) ? "may not be written to" : "is a file"
            return [
                Finding(
                    .error, .output,
                    "output_dir \(directory) cannot be made: \(place) \(reason); choose another folder")
            ]
        }
        return []
    }

    private var checkpoint: [Finding] {
        do throws(CheckpointError) {
            switch run.training.resumeFromCheckpoint {
            case .none: return []
            case .path(let path): return named(path)
            case .auto:
                guard let choice = try CheckpointStore(outputDirectory: directory).newestGood() else {
                    return []
                }
                let refused = choice.refused.map { refused in
                    Finding(
                        .warning, .output,
                        "\(refused.path) is damaged and would not be used: \(refused.fault); the run would go "
                            + "on from \(choice.path)")
                }
                return refused
                    + (choice.isVerified ? [] : [Finding(.note, .output, "\(choice.path) has no manifest")])
            }
        } catch { return [Finding(.error, .output, error.description)] }
    }

    private func named(_ path: String) -> [Finding] {
        guard FileSystem.isDirectory(path) else {
            return [Finding(.error, .output, "resume_from_checkpoint: there is no folder \(path)")]
        }
        guard case .damaged(let fault) = CheckpointExamination(of: path) else { return [] }
        return [Finding(.error, .output, "resume_from_checkpoint: \(path) is damaged: \(fault)")]
    }

    /// Whether the disk has room for what the run writes; also the bytes that it writes at most.
    package func room(_ figures: DataOutcome.ModelFigures) -> [Finding] {
        let arguments = run.training
        func count(every steps: Int) -> Int { (figures.totalSteps + steps - 1) / max(1, steps) }
        let saves =
            switch arguments.saveStrategy {
            case .never: 0
            case .steps: count(every: arguments.saveSteps.count(of: figures.totalSteps))
            case .epoch: count(every: figures.stepsPerEpoch)
            case .best: min(1, figures.totalSteps)
            }
        let room = RoomNeeded(
            checkpoint: figures.checkpointBytes, finalModel: figures.finalModelBytes, saves: saves,
            limit: arguments.saveTotalLimit)
        do throws(CheckpointError) {
            let warning = try room.require(in: Self.nearest(directory))
            return warning.map { [Finding(.warning, .output, $0)] } ?? []
        } catch { return [Finding(.error, .output, error.description)] }
    }

    /// The folder itself, or the nearest one above it that is there.
    static func nearest(_ path: String) -> String {
        var parts = path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        let root = path.hasPrefix("/") ? "/" : ""
        while !parts.isEmpty {
            let folder = root + parts.joined(separator: "/")
            if FileSystem.exists(folder) { return folder }
            parts.removeLast()
        }
        return root.isEmpty ? "." : root
    }
}
