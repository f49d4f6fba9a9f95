// Checksums of whole files, read from the cache of the system or from the disk itself.

internal import Foundation

extension FileSystem {
    /// What a checksum covers: the bytes of a file and their number.
    package struct Fingerprint: Equatable, Sendable {
        package let byteCount: Int
        /// XXH64 in 16 hexadecimal digits.
        package let checksum: String

        package init(byteCount: Int, checksum: String) {
            self.byteCount = byteCount
            self.checksum = checksum
        }
    }

    /// Reads a file to its end, or its first bytes.
    ///
    /// - Parameters:
    ///   - fromDisk: whether the system shall forget what it has of the file in memory before, so that what
    ///     is read is what a restart will find. Only bytes that were flushed can be forgotten; some file
    ///     systems, those in memory among them, ignore the wish.
    ///   - limit: bytes after which no more are read, give or take a buffer.
    package static func fingerprint(
        of path: String, fromDisk: Bool = false, limit: Int = .max
    ) throws(FilesError) -> Fingerprint {
        let file = try Descriptor(path, O_RDONLY, .read)
        guard try file.status(path, .read).st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
        if fromDisk { posix_fadvise(file.number, 0, 0, POSIX_FADV_DONTNEED) }
        posix_fadvise(file.number, 0, 0, POSIX_FADV_SEQUENTIAL)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 19, alignment: 64)
        defer { unsafe buffer.deallocate() }
        var hash = XXHash64()
        var byteCount = 0
        while true {
            let count = unsafe Foundation.read(file.number, buffer.baseAddress, buffer.count)
            if count == 0 || byteCount >= limit {
                return Fingerprint(byteCount: byteCount, checksum: hash.text)
            }
            if count > 0 {
                unsafe hash.add(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                byteCount += count
            } else if errno != EINTR {
                throw FilesError(errno, path, .read)
            }
        }
    }
}
