// A file's bytes in chunks, decompressed if its name or its first bytes say that it is a gzip file.

internal import Foundation

/// Reads a file from start to end.
package final class ByteReader {
    /// Bytes asked from the file at once.
    static let chunkBytes = 1 << 18

    package let path: String
    private let file: Descriptor
    private var gzip: GzipReader?
    private var hasStarted = false

    /// - Throws: if the file does not exist, is a folder or may not be read.
    package init(path: String) throws(FilesError) {
        self.path = path
        file = try Descriptor(path, O_RDONLY, .read)
        let status = try file.status(path, .read)
        guard status.st_mode & S_IFMT != S_IFDIR else { throw .isDirectory(path: path, .read) }
        gzip = path.lowercased().hasSuffix(".gz") ? GzipReader(path: path) : nil
    }

    /// The next bytes, at least one and no more than a few chunks, however far they expand; nil at the end.
    package func next() throws(FilesError) -> [UInt8]? {
        while true {
            if let output = try gzip?.next() { return output }
            guard let input = try chunk() else {
                try gzip?.finish()
                return nil
            }
            guard let gzip else { return input }
            gzip.feed(input)
        }
    }

    /// All bytes that are left.
    ///
    /// - Throws: `tooLarge` if there are more than `limit`, decompressed; the file is not read further then.
    package func readToEnd(limit: Int = FileSystem.wholeFileLimit) throws(FilesError) -> [UInt8] {
        var bytes: [UInt8] = []
        while let chunk = try next() {
            bytes.append(contentsOf: chunk)
            guard bytes.count <= limit else { throw .tooLarge(path: path, limit: limit) }
        }
        return bytes
    }

    private func chunk() throws(FilesError) -> [UInt8]? {
        let bytes = try file.read(Self.chunkBytes, path)
        if !hasStarted {
            hasStarted = true
            // No text starts so (RFC 1952, 2.3.1).
            if gzip == nil, bytes.starts(with: [0x1F, 0x8B]) { gzip = GzipReader(path: path) }
        }
        return bytes.isEmpty ? nil : bytes
    }
}
