// Where a run's examples are: in this rank's memory, or in a cache that all ranks built.

package import Arguments
package import DataParallel
package import Datasets
internal import JSON

/// Makes data sets of rows. Without `cache_dir` every rank reads them into its memory.
package struct ExampleSource {
    package let cache: RowCache?

    /// Opens the cache folder that the recipe names. Collective.
    package init(_ run: RunArguments, group: any ProcessGroup) throws {
        cache = try run.data.cacheDir.flatMap { directory in
            run.data.knownRows == nil ? try RowCache(directory: directory, run, group: group) : nil
        }
    }

    /// In memory, whatever the recipe says.
    package init() { cache = nil }

    /// The examples of rows. With a cache it is opened or, where there is none, built: collective.
    package func dataset(
        _ rows: RowReader, _ settings: EncodingSettings, _ encoder: some RowEncoder
    ) throws -> TokenizedDataset {
        if let cache, rows.readsWholeFiles { return try cache.dataset(rows, settings, encoder) }
        precondition(settings.blocks == nil, "blocks in memory are cut by their task")
        return try Self.inMemory(rows, encoder, imageTokenCount: settings.imageTokenCount)
    }

    /// Whether a cache serves these rows.
    func isCached(_ rows: RowReader) -> Bool { cache != nil && rows.readsWholeFiles }

    /// All examples in this rank's memory.
    static func inMemory(
        _ rows: RowReader, _ encoder: some RowEncoder, imageTokenCount: Int = 0
    ) throws -> TokenizedDataset {
        var encoder = encoder
        var store = TokenizedDataset(imageTokenCount: imageTokenCount)
        let iterator = rows.makeIterator()
        while let row = try iterator.next() { try encoder.encode(row) { store.append($0) } }
        store.tallies = encoder.tallies
        return store
    }

    /// What `find` makes of all rows of some files, such as their labels: remembered beside the cache, so
    /// that the next start reads no row. Collective with a cache.
    func fact(
        _ name: String, _ readers: [RowReader], _ settings: JSONObject, find: () throws -> JSONValue
    ) throws -> JSONValue {
        guard let cache, readers.allSatisfy(\.readsWholeFiles) else { return try find() }
        return try cache.fact(name, readers, settings, find: find)
    }
}
