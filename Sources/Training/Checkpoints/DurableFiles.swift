// Files that are whole or not there after a crash: written beside their place, flushed, then renamed into it.

internal import Foundation
internal import Safetensors

/// File operations whose errors name the path and the system's reason.
package enum DurableFiles {
    package static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// Whether `path` is a folder or a link to one.
    package static func isDirectory(_ path: String) -> Bool { exists(path + "/.") }

    /// Names of everything in a folder, sorted.
    package static func names(in folder: String) throws(CheckpointError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        } catch { throw .cannot("read", folder, error) }
    }

    static func bytes(of path: String) throws(CheckpointError) -> [UInt8] {
        do {
            return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch { throw .cannot("read", path, error) }
    }

    package static func createDirectory(_ path: String) throws(CheckpointError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch { throw .cannot("created", path, error) }
    }

    package static func remove(_ path: String) throws(CheckpointError) {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch { throw .cannot("removed", path, error) }
    }

    /// A rename inside one file system; the target must not exist.
    static func move(_ source: String, to target: String) throws(CheckpointError) {
        do {
            try FileManager.default.moveItem(atPath: source, toPath: target)
        } catch { throw .cannot("renamed to \(target)", source, error) }
    }

    /// Writes a small file: flushed under another name, then renamed over the one that may be there.
    package static func write(_ bytes: [UInt8], to path: String) throws(CheckpointError) {
        do {
            try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch { throw .cannot("written", path, error) }
    }

    /// Waits until the disk has a file's bytes or a folder's names.
    package static func synchronize(_ path: String) throws(CheckpointError) {
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            try handle.synchronize()
            try handle.close()
        } catch { throw .cannot("flushed to the disk", path, error) }
    }

    /// Puts a finished file or folder at `path`. A file replaces the one that is there in one instant. A folder that
    /// is there is renamed to `aside` before and removed after; when the second rename fails it is put back.
    package static func install(_ finished: String, as path: String, aside: String) throws(CheckpointError) {
        guard exists(path) else {
            try move(finished, to: path)
            return
        }
        guard isDirectory(finished) else {
            do {
                try AtomicRename.run(finished, to: path)
            } catch { throw .cannot("renamed to \(path)", finished, error) }
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
        let free: Int
        do {
            let attributes = try FileManager.default.attributesOfFileSystem(forPath: folder)
            guard let number = attributes[.systemFreeSize] as? NSNumber else { return }
            free = number.intValue
        } catch { throw .cannot("examined for free space", folder, error) }
        guard byteCount <= free else { throw .noSpace(folder, needed: byteCount, free: free) }
    }
}
