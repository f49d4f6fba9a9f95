// What stands below a `cache_dir`, for people who want to know or to make room.

package import Files
package import JSON

/// A cache as a list shows it.
package struct CacheListing: Equatable, Sendable {
    /// What may be expected of it.
    package enum State: String, Sendable {
        case whole, damaged
        /// Left by a build that was killed, or being built.
        case unfinished
    }

    package let folder: CacheFolder
    package let key: String
    package let state: State
    /// The task of the rows; empty where the manifest does not say.
    package let task: String
    package let rowCount: Int
    package let tokenCount: Int
    /// Bytes of all of its files.
    package let byteCount: Int

    /// The caches below a folder, by their keys. No row is read.
    package static func all(in directory: String) throws(FilesError) -> [CacheListing] {
        guard FileSystem.isDirectory(directory) else {
            throw .missing(path: directory, .read)
        }
        var found: [CacheListing] = []
        for folder in try CacheFolder.folders(in: directory) { found.append(try CacheListing(folder)) }
        return found
    }

    private init(_ folder: CacheFolder) throws(FilesError) {
        self.folder = folder
        key = folder.path.split(separator: "/").last.map(String.init) ?? folder.path
        var bytes = 0
        for name in try FileSystem.names(in: folder.path) {
            bytes += try FileSystem.byteCount(of: "\(folder.path)/\(name)")
        }
        byteCount = bytes
        var manifest: CacheManifest?
        do throws(CacheFault) {
            manifest = try CacheManifest.read(from: folder.path)
            // Files of other sizes than the manifest says are found by opening them.
            if manifest != nil { _ = try folder.open(files: []) }
            state = manifest == nil ? .unfinished : .whole
        } catch {
            state = .damaged
        }
        task = manifest?.about["task"]?.string ?? ""
        rowCount = manifest?.statistics.rowCount ?? 0
        tokenCount = manifest?.statistics.tokenCount ?? 0
    }

    package var json: JSONValue {
        [
            "key": .string(key), "state": .string(state.rawValue), "task": .string(task),
            "rows": .integer(rowCount), "tokens": .integer(tokenCount), "bytes": .integer(byteCount),
        ]
    }

    /// Removes the cache; false while a run builds it. A run that has it open keeps its files.
    package func remove() throws(FilesError) -> Bool {
        guard let lock = try folder.lock() else { return false }
        try FileSystem.remove(folder.path)
        _ = lock
        return true
    }
}
