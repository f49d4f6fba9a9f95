// rating_items.json: what is rated, kept beside the ratings so that they keep their meaning.

import Datasets
import Foundation
import JSON

extension RatingItems {
    static let fileName = "rating_items.json"

    /// The items that a folder holds ratings of.
    /// - Throws: if there are none or the file is broken.
    public init(directory: String) throws(RatingsError) {
        guard let items = try Self.stored(in: directory) else { throw .noItems(directory) }
        self = items
    }

    /// Makes these the items of a folder, or checks that they are.
    /// - Throws: if the folder holds other ones, or cannot be written to.
    public func keep(in directory: String) throws(RatingsError) {
        if let stored = try Self.stored(in: directory) {
            let isSame = stored.systems == systems && stored.items == items && stored.seed == seed
            guard isSame else { throw .otherItems(directory) }
            return
        }
        let value = Value.members([
            ("format", .integer(1)), ("seed", .string(String(seed))),
            ("systems", .list(systems.map { .string($0) })), ("files", .list(files.map { .string($0) })),
            ("items", .list(items.map(\.value))),
        ])
        let path = directory + "/" + Self.fileName
        try DurableText.createFolder(directory)
        try DurableText.replace(path, by: value.json + "\n")
    }

    private static func stored(in directory: String) throws(RatingsError) -> RatingItems? {
        let path = directory + "/" + fileName
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let bytes = try DurableText.bytes(of: path)
        let value = try RatingsError.rethrowing { () throws(DatasetsError) in
            try Value(json: bytes, name: path)
        }
        guard value["format"]?.wholeNumber == 1 else {
            throw .brokenItems(path, "it is of a format that this version does not know")
        }
        guard let seed = value["seed"]?.text.flatMap(UInt64.init), let names = value["systems"]?.elements,
            let values = value["items"]?.elements
        else { throw .brokenItems(path, "seed, systems or items are missing") }
        let systems = names.compactMap(\.text)
        let items = values.compactMap { RatingItem($0, systemCount: names.count) }
        guard items.count == values.count, Set(systems).count == names.count, !systems.isEmpty,
            zip(items, items.dropFirst()).allSatisfy({ $0.row < $1.row })
        else { throw .brokenItems(path, "an item or a system's name is broken") }
        let files = value["files"]?.elements?.compactMap(\.text) ?? []
        return RatingItems(
            systems: systems, items: items, seed: seed, files: files.count == systems.count ? files : [])
    }
}

/// Text files that are on the disk before a call returns.
enum DurableText {
    static func bytes(of path: String) throws(RatingsError) -> [UInt8] {
        do {
            return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch { throw .cannot("read", path, error) }
    }

    static func createFolder(_ path: String) throws(RatingsError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch { throw .cannot("created", path, error) }
    }

    /// Writes a file under another name, flushes it and puts it in place of the old one in one instant.
    static func replace(_ path: String, by text: String) throws(RatingsError) {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch { throw .cannot("written", path, error) }
        try synchronize(path)
        try synchronize(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    }

    /// Waits until the disk has a file's bytes or a folder's names.
    static func synchronize(_ path: String) throws(RatingsError) {
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            try handle.synchronize()
            try handle.close()
        } catch { throw .cannot("flushed to the disk", path, error) }
    }
}
