// Near-duplicates against pairs with known edits, and the sorting through files that finds them.

import Foundation
import JSON
import Preparation
import TestSupport
import Testing

@Suite struct NearDuplicateTests {
    private struct Pair {
        let one, other: String
        let isNear, isNearToDatasketch: Bool
    }

    private func pairs() throws -> [Pair] {
        try expandedGolden("Goldens/pairs.jsonl.gz").split(separator: UInt8(ascii: "\n")).map { line in
            let value = try JSONValue(parsing: Array(line))
            return Pair(
                one: try #require(value["one"]?.string), other: try #require(value["other"]?.string),
                isNear: value["near"] == true,
                isNearToDatasketch: value["datasketch"] == true)
        }
    }

    /// The mean of the F1 of both classes.
    private func macroF1(_ answers: [(found: Bool, expected: Bool)]) -> Double {
        let scores = [true, false].map { kind in
            let hits = answers.count { $0.found == kind && $0.expected == kind }
            let found = answers.count { $0.found == kind }
            let expected = answers.count { $0.expected == kind }
            return 2 * Double(hits) / Double(found + expected)
        }
        return scores.reduce(0, +) / 2
    }

    @Test(
        "pairs with known edits are told from others with a macro F1 of at least 0.95, and as datasketch does"
    )
    func knownEdits() throws {
        let signer = MinHash()
        func signature(_ text: String) throws -> Set<UInt64> {
            Set(try #require(signer.signature(of: WordHashes.words(of: Array(text.utf8)))))
        }
        let pairs = try pairs()
        #expect(pairs.count == 160)
        var answers: [(found: Bool, expected: Bool)] = []
        var agreed = 0
        for pair in pairs {
            let isFound = try !signature(pair.one).isDisjoint(with: signature(pair.other))
            answers.append((isFound, pair.isNear))
            if isFound == pair.isNearToDatasketch { agreed += 1 }
        }
        #expect(macroF1(answers) >= 0.95)
        #expect(agreed >= 152)
    }

    @Test("texts of fewer words than a shingle have no signature")
    func shortTexts() {
        #expect(MinHash().signature(of: WordHashes.words(of: Array("four words are few".utf8))) == nil)
        #expect(
            MinHash().signature(of: WordHashes.words(of: Array("but these are just five".utf8)))?.count == 14)
    }

    @Test("words are the same whatever stands between them, ideographs are words of their own")
    func words() {
        func words(_ text: String) -> [UInt64] { WordHashes.words(of: Array(text.utf8)) }
        #expect(words("It’s – a Test!") == words("it s A tEST"))
        #expect(words("naïve café") != words("naive cafe"))
        #expect(words("私は猫").count == 3 && words("наш дом").count == 2 && words("👍 …").isEmpty)
    }

    @Test("entries come sorted out of many files, however few fit into memory", arguments: [3, 64, 100_000])
    func sorting(memory: Int) throws {
        let folder = try TemporaryFolder()
        var state: UInt64 = 7
        var entries: [Entry] = []
        var paths: [String] = []
        for file in 0..<3 {
            let writer = try EntryWriter(path: "\(folder.path)/entries-\(file)")
            for number in 0..<211 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let entry = Entry(
                    first: state >> 60, second: state >> 33, third: UInt64(number), fourth: state)
                entries.append(entry)
                try writer.write(entry)
            }
            try writer.flush()
            paths.append(writer.path)
        }
        var sort = try EntrySort(paths, scratch: folder.path + "/sorted", memory: memory)
        var sorted: [Entry] = []
        while let entry = try sort.next() { sorted.append(entry) }
        #expect(sorted.map(\.fourth) == entries.sorted().map(\.fourth))
        try sort.removeFiles()
        #expect(try folder.names == ["entries-0", "entries-1", "entries-2"])
    }
}
