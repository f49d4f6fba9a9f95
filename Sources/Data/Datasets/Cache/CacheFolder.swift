// The folder of one cache, and those of a `cache_dir`.

package import Files
internal import JSON

/// `cache_dir/<key>`: parts, a manifest, a lock while it is built.
package struct CacheFolder: Sendable, Equatable {
    private static let lockName = "lock"
    private static let wordName = "damaged"

    package let path: String

    package init(_ path: String) { self.path = path }

    /// The cache that stands here; nil if there is none.
    ///
    /// - Parameter files: the files of the run in their order.
    /// - Throws: why it cannot be trusted.
    package func open(files: [String]) throws(CacheFault) -> CachedRows? {
        guard FileSystem.isDirectory(path) else { return nil }
        let word = try CacheFault.rethrowing { () throws(FilesError) in
            try FileSystem.bytesIfPresent(of: "\(path)/\(Self.wordName)")
        }
        if let word { throw .condemned(path: path, reason: String(decoding: word, as: UTF8.self)) }
        guard let manifest = try CacheManifest.read(from: path) else { return nil }
        return try CachedRows(folder: path, manifest: manifest, files: files)
    }

    /// Leaves word that the cache is damaged, for the next run that opens it.
    package func condemn(_ fault: CacheFault) {
        // Where this cannot be written, the next run finds the fault by itself.
        try? FileSystem.write(fault.description, to: "\(path)/\(Self.wordName)")
    }

    /// Locks the folder, which is made if it is not there; nil while another process holds it.
    package func lock() throws(FilesError) -> FileLock? {
        try FileSystem.createDirectory(path)
        return try FileLock(path: "\(path)/\(Self.lockName)")
    }

    /// Removes everything but the lock.
    package func clear() throws(FilesError) {
        for name in try FileSystem.names(in: path) where name != Self.lockName {
            try FileSystem.remove("\(path)/\(name)")
        }
    }

    /// Whether the folder has a manifest.
    package var isWhole: Bool { FileSystem.exists("\(path)/\(CacheManifest.fileName)") }

    /// Removes the folders below `directory` that a killed build left.
    package static func removeLeftovers(in directory: String) throws(FilesError) {
        for folder in try folders(in: directory) where !folder.isWhole {
            if let lock = try folder.lock() {
                // It may have been finished in the meantime.
                if !folder.isWhole { try FileSystem.remove(folder.path) }
                _ = lock
            }
        }
    }

    /// The folders of caches below `directory`, by their names.
    package static func folders(in directory: String) throws(FilesError) -> [CacheFolder] {
        guard FileSystem.isDirectory(directory) else { return [] }
        return try FileSystem.names(in: directory).filter(isKey).map { CacheFolder("\(directory)/\($0)") }
            .filter { FileSystem.isDirectory($0.path) }
    }

    /// Removes what is remembered of files below `directory`, and what was found out of their rows.
    package static func forget(in directory: String) throws(FilesError) {
        for name in try FileSystem.names(in: directory) {
            let isFact = name.hasSuffix(".json") && isKey(String(name.dropLast(5)))
            if isFact || name == SourceMemory.fileName { try FileSystem.remove("\(directory)/\(name)") }
        }
    }

    /// Whether a name is 16 hexadecimal digits.
    private static func isKey(_ name: String) -> Bool {
        name.utf8.count == 16
            && name.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
