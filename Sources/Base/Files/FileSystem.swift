// Files and folders by their paths: what is there, and what they hold.

internal import Foundation

/// Operations on files and folders, with errors that name the path. A folder's path may end in a slash.
package enum FileSystem {
    /// Bytes of the largest file that is read whole unless its reader says otherwise.
    package static let wholeFileLimit = 1 << 31

    /// What a path names, symbolic links followed.
    package enum Kind: Sendable {
        case file, directory
        /// A device, pipe or socket.
        case special
    }

    /// What stands at `path`; nil if nothing does, or nothing that may be seen.
    package static func kind(of path: String) -> Kind? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return switch status.st_mode & S_IFMT {
        case S_IFREG: .file
        case S_IFDIR: .directory
        default: .special
        }
    }

    /// Whether anything stands at `path`; a link that leads nowhere counts as nothing.
    package static func exists(_ path: String) -> Bool { kind(of: path) != nil }

    /// Whether `path` is a folder or a link to one.
    package static func isDirectory(_ path: String) -> Bool { kind(of: path) == .directory }

    /// Whether `path` leads to anything but a folder.
    package static func isFile(_ path: String) -> Bool {
        guard let kind = kind(of: path) else { return false }
        return kind != .directory
    }

    /// Whether this process may change what is in the folder, or the file.
    package static func isWritable(_ path: String) -> Bool { unsafe access(path, W_OK) == 0 }

    /// Whether this process may run the file.
    package static func isExecutable(_ path: String) -> Bool { unsafe access(path, X_OK) == 0 }

    /// The size of a file in bytes.
    package static func byteCount(of path: String) throws(FilesError) -> Int {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw FilesError(errno, path, .examined) }
        return Int(status.st_size)
    }

    /// When a file or folder was last changed, in seconds since 1970; nil if it is not there.
    package static func changeTime(of path: String) -> Double? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1e9
    }

    /// Names of everything in a folder, hidden files too, sorted.
    package static func names(in folder: String) throws(FilesError) -> [String] {
        guard let stream = unsafe opendir(folder) else { throw FilesError(errno, folder, .read) }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        errno = 0
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { start in
                unsafe start.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw FilesError(errno, folder, .read) }
        return names.sorted()
    }

    /// All bytes of a file, also of those whose size is not known before, as in `/proc`.
    ///
    /// - Throws: `tooLarge` if there are more than `limit`; the file is not read further then.
    package static func bytes(of path: String, limit: Int = wholeFileLimit) throws(FilesError) -> [UInt8] {
        let file = try Descriptor(path, O_RDONLY, .read)
        let status = try file.status(path, .read)
        guard status.st_mode & S_IFMT != S_IFDIR else { throw .isDirectory(path: path, .read) }
        guard Int(status.st_size) <= limit else { throw .tooLarge(path: path, limit: limit) }
        var bytes: [UInt8] = []
        while true {
            let more = try file.read(max(Int(status.st_size) - bytes.count, 1 << 12), path)
            if more.isEmpty { return bytes }
            if bytes.isEmpty { bytes = more } else { bytes += more }
            guard bytes.count <= limit else { throw .tooLarge(path: path, limit: limit) }
        }
    }

    /// As `bytes(of:)`; nil if there is no such file.
    package static func bytesIfPresent(
        of path: String, limit: Int = wholeFileLimit
    ) throws(FilesError) -> [UInt8]? {
        do {
            return try bytes(of: path, limit: limit)
        } catch .missing, .notADirectory {
            return nil
        }
    }

    /// The first `count` bytes of a file, or all if it has fewer.
    package static func start(of path: String, count: Int) throws(FilesError) -> [UInt8] {
        let file = try Descriptor(path, O_RDONLY, .read)
        var bytes: [UInt8] = []
        while bytes.count < count {
            let more = try file.read(count - bytes.count, path)
            if more.isEmpty { break }
            bytes += more
        }
        return bytes
    }
}
