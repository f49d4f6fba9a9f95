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

    /// The next bytes, at least one; nil at the end.
    package func next() throws(FilesError) -> [UInt8]? {
        while true {
            guard let input = try chunk() else {
                try gzip?.finish()
                return nil
            }
            guard let gzip else { return input }
            let output = try gzip.decompress(input)
            if !output.isEmpty { return output }
        }
    }

    /// All bytes that are left.
    package func readToEnd() throws(FilesError) -> [UInt8] {
        var bytes: [UInt8] = []
        while let chunk = try next() { bytes.append(contentsOf: chunk) }
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
