// A file's bytes in chunks, decompressed if its name ends in .gz.

import Foundation

/// Reads a file from start to end.
final class ByteReader {
    /// Bytes asked from the file at once.
    static let chunkBytes = 1 << 18

    private let path: String
    private let file: FileHandle
    private let gzip: GzipReader?

    /// - Throws: if the file does not exist, is a folder or may not be read.
    init(path: String) throws(DatasetsError) {
        try FileKind.checkFile(path)
        self.path = path
        do {
            file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        } catch {
            throw .unreadable(path, error.localizedDescription)
        }
        gzip = path.lowercased().hasSuffix(".gz") ? GzipReader(path: path) : nil
    }

    /// The next bytes, at least one; nil at the end.
    func next() throws(DatasetsError) -> [UInt8]? {
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
    func readToEnd() throws(DatasetsError) -> [UInt8] {
        var bytes: [UInt8] = []
        while let chunk = try next() { bytes.append(contentsOf: chunk) }
        return bytes
    }

    private func chunk() throws(DatasetsError) -> [UInt8]? {
        do {
            guard let data = try file.read(upToCount: Self.chunkBytes), !data.isEmpty else { return nil }
            return [UInt8](data)
        } catch {
            throw .unreadable(path, error.localizedDescription)
        }
    }
}
