// Directories without tokenizer.json, and vocabularies that strings as keys would spoil.

import Testing
import Tokenizers

@Suite struct VocabularyFileTests {
    private let vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nhello\r\nWorld \n##s\nÉ\nE\ne\n"

    @Test("Line numbers are ids; whitespace at the end of a line does not count") func linesAreIDs() throws {
        let tokenizer = try TemporaryDirectory.load(["vocab.txt": vocabulary])
        #expect(tokenizer.vocabularySize == 11)
        #expect(tokenizer.id(of: "hello") == 5 && tokenizer.id(of: "World") == 6)
        #expect(tokenizer.token(of: 7) == "##s")
        #expect(tokenizer.encode("Hellos hello").ids == [2, 5, 7, 5, 3])
        #expect([tokenizer.padID, tokenizer.unknownID, tokenizer.maskID] == [0, 1, 4])
    }

    @Test("Switches of tokenizer_config.json are followed")
    func switches() throws {
        func ids(_ configuration: String, _ text: String) throws -> [Int32] {
            try TemporaryDirectory.load(["vocab.txt": vocabulary, "tokenizer_config.json": configuration])
                .encode(text, pair: nil, addingSpecialTokens: false, maximumLength: nil).ids
        }
        #expect(try ids("{}", "World É") == [1, 10])
        #expect(try ids("{\"do_lower_case\": false}", "World É") == [6, 8])
        #expect(try ids("{\"do_lower_case\": false, \"strip_accents\": true}", "World É") == [6, 9])
        #expect(try ids("{\"tokenize_chinese_chars\": false}", "中中") == [1])
        #expect(try ids("{\"tokenize_chinese_chars\": true}", "中中") == [1, 1])
    }

    @Test("Named and further special tokens are found in the text; new ones get new ids") func specialTokens()
        throws
    {
        let configuration = """
            {"mask_token": {"content": "<m>"}, "additional_special_tokens": ["hello", "<x>"], "pad_token": "E"}
            """
        let tokenizer = try TemporaryDirectory.load([
            "vocab.txt": vocabulary, "tokenizer_config.json": configuration,
        ])
        #expect(tokenizer.maskID == 11 && tokenizer.padID == 9)
        #expect(tokenizer.vocabularySize == 13 && tokenizer.id(of: "<x>") == 12)
        #expect(tokenizer.encode("<x>helloE").ids == [2, 12, 5, 9, 3])
        #expect(tokenizer.decode([2, 12, 5, 10], skippingSpecialTokens: true) == "e")
    }

    @Test("Tokens that differ only in normal form keep their own ids") func normalForms() throws {
        let tokenizer = try TemporaryDirectory.load([
            "vocab.txt": "[UNK]\n[CLS]\n[SEP]\né\ne\u{301}\n",
            "tokenizer_config.json": "{\"do_lower_case\": false}",
        ])
        #expect(tokenizer.id(of: "\u{E9}") == 3 && tokenizer.id(of: "e\u{301}") == 4)
        #expect(tokenizer.encode("\u{E9} e\u{301}").ids == [1, 3, 4, 2])
    }
}
