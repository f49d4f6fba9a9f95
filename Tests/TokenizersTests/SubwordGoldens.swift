// Reads the goldens of the subword families: variants with their hashes, eight cases to a hash.

import Foundation
import Testing
import Tokenizers

/// A tokenizer of a subword family and the cases it was tried on.
struct SubwordVariant: Sendable, CustomTestStringConvertible {
    /// Cases that share a hash.
    static let group = 8

    var name: String
    var cases: Int
    var sweeps: Bool
    /// Position of its first hash in hashes.bin.
    var firstHash: Int
    /// The files of its directory.
    var files: [String: String]
    /// Files that are copied there, by their names in the directory.
    var copies: [String: URL] = [:]

    var testDescription: String { name }
    var count: Int { cases + (sweeps ? GoldenFiles.pages.count : 0) }
    var groups: Int { (count + Self.group - 1) / Self.group }

    func tokenizer() throws -> any Tokenizer {
        try TemporaryDirectory.with(files) { folder in
            for (name, source) in copies {
                try Data(contentsOf: source).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
            }
            return try TokenizerLoader.load(directory: folder)
        }
    }

    func testCase(_ index: Int, _ strings: GoldenStrings) -> (number: Int, golden: GoldenCase) {
        guard index >= cases else { return (index, strings.subwordCase(index)) }
        let page = GoldenFiles.pages[index - cases]
        return (page, GoldenCase(text: GoldenStrings.sweep(page), addsSpecial: true))
    }
}

/// The fold of the generators.
struct GoldenFold {
    private var state: UInt64 = 0xCBF2_9CE4_8422_2325

    var hash: UInt32 { UInt32(truncatingIfNeeded: state >> 32 ^ state) }

    mutating func combine(_ value: UInt64) { state = (state ^ value) &* 0x100_0000_01B3 }

    mutating func combine(_ encoding: Encoding) {
        combine(UInt64(encoding.count))
        for id in encoding.ids { combine(UInt64(id)) }
        for type in encoding.typeIDs { combine(UInt64(type)) }
        for range in encoding.offsets {
            combine(UInt64(range.lowerBound))
            combine(UInt64(range.upperBound))
        }
        for flag in encoding.isSpecial { combine(flag ? 1 : 0) }
    }

    mutating func combine(_ text: String) { for byte in text.utf8 { combine(UInt64(byte)) } }
}

/// One line of a samples.jsonl.
struct GoldenSample: Decodable {
    var variant: String
    var text: String
    var pair: String?
    var addsSpecial: Bool
    var maximum: Int?
    var ids: [Int32]
    var types: [Int32]
    var offsets: [Int]
    var decoded: String
}

/// The goldens of one folder.
struct SubwordGoldens {
    var variants: [SubwordVariant]
    var hashes: [UInt32]
    var samples: [GoldenSample]

    private struct Unexpected: Error {}

    /// `files` makes the files of a variant's directory from its entry in variants.json.
    init(folder: String, files: ([String: Any], URL) throws -> [String: String]) throws {
        let folder = GoldenFiles.folder.appending(path: folder)
        let data = try Data(contentsOf: folder.appending(path: "variants.json"))
        guard let entries = try JSONSerialization.jsonObject(with: data) as? [[String: Any]] else {
            throw Unexpected()
        }
        variants = []
        for entry in entries {
            guard let name = entry["name"] as? String, let cases = entry["cases"] as? Int,
                let sweeps = entry["sweeps"] as? Bool
            else { throw Unexpected() }
            variants.append(
                SubwordVariant(
                    name: name, cases: cases, sweeps: sweeps,
                    firstHash: variants.last.map { $0.firstHash + $0.groups } ?? 0,
                    files: try files(entry, folder),
                    copies: (entry["model"] as? String).flatMap { model in
                        (entry["file"] as? String).map { [$0: folder.appending(path: model)] }
                    } ?? [:]))
        }
        let bytes = Array(try Data(contentsOf: folder.appending(path: "hashes.bin")))
        hashes = stride(from: 0, to: bytes.count, by: 4).map { start in
            bytes[start..<start + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        samples = try Data(contentsOf: folder.appending(path: "samples.jsonl")).split(separator: 0x0A)
            .map { try decoder.decode(GoldenSample.self, from: $0) }
    }

    /// Groups of the variant's cases that do not fold to their hashes, with what was found.
    func failures(of variant: SubwordVariant) throws -> [String] {
        let tokenizer = try variant.tokenizer()
        let strings = try GoldenFiles.strings()
        let size = (0..<Int32(tokenizer.vocabularySize)).count { tokenizer.token(of: $0) != nil }
        var failures: [String] = []
        for group in 0..<variant.groups {
            var fold = GoldenFold()
            var seen: [String] = []
            let indices = group * SubwordVariant.group..<variant.count
            for index in indices.prefix(SubwordVariant.group) {
                let (number, golden) = variant.testCase(index, strings)
                let least = golden.addsSpecial ? tokenizer.specialTokenCount(isPair: golden.pair != nil) : 0
                let encoding = tokenizer.encode(
                    golden.text, pair: golden.pair, addingSpecialTokens: golden.addsSpecial,
                    maximumLength: golden.maximum.map { max($0, least + 1) })
                fold.combine(encoding)
                var random = SplitMix64(seed: UInt64(number) ^ 0xDEC0DE)
                let ids = (0..<random.below(12)).map { _ in Int32(random.below(size)) }
                for list in [encoding.ids, ids] {
                    for skips in [false, true] {
                        fold.combine(tokenizer.decode(list, skippingSpecialTokens: skips))
                    }
                }
                seen.append("\(number): \(encoding.ids.prefix(12)) \(encoding.offsets.prefix(12))")
            }
            if fold.hash != hashes[variant.firstHash + group] {
                failures.append(seen.joined(separator: "\n"))
            }
        }
        return failures
    }

    /// The variant's samples that differ, in words.
    func differences(of variant: SubwordVariant) throws -> [String] {
        let tokenizer = try variant.tokenizer()
        var differences: [String] = []
        for sample in samples where sample.variant == variant.name {
            let encoding = tokenizer.encode(
                sample.text, pair: sample.pair, addingSpecialTokens: sample.addsSpecial,
                maximumLength: sample.maximum)
            let decoded = tokenizer.decode(encoding.ids, skippingSpecialTokens: true)
            let offsets = encoding.offsets.flatMap { [$0.lowerBound, $0.upperBound] }
            if encoding.ids != sample.ids { differences.append("ids \(encoding.ids) of \(sample)") }
            if encoding.typeIDs != sample.types { differences.append("types of \(sample)") }
            if offsets != sample.offsets { differences.append("offsets \(offsets) of \(sample)") }
            if !decoded.utf8.elementsEqual(sample.decoded.utf8) {
                differences.append("'\(decoded)' of \(sample)")
            }
        }
        return differences
    }
}
