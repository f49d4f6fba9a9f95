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
    @Test("A WordPiece model takes other normalizers than BERT's, or none")
    func wordPiece() throws {
        let pieces = ["[UNK]", "[CLS]", "[SEP]", "uber", "cafe", "Caf", "##\u{E9}", "##e"]
        let vocabulary = Dictionary(uniqueKeysWithValues: pieces.enumerated().map { ($1, $0) })
        func ids(_ normalizer: String) throws -> [Int32] {
            let words = String(
                decoding: try JSONSerialization.data(withJSONObject: vocabulary), as: UTF8.self)
            let model =
                ###"{"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "###
                + #""max_input_chars_per_word": 100, "vocab": "# + words + "}"
            let decoder = ###"{"type": "WordPiece", "prefix": "##", "cleanup": true}"###
            let tokenizer = try TemporaryDirectory.load([
                "tokenizer.json": #"{"normalizer": \#(normalizer), "decoder": \#(decoder), "#
                    + #""pre_tokenizer": {"type": "BertPreTokenizer"}, "model": \#(model)}"#
            ])
            return tokenizer.encode("\u{DC}ber Caf\u{E9}", addingSpecialTokens: false).ids
        }
        let steps = #"[{"type": "NFD"}, {"type": "Lowercase"}, {"type": "StripAccents"}]"#
        #expect(try ids(#"{"type": "Sequence", "normalizers": \#(steps)}"#) == [3, 4])
        #expect(try ids(#"{"type": "Lowercase"}"#) == [0, 0])
        #expect(try ids("null") == [0, 5, 6])
    }
}

extension Tokenizer {
    fileprivate func encode(_ text: String, addingSpecialTokens: Bool) -> Encoding {
        encode(text, pair: nil, addingSpecialTokens: addingSpecialTokens, maximumLength: nil)
    }
}
