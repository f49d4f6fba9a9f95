// Ids, types, offsets, masks and decoded text against Hugging Face tokenizers, in twelve pipelines.

import Foundation
import Testing
import Tokenizers

@Suite struct GoldenTests {
    /// One line of samples.jsonl.
    struct Sample: Decodable {
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

    /// The fold of generate.py over everything that an encoding holds.
    private func fold(_ encoding: Encoding, _ tokenizer: any Tokenizer) -> UInt32 {
        var state: UInt64 = 0xCBF2_9CE4_8422_2325
        func combine(_ value: UInt64) { state = (state ^ value) &* 0x100_0000_01B3 }
        combine(UInt64(encoding.count))
        for id in encoding.ids { combine(UInt64(id)) }
        for type in encoding.typeIDs { combine(UInt64(type)) }
        for range in encoding.offsets {
            combine(UInt64(range.lowerBound))
            combine(UInt64(range.upperBound))
        }
        for flag in encoding.isSpecial { combine(flag ? 1 : 0) }
        for skips in [false, true] {
            for byte in tokenizer.decode(encoding.ids, skippingSpecialTokens: skips).utf8 {
                combine(UInt64(byte))
            }
        }
        return UInt32(truncatingIfNeeded: state >> 32 ^ state)
    }

    private func scalars(_ text: String) -> String {
        text.unicodeScalars.prefix(80).map { String($0.value, radix: 16) }.joined(separator: " ")
    }

    @Test(
        "Every case of every pipeline folds to the hash of tokenizers 0.23.3",
        arguments: try GoldenFiles.variants())
    func hashesAgree(variant: GoldenFiles.Variant) throws {
        let tokenizer = try variant.tokenizer()
        let strings = try GoldenFiles.strings()
        let hashes = try GoldenFiles.hashes()
        var failures: [String] = []
        for offset in 0..<variant.cases {
            let golden = strings.testCase(variant.firstCase + offset)
            let least = golden.addsSpecial ? tokenizer.specialTokenCount(isPair: golden.pair != nil) : 0
            let encoding = tokenizer.encode(
                golden.text, pair: golden.pair, addingSpecialTokens: golden.addsSpecial,
                maximumLength: golden.maximum.map { max($0, least + 1) })
            if fold(encoding, tokenizer) != hashes[variant.firstHash + offset] {
                failures.append(
                    "case \(variant.firstCase + offset): \(scalars(golden.text)) → \(encoding.ids)")
            }
        }
        for (offset, page) in (variant.sweeps ? GoldenFiles.pages : []).enumerated() {
            let encoding = tokenizer.encode(GoldenStrings.sweep(page))
            if fold(encoding, tokenizer) != hashes[variant.firstHash + variant.cases + offset] {
                failures.append("page \(String(page, radix: 16))")
            }
        }
        #expect(
            failures.isEmpty, "\(failures.count) differ, first \(failures.prefix(5).joined(separator: "\n"))")
    }

    @Test("The hashes are of as many cases as the variants have, more than 20,000")
    func hashCount() throws {
        let variants = try GoldenFiles.variants()
        let last = try #require(variants.last)
        #expect(try GoldenFiles.hashes().count == last.firstHash + last.cases)
        #expect(variants.reduce(0) { $0 + $1.cases } > 20_000)
    }

    @Test("The samples agree in full") func samplesAgree() throws {
        let text = try String(
            contentsOf: GoldenFiles.folder.appending(path: "samples.jsonl"), encoding: .utf8)
        var samples: [String: [Sample]] = [:]
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        for line in text.split(separator: "\n") {
            let sample = try decoder.decode(Sample.self, from: Data(line.utf8))
            samples[sample.variant, default: []].append(sample)
        }
        for variant in try GoldenFiles.variants() {
            let tokenizer = try variant.tokenizer()
            for sample in try #require(samples[variant.name]) {
                let encoding = tokenizer.encode(
                    sample.text, pair: sample.pair, addingSpecialTokens: sample.addsSpecial,
                    maximumLength: sample.maximum)
                let place: Comment = "\(variant.name): '\(sample.text)' (\(scalars(sample.text)))"
                #expect(encoding.ids == sample.ids, place)
                #expect(encoding.typeIDs == sample.types, place)
                #expect(encoding.offsets.flatMap { [$0.lowerBound, $0.upperBound] } == sample.offsets, place)
                let decoded = tokenizer.decode(encoding.ids, skippingSpecialTokens: true)
                #expect(decoded.utf8.elementsEqual(sample.decoded.utf8), place)
            }
        }
    }
}
