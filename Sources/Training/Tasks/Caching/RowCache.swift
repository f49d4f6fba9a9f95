// The caches of a run's rows: their keys, and how they are opened by all ranks.

internal import Arguments
internal import Checkpoints
internal import DataParallel
internal import Datasets
internal import Files
internal import JSON
internal import Logging
internal import Phrases
internal import Training

/// Opens and builds caches below a `cache_dir`.
package final class RowCache {
    private let directory: String
    private let run: RunArguments
    private let group: any ProcessGroup
    /// The ranks that see the same folder and build together: all, or those of a host.
    private let builders: any ProcessGroup
    private let isShared: Bool
    private var sources: [[String]: [SourceFile]] = [:]
    private var cuts: [[String]: [Int: DelimitedCuts]] = [:]

    /// Caches up to this size are read whole and checked when they are opened; of larger ones each block is
    /// checked when it is first read.
    private static let checkedByteCount = 1 << 30

    /// Makes the folder and finds out which ranks share it. Collective.
    init(directory: String, _ run: RunArguments, group: any ProcessGroup) throws {
        (self.directory, self.run, self.group) = (directory, run, group)
        try FileSystem.createDirectory(directory)
        isShared = try SharedFolder.isShared(directory, by: group)
        builders = isShared ? group : try group.splitByHost()
    }

    /// What a cache of these rows is made of; its checksum is the key.
    private func about(
        _ kind: String, _ readers: [RowReader], _ settings: JSONObject, tokenizers: [String]
    ) throws -> JSONObject {
        [
            "kind": .string(kind), "format": .integer(CacheManifest.formatVersion),
            "task": .string(run.task.rawValue),
            "sources": .array(
                try readers.map { .array(try sources(of: $0).map { .string($0.checksum) }) }),
            "rows": .array(readers.map { .object($0.about) }), "settings": .object(settings),
            "tokenizers": .array(try tokenizers.map { .object(try TokenizerFiles.checksums($0)) }),
        ]
    }

    /// The sources of some files, read once a run.
    private func sources(of rows: RowReader) throws -> [SourceFile] {
        if let known = sources[rows.files] { return known }
        let found = try SourceReading(directory: directory, builders, group)
            .sources(of: rows.files, readsAll: run.data.verifyCache)
        sources[rows.files] = found
        return found
    }

    // MARK: - Rows

    /// The examples of rows from their cache, which is built if there is none. Collective.
    func dataset(
        _ rows: RowReader, _ settings: EncodingSettings, _ encoder: some RowEncoder
    ) throws -> TokenizedDataset {
        let about = try about("rows", [rows], settings.settings, tokenizers: settings.tokenizers)
        let folder = CacheFolder("\(directory)/\(CacheManifest.key(about))")
        let opened = try open(folder, rows, about) ?? build(folder, rows, about, settings, encoder)
        guard let tallies = RowTallies(opened.manifest.tallies, files: rows.files) else {
            throw TrainingError("\(folder.path): the manifest's tallies are none; remove the cache")
        }
        var store: any StoredExamples = opened
        if let blocks = settings.blocks {
            store = CachedBlocks(opened, length: blocks.length, isCausal: blocks.isCausal)
        }
        let window = ExampleWindow(store) { folder.condemn($0) }
        return TokenizedDataset(window, tallies: tallies, imageTokenCount: settings.imageTokenCount)
    }

    /// The cache of a folder, the same on all builders; nil where it must be built. Collective.
    private func open(
        _ folder: CacheFolder, _ rows: RowReader, _ about: JSONObject, isAgain: Bool = false
    ) throws -> CachedRows? {
        var (found, problem): (CachedRows?, String) = (nil, "")
        do throws(CacheFault) {
            found = try folder.open(files: rows.files)
            if let cached = found {
                if cached.manifest.about != about { problem = "it is of other rows" }
                if run.data.verifyCache || cached.manifest.byteCount <= Self.checkedByteCount {
                    try cached.check(share: builders.rank, of: builders.size)
                }
            }
        } catch { problem = error.description }
        let state = found == nil && problem.isEmpty ? "absent" : problem
        let states = try builders.allGather(Array(state.utf8)).map { String(decoding: $0, as: UTF8.self) }
        guard let reason = states.first(where: { !$0.isEmpty && $0 != "absent" }) else {
            return states.contains("absent") ? nil : found
        }
        if !isAgain, group.rank == 0 || builders.rank == 0 && !isShared {
            Logger.run.warning("the cache \(folder.path) is built anew: \(reason)")
        }
        return nil
    }

    private func build(
        _ folder: CacheFolder, _ rows: RowReader, _ about: JSONObject, _ settings: EncodingSettings,
        _ encoder: some RowEncoder
    ) throws -> CachedRows {
        if group.rank == 0 {
            let who =
                isShared
                ? builders.size > 1 ? "by all \(builders.size) ranks" : "by this rank"
                : "on each host by its own ranks, since the hosts do not share \(directory)"
            Logger.run.notice("building a cache of \(rows.files.joined(separator: ", ")) \(who)")
        }
        let build = CacheBuild(
            folder: folder, directory: directory, sources: try sources(of: rows), about: about,
            settings: settings, work: try work(rows))
        let built = try build.run(encoder) { try open(folder, rows, about, isAgain: true) }
        if let built { return built }
        guard let opened = try open(folder, rows, about) else {
            throw TrainingError(
                "\(folder.path): the cache was built and cannot be opened; look at the disk, or leave cache_dir out"
            )
        }
        return opened
    }

    // MARK: - Facts

    /// The rows shared out among the ranks that build together.
    func work(_ rows: RowReader) throws -> RangeWork {
        let sources = try sources(of: rows)
        let cuts = try cuts[rows.files] ?? TableScan(rows, sources, builders).cuts()
        self.cuts[rows.files] = cuts
        return try RangeWork(
            rows, sources, cuts: cuts, builders, waitSeconds: run.training.ddpTimeoutSeconds)
    }

    /// What `find` finds out of all rows, from a document beside the caches. Collective.
    func fact(
        _ name: String, _ readers: [RowReader], _ settings: JSONObject, find: () throws -> JSONValue
    ) throws -> JSONValue {
        let about = try about(name, readers, settings, tokenizers: [])
        let path = "\(directory)/\(CacheManifest.key(about)).json"
        var text: [UInt8] = []
        if builders.rank == 0, let known = try? SealedDocument.read(path), known["about"] == .object(about) {
            text = Array((known["value"] ?? .null).json.utf8)
        }
        try builders.broadcast(&text, from: 0)
        if !text.isEmpty {
            var parser = JSONParser(text, in: 0..<text.count)
            return try parser.value()
        }
        let value = try find()
        if builders.rank == 0 {
            try SealedDocument.write(["about": .object(about), "value": value], to: path)
        }
        return value
    }
}
