// Files and folders by their paths: making, renaming, removing, and waiting for the disk.

internal import Foundation

extension FileSystem {
    /// Writes a file whole: `path` leads to what was there before or, when this returns, to the new bytes on
    /// the disk.
    ///
    /// - Parameter isSecret: whether only its owner may read it.
    package static func write(
        _ bytes: [UInt8], to path: String, isSecret: Bool = false
    ) throws(FilesError) {
        let file = try PendingFile(path: path, isSecret: isSecret)
        try file.write(bytes)
        try file.finish()
    }

    /// As `write`, for text in UTF-8.
    package static func write(_ text: String, to path: String) throws(FilesError) {
        try write(Array(text.utf8), to: path)
    }

    /// Makes a folder and those on the way to it; nothing happens if it is there.
    package static func createDirectory(_ path: String) throws(FilesError) {
        if unsafe mkdir(path, 0o777) == 0 { return }
        let code = errno
        switch code {
        case EEXIST:
            guard isDirectory(path) else { throw .notADirectory(path: path, .created) }
        case ENOENT where folder(of: path) != path:
            do {
                try createDirectory(folder(of: path))
            } catch .notADirectory {
                throw .notADirectory(path: path, .created)
            }
            // Another process may have made it meanwhile.
            if unsafe mkdir(path, 0o777) != 0, !isDirectory(path) { throw FilesError(errno, path, .created) }
        default:
            // A file system that cannot be written to says so even of folders that it has.
            guard isDirectory(path) else { throw FilesError(code, path, .created) }
        }
    }

    /// The folder that holds what `path` names, as a path.
    package static func folder(of path: String) -> String {
        var text = path[...]
        while text.count > 1, text.hasSuffix("/") { text.removeLast() }
        guard let slash = text.lastIndex(of: "/") else { return "." }
        return slash == text.startIndex ? "/" : String(text[..<slash])
    }

    /// The name of what `path` names, in its folder.
    package static func name(of path: String) -> String {
        var text = path[...]
        while text.count > 1, text.hasSuffix("/") { text.removeLast() }
        guard let slash = text.lastIndex(of: "/"), text.count > 1 else { return String(text) }
        return String(text[text.index(after: slash)...])
    }

    /// Removes a file, or a folder with everything in it. Links are removed, not followed.
    package static func remove(_ path: String) throws(FilesError) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { throw FilesError(errno, path, .removed) }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            guard unsafe unlink(path) == 0 else { throw FilesError(errno, path, .removed) }
            return
        }
        for name in try names(in: path) { try remove(path + "/" + name) }
        guard unsafe rmdir(path) == 0 else { throw FilesError(errno, path, .removed) }
    }

    /// Gives a file or folder another name in the same file system, where nothing may stand.
    package static func move(_ source: String, to target: String) throws(FilesError) {
        var status = stat()
        guard unsafe lstat(target, &status) != 0 else {
            throw .failed(path: target, .written, reason: "something of that name is there already")
        }
        try replace(target, by: source)
    }

    /// Gives the file `source` the name `target` in the same file system; a file of that name is replaced in
    /// one instant.
    package static func replace(_ target: String, by source: String) throws(FilesError) {
        guard unsafe rename(source, target) == 0 else { throw FilesError(errno, source, .renamed) }
    }

    /// Waits until the disk has a file's bytes, or a folder's names.
    package static func synchronize(_ path: String) throws(FilesError) {
        let file = try Descriptor(path, O_RDONLY, .flushed)
        try file.synchronize(path, allowsNone: isDirectory(path))
    }

    /// The bytes that are free to this user on the file system of `folder`.
    package static func freeByteCount(of folder: String) throws(FilesError) -> Int {
        var status = statvfs()
        guard unsafe statvfs(folder, &status) == 0 else { throw FilesError(errno, folder, .examined) }
        return Int(status.f_bavail) * Int(status.f_frsize)
    }

    /// Throws `lacksSpace` unless the file system of `folder` has room for `byteCount` bytes.
    package static func requireSpace(_ byteCount: Int, in folder: String) throws(FilesError) {
        let free = try freeByteCount(of: folder)
        guard byteCount <= free else { throw .lacksSpace(path: folder, needed: byteCount, free: free) }
    }
}
