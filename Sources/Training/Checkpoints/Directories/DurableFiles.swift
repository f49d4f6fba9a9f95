// The file system with this module's errors, and finished files and folders put in their places.

internal import Files

/// `FileSystem`, throwing `CheckpointError`.
package enum DurableFiles {
    package static func exists(_ path: String) -> Bool { FileSystem.exists(path) }

    /// Whether `path` is a folder or a link to one.
    package static func isDirectory(_ path: String) -> Bool { FileSystem.isDirectory(path) }

    /// Names of everything in a folder, sorted.
    package static func names(in folder: String) throws(CheckpointError) -> [String] {
        try CheckpointError.rethrowing { () throws(FilesError) in try FileSystem.names(in: folder) }
    }

    static func bytes(of path: String) throws(CheckpointError) -> [UInt8] {
        try CheckpointError.rethrowing { () throws(FilesError) in try FileSystem.bytes(of: path) }
    }

    static func bytesIfPresent(of path: String) throws(CheckpointError) -> [UInt8]? {
        do { return try FileSystem.bytesIfPresent(of: path) } catch { throw .file(error) }
    }

    package static func createDirectory(_ path: String) throws(CheckpointError) {
        try CheckpointError.rethrowing { () throws(FilesError) in try FileSystem.createDirectory(path) }
    }

    package static func remove(_ path: String) throws(CheckpointError) {
        try CheckpointError.rethrowing { () throws(FilesError) in try FileSystem.remove(path) }
    }

    /// A rename inside one file system; the target must not exist.
    static func move(_ source: String, to target: String) throws(CheckpointError) {
        try CheckpointError.rethrowing { () throws(FilesError) in try FileSystem.move(source, to: target) }
    }

    /// Writes a small file whole.
    package static func write(_ bytes: [UInt8], to path: String) throws(CheckpointError) {
        try CheckpointError.rethrowing { () throws(FilesError) in try FileSystem.write(bytes, to: path) }
    }

    /// Waits until the disk has a file's bytes or a folder's names.
    package static func synchronize(_ path: String) throws(CheckpointError) {
        try CheckpointError.rethrowing { () throws(FilesError) in try FileSystem.synchronize(path) }
    }

    /// Puts a finished folder at `path`. One that is there is renamed to `aside` before and removed after;
    /// when the second rename fails it is put back.
    package static func install(_ finished: String, as path: String, aside: String) throws(CheckpointError) {
        guard exists(path) else {
            try move(finished, to: path)
            return
        }
        if exists(aside) { try remove(aside) }
        try move(path, to: aside)
        do {
            try move(finished, to: path)
        } catch {
            try move(aside, to: path)
            throw error
        }
        try remove(aside)
    }

    /// Throws unless the file system of `folder` has room for `byteCount` bytes.
    package static func requireSpace(_ byteCount: Int, in folder: String) throws(CheckpointError) {
        try CheckpointError.rethrowing { () throws(FilesError) in
            try FileSystem.requireSpace(byteCount, in: folder)
        }
    }
}
