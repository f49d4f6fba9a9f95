// Sorts more entries than fit into memory: sorted pieces in files, which are read together.

internal import Files

/// The entries of several files in their order.
package struct EntrySort {
    private var readers: [EntryReader] = []
    private var heads: [Entry] = []
    private var inMemory: ArraySlice<Entry> = []
    private let pieces: [String]

    /// Entries that are sorted at once: 64 MB.
    package static let memoryEntries = 1 << 21

    /// - Parameters:
    ///   - scratch: the start of the paths of the files that are made.
    ///   - memory: the most entries that are held at once.
    package init(_ paths: [String], scratch: String, memory: Int = memoryEntries) throws(PreparationError) {
        var pieces: [String] = []
        var entries: [Entry] = []
        for path in paths {
            var reader = try EntryReader(path: path)
            while let entry = try reader.next() {
                entries.append(entry)
                if entries.count == memory {
                    pieces.append(try Self.write(&entries, to: "\(scratch)-\(pieces.count)"))
                }
            }
        }
        if !pieces.isEmpty, !entries.isEmpty {
            pieces.append(try Self.write(&entries, to: "\(scratch)-\(pieces.count)"))
        }
        entries.sort()
        inMemory = entries[...]
        self.pieces = pieces
        for piece in pieces {
            var reader = try EntryReader(path: piece)
            guard let head = try reader.next() else { continue }
            readers.append(reader)
            heads.append(head)
        }
    }

    private static func write(_ entries: inout [Entry], to path: String) throws(PreparationError) -> String {
        entries.sort()
        let writer = try EntryWriter(path: path)
        for entry in entries { try writer.write(entry) }
        try writer.flush()
        entries.removeAll(keepingCapacity: true)
        return path
    }

    package mutating func next() throws(PreparationError) -> Entry? {
        guard !readers.isEmpty else { return inMemory.popFirst() }
        var least = 0
        for index in heads.indices where heads[index] < heads[least] { least = index }
        let entry = heads[least]
        if let head = try readers[least].next() {
            heads[least] = head
        } else {
            readers.remove(at: least)
            heads.remove(at: least)
        }
        return entry
    }

    /// Removes the files that were made.
    package func removeFiles() throws(PreparationError) {
        for piece in pieces {
            try PreparationError.rethrowing { () throws(FilesError) in try FileSystem.remove(piece) }
        }
    }
}
