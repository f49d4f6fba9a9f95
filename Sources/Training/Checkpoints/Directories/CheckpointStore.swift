// The checkpoint-<step> directories of a run: saved whole or not at all.

internal import Foundation

/// The checkpoints in one output directory. Only one process, that of rank 0, may save to it.
///
/// A checkpoint is written to a hidden folder beside its place, flushed, read back and renamed: whatever has
/// the name `checkpoint-<step>` was whole then, and its manifest tells whether it still is.
package struct CheckpointStore: Sendable {
    package let outputDirectory: String

    package init(outputDirectory: String) { self.outputDirectory = outputDirectory }

    static func name(step: Int) -> String { "checkpoint-\(step)" }

    /// The step of a checkpoint's name; nil for other names.
    package static func step(ofName name: String) -> Int? {
        let prefix = "checkpoint-"
        guard name.hasPrefix(prefix), let step = Int(name.dropFirst(prefix.count)), step >= 0 else {
            return nil
        }
        return self.name(step: step) == name ? step : nil
    }

    /// Saves a checkpoint and returns its path. `write` fills the folder that it is given; it ends with
    /// trainer_state.json, behind which comes the manifest. An existing checkpoint of the same step is
    /// replaced after the new one is on the disk.
    ///
    /// When anything fails the folder is removed, the other checkpoints are as before, and the error is
    /// thrown.
    @discardableResult
    package func save(
        step: Int, run: String? = nil, write: (_ temporaryDirectory: String) throws -> Void
    ) throws(CheckpointError) -> String {
        precondition(step >= 0, "a step counts from 0")
        try DurableFiles.createDirectory(outputDirectory)
        let name = Self.name(step: step)
        let partial = path(Leftover(of: name, kind: .partial).name)
        if DurableFiles.exists(partial) { try DurableFiles.remove(partial) }
        try DurableFiles.createDirectory(partial)
        do {
            try write(partial)
            for file in try Manifest.names(in: partial) {
                try DurableFiles.synchronize(partial + "/" + file)
            }
            try Manifest.seal(partial, step: step, run: run)
            try DurableFiles.install(
                partial, as: path(name), aside: path(Leftover(of: name, kind: .replaced).name))
        } catch {
            if DurableFiles.exists(partial) { try DurableFiles.remove(partial) }
            throw CheckpointError(error)
        }
        try DurableFiles.synchronize(outputDirectory)
        return path(name)
    }

    /// The steps of all whole checkpoints, ascending.
    package func steps() throws(CheckpointError) -> [Int] {
        guard DurableFiles.isDirectory(outputDirectory) else { return [] }
        return try DurableFiles.names(in: outputDirectory).compactMap(Self.step(ofName:)).filter {
            DurableFiles.exists(path(Self.name(step: $0)) + "/" + TrainerState.fileName)
        }.sorted()
    }

    /// Removes what runs that died while saving left behind, and returns the names. A checkpoint or model
    /// that was just being replaced gets its name back. Call it once before a run saves.
    ///
    /// - Parameter isLocked: whether this run has the folder for itself: then nothing in it is in use, even
    ///   if another process has got the number of the one that died.
    @discardableResult
    package func removeLeftovers(isLocked: Bool = false) throws(CheckpointError) -> [String] {
        guard DurableFiles.isDirectory(outputDirectory) else { return [] }
        var removed: [String] = []
        for name in try DurableFiles.names(in: outputDirectory) {
            if Leftover.isOfFoundation(name) {
                try DurableFiles.remove(path(name))
                removed.append(name)
                continue
            }
            guard let leftover = Leftover(name: name), isLocked || !leftover.isInUse else { continue }
            if try leftover.settle(in: outputDirectory) { removed.append(name) }
        }
        return removed
    }

    func path(_ name: String) -> String { outputDirectory + "/" + name }
}
