// Text that is written token by token is the text of all tokens at once.

import Testing
import Tokenizers

@Suite struct IncrementalDetokenizerTests {
    private func variants() throws -> [SubwordVariant] {
        try ByteLevelGoldenTests.goldens().variants.filter {
            ["llama3", "smollm2", "qwen2"].contains($0.name)
        }
            + SentencePieceGoldenTests.goldens().variants.filter {
                ["xlm-roberta", "unigram-bytes", "llama2", "gemma"].contains($0.name)
            }
    }

    @Test("Pieces joined are the whole text, and no piece ends inside a character") func pieces() throws {
        let strings = try GoldenFiles.strings()
        for variant in try variants() {
            let tokenizer = try variant.tokenizer()
            for seed in 3_000_000..<3_000_300 {
                let ids = tokenizer.encode(strings.subwordCase(seed).text).ids.prefix(300)
                for skips in [true, false] {
                    var detokenizer = IncrementalDetokenizer(tokenizer, skippingSpecialTokens: skips)
                    var pieces = ids.map { detokenizer.append($0) }
                    pieces.append(detokenizer.finish())
                    let whole = tokenizer.decode(Array(ids), skippingSpecialTokens: skips)
                    #expect(pieces.joined().utf8.elementsEqual(whole.utf8), "\(variant.name), seed \(seed)")
                }
            }
        }
    }

    @Test("Ids at random, which are broken text, come out whole too") func randomIDs() throws {
        for variant in try variants() {
            let tokenizer = try variant.tokenizer()
            var random = SplitMix64(seed: 11)
            for _ in 0..<300 {
                // A model may have more ids than its tokenizer: they are left out.
                let ids = (0..<20).map { _ in Int32(random.below(tokenizer.vocabularySize + 40)) }
                var detokenizer = IncrementalDetokenizer(tokenizer)
                let text = ids.map { detokenizer.append($0) }.joined() + detokenizer.finish()
                #expect(
                    text.utf8.elementsEqual(tokenizer.decode(ids, skippingSpecialTokens: true).utf8),
                    "\(variant.name): \(ids)")
            }
        }
    }

    @Test("An emoji of several tokens appears with its last one; words appear at once") func emoji() throws {
        let variant = try #require(try variants().first)
        let tokenizer = try variant.tokenizer()
        let ids = tokenizer.encode("\u{1FAE0}", pair: nil, addingSpecialTokens: false, maximumLength: nil).ids
        #expect(ids.count > 1)
        var detokenizer = IncrementalDetokenizer(tokenizer)
        #expect(ids.dropLast().allSatisfy { detokenizer.append($0).isEmpty })
        #expect(ids.last.map { detokenizer.append($0) } == "\u{1FAE0}")
        let word = tokenizer.encode(" the", pair: nil, addingSpecialTokens: false, maximumLength: nil).ids
        #expect(word.map { detokenizer.append($0) }.joined() == " the")
    }
}
