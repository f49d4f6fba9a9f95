// A file's bytes in chunks, decompressed if its name ends in .gz.

internal import Foundation

/// Reads a file from start to end.
package final class ByteReader {
    /// Bytes asked from the file at once.
    static let chunkBytes = 1 << 18

    package let path: String
    private let file: Descriptor
    private let gzip: GzipReader?

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
        guard let gzip else { return try chunk() }
        while true {
            guard let input = try chunk() else {
                try gzip.finish()
                return nil
            }
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
        return bytes.isEmpty ? nil : bytes
    }
}
