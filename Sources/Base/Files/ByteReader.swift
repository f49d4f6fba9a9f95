// A file's bytes in chunks, decompressed if its name or its first bytes say that it is a gzip or Zstandard
// file.

internal import Foundation

/// Reads a file from start to end.
package final class ByteReader {
    /// Bytes asked from the file at once.
    static let chunkBytes = 1 << 18
    /// Bytes that may come of one compressed byte, once there are more than `freeBytes` of them: a tenfold is
    /// usual, lines that are all alike come to 100.
    package static let expansionLimit = 250
    /// Decompressed bytes up to which any expansion is right.
    package static let freeBytes = 1 << 28

    package let path: String
    private let file: Descriptor
    private let freeBytes: Int
    private var decompressor: (any Decompressor)?
    private var hasStarted = false
    private var compressedCount = 0
    private var decompressedCount = 0
    /// Bytes that are still to be read of a range; nil reads to the end of the file.
    private var rest: Int?

    /// Reads a range of a file's bytes as they stand there, compressed or not.
    package init(path: String, bytes: Range<Int>) throws(FilesError) {
        (self.path, freeBytes) = (path, Self.freeBytes)
        file = try Descriptor(path, O_RDONLY, .read)
        guard lseek(file.number, off_t(bytes.lowerBound), SEEK_SET) >= 0 else {
            throw FilesError(errno, path, .read)
        }
        (rest, hasStarted) = (bytes.count, true)
    }

    /// - Throws: if the file does not exist, is a folder or may not be read.
    package init(path: String, freeBytes: Int = ByteReader.freeBytes) throws(FilesError) {
        self.path = path
        self.freeBytes = freeBytes
        file = try Descriptor(path, O_RDONLY, .read)
        let status = try file.status(path, .read)
        guard status.st_mode & S_IFMT != S_IFDIR else { throw .isDirectory(path: path, .read) }
        decompressor = Compression(path: path)?.decompressor(path: path)
    }

    /// The next bytes, at least one and no more than a few chunks, however far they expand; nil at the end.
    ///
    /// - Throws: `expandsTooFar` for what is made to fill memory or disk when it is decompressed.
    package func next() throws(FilesError) -> [UInt8]? {
        while true {
            if let output = try decompressor?.next() {
                try count(output)
                return output
            }
            guard let input = try chunk() else {
                try decompressor?.finish()
                return nil
            }
            guard let decompressor else { return input }
            compressedCount += input.count
            decompressor.feed(input)
        }
    }

    /// Counts decompressed bytes. What was fed counts whole, so a chunk is judged by no less than it gives.
    private func count(_ output: [UInt8]) throws(FilesError) {
        decompressedCount += output.count
        if decompressedCount > freeBytes, decompressedCount / Self.expansionLimit > compressedCount {
            throw .expandsTooFar(path: path, ratio: Self.expansionLimit)
        }
    }

    private func chunk() throws(FilesError) -> [UInt8]? {
        let bytes = try file.read(min(Self.chunkBytes, rest ?? .max), path)
        rest = rest.map { $0 - bytes.count }
        if !hasStarted {
            hasStarted = true
            if decompressor == nil { decompressor = Compression(start: bytes)?.decompressor(path: path) }
        }
        return bytes.isEmpty ? nil : bytes
    }
}
