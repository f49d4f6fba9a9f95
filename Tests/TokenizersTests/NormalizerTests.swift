// The normalizers of tokenizer.json alone and in a row, against Hugging Face tokenizers.

import Foundation
import Testing
import Tokenizers

@Suite struct NormalizerTests {
    @Test("Normalized texts are those of tokenizers 0.23.3") func agrees() throws {
        let path = GoldenFiles.folder.appending(path: "classes/normalizers.json")
        let root = try JSONSerialization.jsonObject(with: Data(contentsOf: path)) as? [String: Any]
        let texts = try #require(root?["texts"] as? [String])
        let rows = try #require(root?["rows"] as? [[String: Any]])
        #expect(texts.count == 12 && rows.count == 12)
        // Every byte is a token, so that the decoded ids are the normalized text.
        let alphabet = [0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF, 0x100...0x143].flatMap { Array($0) }
        let characters = alphabet.compactMap { UInt32(exactly: $0).flatMap(Unicode.Scalar.init) }
        let vocabulary = Dictionary(uniqueKeysWithValues: characters.enumerated().map { (String($1), $0) })
        for row in rows {
            let normalizer = try #require(row["normalizer"])
            let expected = try #require(row["texts"] as? [String])
            let document: [String: Any] = [
                "normalizer": normalizer, "added_tokens": [],
                "pre_tokenizer": ["type": "ByteLevel", "add_prefix_space": false],
                "decoder": ["type": "ByteLevel"],
                "model": ["type": "BPE", "vocab": vocabulary, "merges": []],
            ]
            let json = String(decoding: try JSONSerialization.data(withJSONObject: document), as: UTF8.self)
            let tokenizer = try TemporaryDirectory.load(["tokenizer.json": json])
            for (text, wanted) in zip(texts, expected) {
                let found = tokenizer.decode(tokenizer.encode(text).ids, skippingSpecialTokens: false)
                #expect(found.utf8.elementsEqual(wanted.utf8), "\(normalizer) of '\(text)' is '\(found)'")
            }
        }
    }
}
