// Builds a cache by all ranks together: each writes what it makes of its stretches of the files.

internal import DataParallel
internal import Datasets
internal import Files
internal import Foundation
internal import JSON
internal import Logging
internal import Training

/// One build of one cache.
struct CacheBuild {
    let folder: CacheFolder
    /// The folder of all caches.
    let directory: String
    let sources: [SourceFile]
    let about: JSONObject
    let settings: EncodingSettings
    /// The rows shared out among the ranks that build together.
    let work: RangeWork

    private var group: any ProcessGroup { work.group }
    private var rows: RowReader { work.rows }
    private var isFirst: Bool { group.rank == 0 }

    /// Builds. Collective. Returns what `open` opens when another job built it meanwhile, else nil.
    func run(_ encoder: some RowEncoder, open: () throws -> CachedRows?) throws -> CachedRows? {
        if isFirst { try CacheFolder.removeLeftovers(in: directory) }
        let lock = try waitForLock()
        defer { _ = lock }
        if let built = try open() { return built }
        if isFirst { try folder.clear() }
        try group.barrier()
        let numbers =
            try rows.hasSelection ? firstNumbers() : [Int](repeating: 0, count: work.ranges.count)
        let parts = try work.together("building the cache", afterFailure: clear) { pulse in
            try write(numbers, encoder, pulse)
        }
        do {
            try finish(parts)
        } catch {
            try clear()
            throw error
        }
        return nil
    }

    /// Leaves nothing of a build that failed.
    private func clear() throws {
        if isFirst { try folder.clear() }
        try group.barrier()
    }

    /// Locks the folder on the first rank, and says why it waits.
    private func waitForLock() throws -> FileLock? {
        var lock: FileLock?
        var seconds = 0
        while true {
            // A lock whose file another job removed meanwhile locks nothing.
            if isFirst, let found = try folder.lock(), try found.isInPlace { lock = found }
            var isFree: [Int64] = [lock == nil ? 0 : 1]
            try group.allReduceMaximum(&isFree)
            if isFree[0] == 1 { return lock }
            if isFirst, seconds % 60 == 0 {
                Logger.run.notice("waiting for another run that builds \(folder.path)")
            }
            seconds += 1
            Thread.sleep(forTimeInterval: 1)
        }
    }

    /// The number of the first row of each range over all files: a look at all rows by all ranks.
    private func firstNumbers() throws -> [Int] {
        let counts = try work.together("counting the rows") { pulse in
            .array(
                try work.share.map { place in
                    let iterator = rows.unselected.part(work.ranges[place], firstNumber: 0).makeIterator()
                    var count = 0
                    while try iterator.next() != nil {
                        count += 1
                        try pulse.noteRow()
                    }
                    pulse.doneCost += work.ranges[place].cost
                    return .integer(count)
                })
        }
        var (numbers, next) = ([Int](), 0)
        for count in counts.flatMap({ $0.array ?? [] }) {
            numbers.append(next)
            next += count.integer ?? 0
        }
        return numbers
    }

    /// Writes this rank's part, and tells what is in it.
    private func write(
        _ firstNumbers: [Int], _ encoder: some RowEncoder, _ pulse: BuildPulse
    ) throws -> JSONValue {
        let writer = try CachePartWriter(
            folder: folder.path, part: group.rank, files: rows.files,
            vocabularySize: settings.vocabularySize, isStream: settings.blocks != nil)
        var tallies = RowTallies()
        var seen = [Int](repeating: 0, count: rows.files.count)
        for place in work.share {
            var encoder = encoder
            let range = work.ranges[place]
            let iterator = rows.part(range, firstNumber: firstNumbers[place]).makeIterator()
            while let row = try iterator.next() {
                seen[range.file] += 1
                try encoder.encode(row) { try writer.append($0) }
                try pulse.noteRow()
            }
            tallies.merge(encoder.tallies)
            pulse.doneCost += range.cost
        }
        return .object([
            "part": try writer.finish().json, "statistics": writer.statistics.json,
            "tallies": tallies.json(files: rows.files),
            "rows_of_file": .array(seen.map { .integer($0) }),
        ])
    }

    /// Writes the manifest.
    private func finish(_ parts: [JSONValue]) throws {
        var statistics = CacheStatistics()
        var tallies = RowTallies()
        var seen = [Int](repeating: 0, count: rows.files.count)
        var summaries: [CachePartSummary] = []
        for part in parts {
            guard let summary = part["part"].flatMap({ CachePartSummary($0) }),
                let figures = CacheStatistics(part["statistics"]),
                let counted = RowTallies(part["tallies"], files: rows.files)
            else { preconditionFailure("a rank's part is none") }
            summaries.append(summary)
            statistics.merge(figures)
            tallies.merge(counted)
            for (file, count) in (part["rows_of_file"]?.array ?? []).enumerated() {
                seen[file] += count.integer ?? 0
            }
        }
        if !rows.hasSelection, let empty = seen.firstIndex(of: 0) {
            throw DatasetsError.noRows(in: rows.files[empty])
        }
        let manifest = CacheManifest(
            about: about, isStream: settings.blocks != nil,
            tokenByteCount: CachePartWriter.tokenByteCount(settings.vocabularySize), parts: summaries,
            statistics: statistics, tallies: tallies.json(files: rows.files))
        // What one rank finds, all throw.
        _ = try work.together("finishing the cache") { _ in
            guard isFirst else { return .null }
            for (path, source) in zip(rows.files, sources)
            where try FileSystem.identity(of: path) != source.identity {
                throw TrainingError("\(path) was changed while it was read; let no program write to it")
            }
            try manifest.write(to: folder.path)
            return .null
        }
    }
}
