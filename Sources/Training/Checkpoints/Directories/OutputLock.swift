// One run a folder: a lock that other runs see, and that ends with its process.

internal import Files
internal import Foundation

/// Keeps other runs out of an output folder until it is released or its process ends, however it ends.
///
/// The lock is the file `.lock` in the folder, which names its holder. File systems that share locks between
/// hosts (NFS, Lustre with `flock`) keep out runs of other hosts too.
package final class OutputLock {
    static let name = ".lock"

    private let path: String
    private var lock: FileLock?

    /// Locks the folder, which exists and may be written to, and says in its file who holds it. Throws when
    /// another run has it.
    package init(directory: String, host: String) throws(CheckpointError) {
        path = directory + "/" + Self.name
        do throws(FilesError) {
            lock = try Self.take(path, "process \(ProcessInfo.processInfo.processIdentifier) on \(host)")
        } catch { throw .file(error) }
        guard lock == nil else { return }
        throw .outputLocked(directory, holder: try DurableFiles.bytesIfPresent(of: path))
    }

    /// Locks the folder if it is there and may be written to; nil otherwise.
    package static func ifPresent(directory: String, host: String) throws(CheckpointError) -> OutputLock? {
        guard FileSystem.isDirectory(directory), FileSystem.isWritable(directory) else { return nil }
        return try OutputLock(directory: directory, host: host)
    }

    /// The file goes with the lock; where it cannot be removed it locks nothing.
    deinit { if lock != nil { try? DurableFiles.remove(path) } }

    /// nil if another holder has it.
    private static func take(_ path: String, _ holder: String) throws(FilesError) -> FileLock? {
        while let taken = try FileLock(path: path) {
            // The last holder may have removed the file after it was opened here.
            guard try taken.isInPlace else { continue }
            try taken.write(holder)
            return taken
        }
        return nil
    }

    /// Lets other runs in.
    package func release() throws(CheckpointError) {
        guard lock != nil else { return }
        // Removed while it is held: who opened it before gets a lock that is not in place, and tries again.
        try DurableFiles.remove(path)
        lock = nil
    }
}
