// What a reader has to know of a long file before it is cut into stretches: who it is, what it holds, and
// where its lines begin.

internal import Foundation

extension FileSystem {
    /// What tells a file from another without reading it. A file whose identity is the same may still have
    /// been changed by a program that sets the time of change back.
    package struct Identity: Hashable, Sendable {
        package let device: Int
        package let inode: Int
        package let byteCount: Int
        /// The last change of the content, in nanoseconds since 1970.
        package let changedNanoseconds: Int

        package init(device: Int, inode: Int, byteCount: Int, changedNanoseconds: Int) {
            (self.device, self.inode, self.byteCount) = (device, inode, byteCount)
            self.changedNanoseconds = changedNanoseconds
        }
    }

    /// The identity of what `path` leads to.
    package static func identity(of path: String) throws(FilesError) -> Identity {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw FilesError(errno, path, .examined) }
        return Identity(
            device: Int(bitPattern: UInt(status.st_dev)), inode: Int(bitPattern: UInt(status.st_ino)),
            byteCount: Int(status.st_size),
            changedNanoseconds: Int(status.st_mtim.tv_sec) * 1_000_000_000 + Int(status.st_mtim.tv_nsec))
    }

    /// A stretch of a file: its bytes, and its lines.
    package struct Stretch: Hashable, Sendable {
        /// XXH64 of its bytes.
        package let checksum: UInt64
        package let byteCount: Int
        package let lineFeedCount: Int
        /// The byte behind its first line feed, counted from the start of the stretch; nil without one.
        package let firstLineStart: Int?

        package init(checksum: UInt64, byteCount: Int, lineFeedCount: Int, firstLineStart: Int?) {
            (self.checksum, self.byteCount, self.lineFeedCount) = (checksum, byteCount, lineFeedCount)
            self.firstLineStart = firstLineStart
        }
    }

    /// Reads these bytes of a file, less where it ends before.
    package static func stretch(of path: String, bytes: Range<Int>) throws(FilesError) -> Stretch {
        let file = try Descriptor(path, O_RDONLY, .read)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 19, alignment: 64)
        defer { unsafe buffer.deallocate() }
        var hash = XXHash64()
        var (done, lineFeeds): (Int, Int) = (0, 0)
        var first: Int?
        while done < bytes.count {
            let wanted = min(buffer.count, bytes.count - done)
            let count = unsafe pread(
                file.number, buffer.baseAddress, wanted, off_t(bytes.lowerBound + done))
            if count == 0 { break }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw FilesError(errno, path, .read)
            }
            let part = unsafe UnsafeRawBufferPointer(rebasing: buffer[..<count])
            unsafe hash.add(part)
            if first == nil, let place = unsafe part.firstIndex(of: 0x0A) { first = done + place + 1 }
            var found = 0
            for place in 0..<count { found += unsafe part[place] == 0x0A ? 1 : 0 }
            lineFeeds += found
            done += count
        }
        return Stretch(
            checksum: hash.value, byteCount: done, lineFeedCount: lineFeeds, firstLineStart: first)
    }
}
