// What takes compressed data chunk by chunk and gives the data block by block, and how a file is known to be
// compressed.

/// A decompressor of one file.
protocol Decompressor: AnyObject {
    /// Takes a chunk of the file, once `next` has given all of those before.
    func feed(_ chunk: [UInt8])

    /// The next bytes of what was fed, at least one and no more than a few chunks; nil when more must be fed.
    func next() throws(FilesError) -> [UInt8]?

    /// Checks that the input ended where its format may end.
    func finish() throws(FilesError)
}

/// The ways of compression that files come in.
enum Compression {
    case gzip, zstd

    /// The endings of names of compressed files.
    static let endings = [".gz", ".zst"]

    init?(path: String) {
        let path = path.lowercased()
        if path.hasSuffix(".gz") {
            self = .gzip
        } else if path.hasSuffix(".zst") {
            self = .zstd
        } else {
            return nil
        }
    }

    /// - Parameter start: the first bytes of a file. No text starts so: gzip by RFC 1952, 2.3.1, Zstandard by
    ///   RFC 8878, 3.1.1 and 3.1.2, the latter for frames to be skipped, with which parallel compressors
    ///   start.
    init?(start: [UInt8]) {
        if start.starts(with: [0x1F, 0x8B]) {
            self = .gzip
        } else if start.starts(with: [0x28, 0xB5, 0x2F, 0xFD])
            || (start.count >= 4 && start[0] & 0xF0 == 0x50
                && start[1..<4].elementsEqual([0x2A, 0x4D, 0x18]))
        {
            self = .zstd
        } else {
            return nil
        }
    }

    func decompressor(path: String) -> any Decompressor {
        switch self {
        case .gzip: GzipReader(path: path)
        case .zstd: ZstdReader(path: path)
        }
    }
}

/// A path less the ending that says how it is compressed, in any case of letters.
package func pathWithoutCompression(_ path: String) -> String {
    for ending in Compression.endings where path.lowercased().hasSuffix(ending) {
        return String(path.dropLast(ending.count))
    }
    return path
}
