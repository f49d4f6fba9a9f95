// The files that rows come from, as a cache knows them: by their bytes, never by their names.

package import Files
package import JSON

/// A file whose bytes were read once: what they are, and where its lines begin.
package struct SourceFile: Equatable, Sendable {
    /// Bytes of the stretches in which files are read; the checksum of a file depends on it.
    package static let stretchByteCount = 1 << 24

    package let identity: FileSystem.Identity
    package let stretches: [FileSystem.Stretch]

    package init(identity: FileSystem.Identity, stretches: [FileSystem.Stretch]) {
        (self.identity, self.stretches) = (identity, stretches)
    }

    package var byteCount: Int { stretches.reduce(0) { $0 + $1.byteCount } }

    /// Of the whole content: XXH64 of the stretches' checksums and sizes.
    package var checksum: String {
        var bytes: [UInt8] = []
        for stretch in stretches {
            bytes.append(number: stretch.checksum)
            bytes.append(number: UInt64(stretch.byteCount))
        }
        return XXHash64.text(of: bytes)
    }

    /// The stretches of a file of so many bytes.
    package static func ranges(byteCount: Int) -> [Range<Int>] {
        stride(from: 0, to: byteCount, by: stretchByteCount).map {
            $0..<min($0 + stretchByteCount, byteCount)
        }
    }

    package var json: JSONValue {
        .object([
            "device": .integer(identity.device), "inode": .integer(identity.inode),
            "bytes": .integer(identity.byteCount), "changed": .integer(identity.changedNanoseconds),
            "stretches": .array(stretches.map(\.json)),
        ])
    }

    package init?(_ json: JSONValue) {
        guard let device = json["device"]?.integer, let inode = json["inode"]?.integer,
            let bytes = json["bytes"]?.integer, let changed = json["changed"]?.integer,
            let stretches = json["stretches"]?.array?.map({ FileSystem.Stretch($0) }),
            !stretches.contains(nil)
        else { return nil }
        identity = FileSystem.Identity(
            device: device, inode: inode, byteCount: bytes, changedNanoseconds: changed)
        self.stretches = stretches.compactMap(\.self)
    }
}

extension FileSystem.Stretch {
    package var json: JSONValue {
        .array([
            .string(String(checksum, radix: 16)), .integer(byteCount), .integer(lineFeedCount),
            .integer(firstLineStart ?? -1),
        ])
    }

    package init?(_ json: JSONValue) {
        guard let parts = json.array, parts.count == 4,
            let checksum = parts[0].string.flatMap({ UInt64($0, radix: 16) }), let bytes = parts[1].integer,
            let lines = parts[2].integer, let first = parts[3].integer
        else { return nil }
        self.init(
            checksum: checksum, byteCount: bytes, lineFeedCount: lines,
            firstLineStart: first < 0 ? nil : first)
    }
}

/// What is remembered of files that were read before, so that an unchanged one is not read again.
package struct SourceMemory: Sendable {
    package static let fileName = "sources.json"
    /// Files that are remembered; the oldest are forgotten.
    private static let limit = 4_096

    private var files: [SourceFile] = []

    package init() {}

    /// What `folder` remembers; nothing where it cannot be read, since all can be found out again.
    package init(folder: String) {
        guard let json = try? SealedDocument.read("\(folder)/\(Self.fileName)") else { return }
        files = (json["files"]?.array ?? []).compactMap { SourceFile($0) }
    }

    package subscript(identity: FileSystem.Identity) -> SourceFile? {
        files.last { $0.identity == identity }
    }

    package mutating func add(_ file: SourceFile) {
        files.removeAll {
            $0.identity.inode == file.identity.inode && $0.identity.device == file.identity.device
        }
        files.append(file)
        files.removeFirst(max(0, files.count - Self.limit))
    }

    package func write(to folder: String) throws(FilesError) {
        try SealedDocument.write(
            ["files": .array(files.map(\.json))], to: "\(folder)/\(Self.fileName)")
    }
}
