// rating_items.json: what is rated, kept beside the ratings so that they keep their meaning.

import Datasets
import Files
import JSON

extension RatingItems {
    static let fileName = "rating_items.json"

    /// The items that a folder holds ratings of.
    /// - Throws: if there are none or the file is broken.
    package init(directory: String) throws(RatingsError) {
        guard let items = try Self.stored(in: directory) else { throw .noItems(directory) }
        self = items
    }

    /// Makes these the items of a folder, or checks that they are.
    /// - Throws: if the folder holds other ones, or cannot be written to.
    package func keep(in directory: String) throws(RatingsError) {
        if let stored = try Self.stored(in: directory) {
            let isSame = stored.systems == systems && stored.items == items && stored.seed == seed
            guard isSame else { throw .otherItems(directory) }
            return
        }
        let value = JSONValue.members([
            ("format", .integer(1)), ("seed", .string(String(seed))),
            ("systems", .array(systems.map { .string($0) })), ("files", .array(files.map { .string($0) })),
            ("items", .array(items.map(\.value))),
        ])
        let path = directory + "/" + Self.fileName
        try RatingsError.rethrowing { () throws(FilesError) in
            try FileSystem.createDirectory(directory)
            try FileSystem.write(value.json + "\n", to: path)
        }
    }

    private static func stored(in directory: String) throws(RatingsError) -> RatingItems? {
        let path = directory + "/" + fileName
        let stored = try RatingsError.rethrowing { () throws(FilesError) in
            try FileSystem.bytesIfPresent(of: path)
        }
        guard let bytes = stored else { return nil }
        let value = try RatingsError.rethrowing { () throws(DatasetsError) in
            try JSONValue(json: bytes, name: path)
        }
        guard value["format"]?.wholeNumber == 1 else {
            throw .brokenItems(path, "it is of a format that this version does not know")
        }
        guard let seed = value["seed"]?.string.flatMap(UInt64.init), let names = value["systems"]?.array,
            let values = value["items"]?.array
        else { throw .brokenItems(path, "seed, systems or items are missing") }
        let systems = names.compactMap(\.string)
        let items = values.compactMap { RatingItem($0, systemCount: names.count) }
        guard items.count == values.count, Set(systems).count == names.count, !systems.isEmpty,
            zip(items, items.dropFirst()).allSatisfy({ $0.row < $1.row })
        else { throw .brokenItems(path, "an item or a system's name is broken") }
        let files = value["files"]?.array?.compactMap(\.string) ?? []
        return RatingItems(
            systems: systems, items: items, seed: seed, files: files.count == systems.count ? files : [])
    }
}
