// `lockstep cache`: which caches of tokenised rows there are, and their removal.

import ArgumentParser
import Datasets
import Files
import JSON
import Lockstep
import Phrases
import Reporting

/// Lists and removes caches.
struct CacheCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache", abstract: "Lists and removes the caches of tokenised rows below a cache_dir.",
        discussion: helpText(
            """
            Runs with cache_dir build a cache of their rows there and use it as long as rows, tokenizer and lengths are \
            the same. Nothing but room is lost with one: the next run that needs it builds it anew.
            """, examples: "lockstep cache list caches", "lockstep cache remove caches --all"),
        subcommands: [CacheListCommand.self, CacheRemoveCommand.self])
}

/// `lockstep cache list`.
struct CacheListCommand: OneProcessCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the caches below a folder with their sizes.")

    @Argument(help: "The cache_dir of runs.", completion: .directory)
    var directory: String

    @Flag(help: "Print the list as JSON.")
    var json = false

    func run() throws {
        let caches = try CacheListing.all(in: directory)
        if json {
            print(
                JSONValue.object(["caches": .array(caches.map(\.json))]).text(.indented))
            return
        }
        for cache in caches {
            let what =
                cache.state == .whole
                ? "\(cache.task), \(cache.rowCount, "row"), \(cache.tokenCount, "token")"
                : cache.state.rawValue
            print("\(cache.key)  \(cache.byteCount, "byte")  \(what)")
        }
        print("\(caches.count, "cache"), \(caches.reduce(0) { $0 + $1.byteCount }, "byte")")
    }
}

/// `lockstep cache remove`.
struct CacheRemoveCommand: OneProcessCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Removes caches by their keys, or all below a folder.")

    @Argument(help: "The cache_dir of runs.", completion: .directory)
    var directory: String

    @Argument(help: "Keys of caches, as cache list prints them.")
    var keys: [String] = []

    @Flag(help: "Remove all caches, and what is remembered of the data files.")
    var all = false

    func validate() throws {
        guard all == !keys.isEmpty else { return }
        throw ValidationError(
            "Give the keys of the caches to remove, or --all; lockstep cache list shows them.")
    }

    func run() throws {
        let caches = try CacheListing.all(in: directory)
        for key in keys where !caches.contains(where: { $0.key == key }) {
            throw ValidationError("There is no cache \(key) in \(directory); lockstep cache list shows them.")
        }
        var removed = (count: 0, bytes: 0)
        for cache in caches where all || keys.contains(cache.key) {
            guard try cache.remove() else {
                Messages.warn("\(cache.folder.path) stays, since a run is building it")
                continue
            }
            removed = (removed.count + 1, removed.bytes + cache.byteCount)
        }
        if all { try CacheFolder.forget(in: directory) }
        print("removed \(removed.count, "cache"), \(removed.bytes, "byte")")
    }
}
