// Examples of every kind, and caches of them, for the tests of the cache.

import Datasets
import Files
import JSON
import TestSupport

/// A cache of random examples in a folder of its own.
struct CacheFiles {
    let folder: TemporaryFolder
    let files = ["one.jsonl", "two.jsonl"]
    let examples: [Example]
    let manifest: CacheManifest

    /// - Parameters:
    ///   - counts: the rows of each part.
    ///   - highest: the highest token id.
    init(_ counts: [Int], highest: Int, seed: UInt64 = 1) throws {
        folder = try TemporaryFolder()
        var random = FuzzRandom(seed: seed)
        var all: [Example] = []
        var parts: [CachePartSummary] = []
        var statistics = CacheStatistics()
        for (part, count) in counts.enumerated() {
            let writer = try CachePartWriter(
                folder: folder.path, part: part, files: files, vocabularySize: highest + 1)
            for _ in 0..<count {
                let example = Self.example(number: all.count, highest: highest, files, &random)
                try writer.append(example)
                all.append(example)
            }
            parts.append(try writer.finish())
            statistics.merge(writer.statistics)
        }
        examples = all
        manifest = CacheManifest(
            about: ["what": "a test"], isStream: false,
            tokenByteCount: CachePartWriter.tokenByteCount(highest + 1), parts: parts,
            statistics: statistics, tallies: RowTallies().json(files: files))
        try manifest.write(to: folder.path)
    }

    func open() throws -> CachedRows? { try CacheFolder(folder.path).open(files: files) }

    private static func example(
        number: Int, highest: Int, _ files: [String], _ random: inout FuzzRandom
    ) -> Example {
        let count = random.number(0...40)
        let tokens = (0..<count).map { _ in Int32(random.number(0...highest)) }
        let types = (0..<count).map { Int32($0 < count / 2 ? 0 : random.number(0...2)) }
        let target: Target =
            switch random.number(0...4) {
            case 0: .none
            case 1: .label(random.number(0...300))
            case 2: .labels([3, 4, 200].filter { _ in random.once(in: 2) })
            case 3: .values([1.5, -.infinity, Float(random.number(0...9)) / 7])
            default: .spans([0..<1, 2..<2, 5..<30].filter { $0.upperBound <= count })
            }
        var example = Example(
            tokens: tokens, typeIDs: random.once(in: 2) ? types : nil, target: target,
            source: RowSource(file: files[number % 2], line: number * 3 + 1))
        if random.once(in: 3) {
            example.attachment = (0..<random.number(0...300)).map { UInt8($0 & 0xFF) }
        }
        if random.once(in: 5) { example.termCount = random.number(0...1_000) }
        return example
    }
}
