// The room on the disk that a run needs, asked for before its first step.

internal import Files

/// What a run is going to write, in bytes.
package struct RoomNeeded: Equatable, Sendable {
    let checkpoint: Int
    let finalModel: Int
    /// Checkpoints that it will make, and the most that it keeps; nil keeps all.
    let saves: Int
    let limit: Int?

    package init(checkpoint: Int, finalModel: Int, saves: Int, limit: Int?) {
        (self.checkpoint, self.finalModel, self.saves) = (checkpoint, finalModel, saves)
        self.limit = limit.flatMap { $0 > 0 ? $0 : nil }
    }

    /// Without this a run fails for certain: a checkpoint, and the final model beside it.
    package var least: Int { (saves > 0 ? checkpoint : 0) + finalModel }

    /// The most that is there at once: an old checkpoint goes only when the new one is whole.
    package var most: Int {
        let kept = min(saves, limit ?? saves)
        return max(min(saves, kept + 1) * checkpoint, kept * checkpoint + finalModel)
    }

    /// Throws when the file system of `folder` has no room for the least. Returns a warning when it has none
    /// for the most.
    package func require(in folder: String) throws(CheckpointError) -> String? {
        let free: Int
        do throws(FilesError) { free = try FileSystem.freeByteCount(of: folder) } catch { throw .file(error) }
        guard free >= least else { throw .lacksRoom(folder, self, free: free) }
        guard free < most else { return nil }
        return
            "output_dir \(folder) has \(free / 1_000_000) MB free on its file system, but this run writes up "
            + "to \(most / 1_000_000) MB: \(saves) checkpoints of \(checkpoint / 1_000_000) MB, of which "
            + "save_total_limit keeps \(limit.map { "\($0)" } ?? "all"), and the final model. Make room, or "
            + "set a smaller save_total_limit"
    }
}
