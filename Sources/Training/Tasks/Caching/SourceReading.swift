// All ranks read the bytes of a run's files together, and remember what they were.

internal import DataParallel
internal import Datasets
internal import Files
internal import JSON
internal import Training

/// Finds the checksums of files; those that are unchanged since they were read are not read again.
struct SourceReading {
    private let directory: String
    private let builders: any ProcessGroup
    private let group: any ProcessGroup

    /// `builders` share the folder `directory`, which remembers.
    init(directory: String, _ builders: any ProcessGroup, _ group: any ProcessGroup) {
        (self.directory, self.builders, self.group) = (directory, builders, group)
    }

    /// The sources, in the order of the files, the same on all ranks. Collective.
    ///
    /// - Parameter readsAll: whether unchanged files are read again.
    func sources(of files: [String], readsAll: Bool) throws -> [SourceFile] {
        var known = try recall(files, readsAll: readsAll)
        var isNew = false
        for (number, path) in files.enumerated() where known[number].stretches.isEmpty {
            known[number] = try read(path, known[number].identity)
            isNew = true
        }
        if isNew, builders.rank == 0 {
            var memory = SourceMemory(folder: directory)
            for file in known { memory.add(file) }
            try memory.write(to: directory)
        }
        let mine = known.map(\.checksum).joined(separator: " ")
        let all = Set(try group.allGather(Array(mine.utf8)))
        guard all.count == 1 else {
            throw TrainingError(
                "the hosts have different bytes in \(files.joined(separator: ", ")): copy the same files to each of "
                    + "them, or keep them on a file system that all hosts share")
        }
        return known
    }

    /// What the first of the builders remembers; files without stretches are to be read.
    private func recall(_ files: [String], readsAll: Bool) throws -> [SourceFile] {
        var text: [UInt8] = []
        if builders.rank == 0 {
            let memory = SourceMemory(folder: directory)
            let found = try files.map { path in
                guard FileSystem.kind(of: path) == .file else {
                    throw TrainingError(
                        "\(path) is no regular file, so its rows cannot be cached; leave cache_dir out, or save them "
                            + "to a file first")
                }
                let identity = try FileSystem.identity(of: path)
                let known = readsAll ? nil : memory[identity]
                return known ?? SourceFile(identity: identity, stretches: [])
            }
            text = Array(JSONValue.array(found.map(\.json)).json.utf8)
        }
        try builders.broadcast(&text, from: 0)
        var parser = JSONParser(text, in: 0..<text.count)
        return (try parser.value().array ?? []).compactMap { SourceFile($0) }
    }

    /// Reads a file, each rank every so many stretches of it.
    private func read(_ path: String, _ identity: FileSystem.Identity) throws -> SourceFile {
        let ranges = SourceFile.ranges(byteCount: identity.byteCount)
        var found: [FileSystem.Stretch] = []
        for (place, range) in ranges.enumerated() where place % builders.size == builders.rank {
            let stretch = try FileSystem.stretch(of: path, bytes: range)
            guard stretch.byteCount == range.count else {
                throw TrainingError("\(path) became shorter while it was read; let no program write to it")
            }
            found.append(stretch)
        }
        let shares = try builders.allGather(Array(JSONValue.array(found.map(\.json)).json.utf8)).map { text in
            var parser = JSONParser(text, in: 0..<text.count)
            return (try parser.value().array ?? []).compactMap { FileSystem.Stretch($0) }
        }
        let stretches = ranges.indices.map { shares[$0 % builders.size][$0 / builders.size] }
        return SourceFile(identity: identity, stretches: stretches)
    }
}
