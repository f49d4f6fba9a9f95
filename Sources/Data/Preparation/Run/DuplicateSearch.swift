// Finds equal and nearly equal records, each rank among the hashes that fall to it.

internal import DataParallel
internal import Files

/// The files of hashes that ranks write for each other, and the pairs of records that they find in them.
final class DuplicateSearch {
    private let folder: String
    private let rank: Int
    private let size: Int
    private var exact: [EntryWriter] = []
    private var near: [EntryWriter] = []

    init(folder: String, rank: Int, size: Int) throws(PreparationError) {
        (self.folder, self.rank, self.size) = (folder, rank, size)
        for target in 0..<size {
            exact.append(try EntryWriter(path: path("exact", from: rank, to: target)))
            near.append(try EntryWriter(path: path("near", from: rank, to: target)))
        }
    }

    private func path(_ name: String, from source: Int, to target: Int) -> String {
        "\(folder)/\(name)-\(source)-\(target)"
    }

    func add(_ prepared: RecordPreparer.Prepared) throws(PreparationError) {
        let record = prepared.record
        let (first, second) = record.hashes
        try exact[Int(first % UInt64(size))].write(
            Entry(first: first, second: second, third: record.position))
        for band in prepared.signature ?? [] {
            try near[Int(band % UInt64(size))].write(Entry(first: band, second: record.position))
        }
    }

    func flush() throws(PreparationError) {
        for writer in exact + near { try writer.flush() }
    }

    /// Sorts what all ranks wrote for this one, and writes the pairs. Behind a barrier.
    func findPairs() throws(PreparationError) {
        let pairs = try EntryWriter(path: "\(folder)/pairs-\(rank)")
        try findPairs(in: "exact", to: pairs) { $0.first == $1.first && $0.second == $1.second ? 1 : nil }
        try findPairs(in: "near", to: pairs) { $0.first == $1.first ? 0 : nil }
        try pairs.flush()
    }

    /// Neighbours that are alike are a pair with the first of their run; `kind` goes along with it.
    private func findPairs(
        in name: String, to pairs: EntryWriter, _ kind: (Entry, Entry) -> UInt64?
    ) throws(PreparationError) {
        let paths = (0..<size).map { path(name, from: $0, to: rank) }
        var entries = try EntrySort(paths, scratch: "\(folder)/\(name)-sorted-\(rank)")
        var first: Entry?
        while let entry = try entries.next() {
            guard let start = first, let kind = kind(start, entry) else {
                first = entry
                continue
            }
            let isExact = kind == 1
            try pairs.write(
                Entry(
                    first: isExact ? start.third : start.second, second: isExact ? entry.third : entry.second,
                    third: kind))
        }
        try entries.removeFiles()
        try PreparationError.rethrowing { () throws(FilesError) in
            for path in paths { try FileSystem.remove(path) }
        }
    }

    /// The pairs of all ranks as groups. Behind a barrier, on rank 0.
    static func groups(folder: String, size: Int) throws(PreparationError) -> DuplicateGroups {
        var groups = DuplicateGroups()
        for rank in 0..<size {
            var reader = try EntryReader(path: "\(folder)/pairs-\(rank)")
            while let pair = try reader.next() {
                if pair.third == 1 {
                    groups.joinEqual(pair.first, pair.second)
                } else {
                    groups.join(pair.first, pair.second)
                }
            }
        }
        return groups
    }
}
