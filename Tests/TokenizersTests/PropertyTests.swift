// What holds for every text: bounds, order, masks, truncation, decoding.

import Testing
import Tokenizers

@Suite struct PropertyTests {
    private let tokenizer: any Tokenizer
    private let strings: GoldenStrings

    init() throws {
        tokenizer = try #require(try GoldenFiles.variants().first).tokenizer()
        strings = try GoldenFiles.strings()
    }

    /// Seeds that the goldens do not use.
    private let seeds = 1_000_000..<1_000_600

    @Test("Offsets lie within the text and never go back") func offsetsAreOrdered() {
        for seed in seeds {
            let text = strings.testCase(seed).text
            let encoding = tokenizer.encode(text, pair: nil, addingSpecialTokens: false, maximumLength: nil)
            let isOrdered = zip(encoding.offsets, encoding.offsets.dropFirst()).allSatisfy {
                $0.lowerBound <= $1.lowerBound && $0.upperBound <= $1.upperBound
            }
            #expect(isOrdered, "seed \(seed)")
            #expect(!encoding.offsets.contains { $0.isEmpty }, "seed \(seed)")
            #expect((encoding.offsets.last?.upperBound ?? 0) <= text.unicodeScalars.count, "seed \(seed)")
        }
    }

    @Test("All arrays have one element a token, and only the template's tokens are marked")
    func arraysAreParallel() throws {
        let separator = try #require(tokenizer.separatorID)
        for seed in seeds {
            let golden = strings.testCase(seed)
            let encoding = tokenizer.encode(golden.text, pair: golden.pair)
            #expect(encoding.typeIDs.count == encoding.count && encoding.offsets.count == encoding.count)
            #expect(encoding.isSpecial.count == encoding.count)
            #expect(encoding.ids.first == tokenizer.classifierID && encoding.ids.last == separator)
            let marked = encoding.isSpecial.count(where: \.self)
            #expect(marked == tokenizer.specialTokenCount(isPair: golden.pair != nil))
            #expect(encoding.typeIDs == encoding.typeIDs.sorted())
            #expect(encoding.ids.allSatisfy { 0..<Int32(tokenizer.vocabularySize) ~= $0 })
        }
    }

    @Test("A maximum is kept exactly, and the texts keep their beginnings") func truncationIsExact() {
        for seed in seeds {
            let golden = strings.testCase(seed)
            let whole = tokenizer.encode(golden.text, pair: golden.pair)
            for maximum in [3, 4, 7, 8, 31] {
                let cut = tokenizer.encode(
                    golden.text, pair: golden.pair, addingSpecialTokens: true, maximumLength: maximum)
                #expect(cut.count == min(maximum, whole.count), "seed \(seed)")
                let first = zip(cut.ids, cut.isSpecial).prefix { $0.0 == tokenizer.classifierID || !$0.1 }
                    .map(\.0)
                #expect(whole.ids.starts(with: first), "seed \(seed)")
            }
        }
    }

    @Test("Without special tokens a maximum of 0 leaves nothing") func truncationToNothing() {
        let encoding = tokenizer.encode(
            "some words", pair: "more", addingSpecialTokens: false, maximumLength: 0)
        #expect(encoding == Encoding())
    }

    @Test(
        "Of a pair the longer text is cut first", arguments: [(2, 9, 8), (9, 2, 8), (6, 6, 8), (20, 20, 9)])
    func longestFirst(first: Int, second: Int, maximum: Int) {
        let encoding = tokenizer.encode(
            String(repeating: "the ", count: first), pair: String(repeating: "a ", count: second),
            addingSpecialTokens: false, maximumLength: maximum)
        let kept = encoding.typeIDs.count(where: { $0 == 0 })
        #expect(encoding.count == maximum)
        #expect(kept == (first < second ? min(first, maximum / 2) : max(maximum - second, maximum / 2)))
    }

    @Test("Decoding known words gives the words, and encoding that gives the same ids")
    func decodingIsStable() {
        var random = SplitMix64(seed: 7)
        for _ in 0..<500 {
            let words = (0..<1 + random.below(12)).map { _ in random.pick(strings.words) }
            let encoding = tokenizer.encode(words.joined(separator: " "))
            let text = tokenizer.decode(encoding.ids, skippingSpecialTokens: true)
            #expect(tokenizer.encode(text).ids == encoding.ids, "\(words)")
        }
    }

    @Test("Tokens and ids are each other's inverse") func vocabularyIsInvertible() {
        let isInverse = (0..<Int32(tokenizer.vocabularySize)).allSatisfy { id in
            tokenizer.token(of: id).flatMap { tokenizer.id(of: $0) } == id
        }
        #expect(isInverse)
        #expect(tokenizer.token(of: -1) == nil)
        #expect(tokenizer.token(of: Int32(tokenizer.vocabularySize)) == nil)
        #expect(tokenizer.id(of: "no such token") == nil)
    }

    @Test("Ids outside the vocabulary are left out when decoding") func unknownIDs() {
        let known = tokenizer.encode("the", pair: nil, addingSpecialTokens: false, maximumLength: nil).ids
        #expect(tokenizer.decode([-5] + known + [.max], skippingSpecialTokens: false) == "the")
    }

    @Test("The same text gives the same ids from many tasks at once") func concurrentUse() async {
        let tokenizer = tokenizer
        let expected = seeds.prefix(200).map { tokenizer.encode(strings.testCase($0).text) }
        await withTaskGroup(of: [Encoding].self) { group in
            for _ in 0..<4 {
                group.addTask { [strings, seeds] in
                    seeds.prefix(200).map { tokenizer.encode(strings.testCase($0).text) }
                }
            }
            for await result in group { #expect(result == expected) }
        }
    }
}
