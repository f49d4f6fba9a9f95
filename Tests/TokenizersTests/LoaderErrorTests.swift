// Each way in which the files of a tokenizer can be wrong, with its message.

import Foundation
import Testing
import Tokenizers

@Suite struct LoaderErrorTests {
    /// A small tokenizer.json that loads; tests damage it.
    private static let document = """
        {"version": "1.0", "truncation": null, "padding": null,
         "added_tokens": [{"id": 1, "content": "[CLS]", "special": true, "normalized": false}],
         "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
          "strip_accents": null, "lowercase": true},
         "pre_tokenizer": {"type": "BertPreTokenizer"},
         "post_processor": {"type": "BertProcessing", "cls": ["[CLS]", 1], "sep": ["[SEP]", 2]},
         "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
         "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
          "max_input_chars_per_word": 100, "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "a": 3}}}
        """

    private func message(_ files: [String: String]) throws -> String {
        do {
            _ = try TemporaryDirectory.load(files)
            return "loaded"
        } catch let error as TokenizerError {
            return error.description
        }
    }

    /// The message for the document with `found` replaced.
    private func message(replacing found: String, with replacement: String) throws -> String {
        try #require(Self.document.contains(found))
        return try message(["tokenizer.json": Self.document.replacing(found, with: replacement)])
    }

    @Test("The undamaged document loads") func undamaged() throws {
        let tokenizer = try TemporaryDirectory.load(["tokenizer.json": Self.document])
        #expect(tokenizer.encode("A b").ids == [1, 3, 0, 2])
        #expect(tokenizer.unknownID == 0 && tokenizer.classifierID == 1 && tokenizer.separatorID == 2)
        #expect(tokenizer.padID == nil && tokenizer.maskID == nil && tokenizer.vocabularySize == 4)
    }

    @Test("A missing directory is named") func missingDirectory() {
        let error = #expect(throws: TokenizerError.self) {
            try TokenizerLoader.load(directory: "/nonexistent/model")
        }
        #expect(error == .missingDirectory(path: "/nonexistent/model"))
        #expect(error?.description.contains("no model directory '/nonexistent/model'") == true)
    }

    @Test("A directory without tokenizer files says which it needs") func emptyDirectory() throws {
        #expect(try message(["config.json": "{}"]).contains("neither tokenizer.json nor vocab.txt"))
    }

    @Test("A tokenizer.json that is a directory is unreadable") func unreadable() throws {
        try TemporaryDirectory.with([:]) { folder in
            try FileManager.default.createDirectory(
                atPath: "\(folder)/tokenizer.json", withIntermediateDirectories: true)
            let error = #expect(throws: TokenizerError.self) { try TokenizerLoader.load(directory: folder) }
            #expect(error?.description.contains("/tokenizer.json' cannot be read") == true)
        }
    }

    @Test(
        "Broken JSON is reported with line and column",
        arguments: [
            ("", "line 1, column 1: expected a value, found the end."),
            ("{\"a\": 1,\n}", "line 2, column 1: expected a key in double quotes, found '}'."),
            ("[1 2]", "column 4: expected ',' or ']', found '2'."),
            ("{\"é\": tru}", "column 7: expected a value, found 't'."),
            (String(repeating: "[", count: 100), "column 65: nested deeper than 64 levels."),
        ])
    func brokenJSON(text: String, expected: String) throws {
        let message = try message(["tokenizer.json": text])
        #expect(
            message.contains("tokenizer.json' is not valid JSON at") && message.contains(expected),
            "\(message)")
    }

    @Test(
        "An unknown component is named with its file and what is supported",
        arguments: [
            ("\"BertNormalizer\"", "\"Nmt\"", "normalizer 'Nmt' is not supported. Supported: NFC, NFD"),
            ("\"BertPreTokenizer\"", "\"ByteLevel\"", "pre_tokenizer 'ByteLevel' is not supported"),
            (
                "\"BertProcessing\"", "\"SpecialProcessing\"",
                "post_processor 'SpecialProcessing' is not supported"
            ),
            (
                "{\"type\": \"WordPiece\", \"prefix\"", "{\"type\": \"BPE\", \"prefix\"",
                "decoder 'BPE' is not"
            ),
            (
                "{\"type\": \"WordPiece\", \"unk", "{\"type\": \"WordLevel\", \"unk",
                "model 'WordLevel' is not supported. Supported: WordPiece, BPE, Unigram"
            ),
            ("{\"type\": \"BertPreTokenizer\"}", "null", "pre_tokenizer null is not supported"),
        ])
    func unknownComponent(found: String, replacement: String, expected: String) throws {
        let message = try message(replacing: found, with: replacement)
        #expect(message.contains("/tokenizer.json': \(expected)"), "\(message)")
    }

    @Test(
        "A missing or ill-typed value is named by its key",
        arguments: [
            (
                "\"lowercase\": true", "\"lowercase\": 1",
                "normalizer.lowercase must be true or false, found the number"
            ),
            ("\"a\": 3", "\"a\": -3", "model.vocab.a must be a whole number from 0"),
            ("\"a\": 3", "\"a\": 3.5", "model.vocab.a must be a whole number from 0"),
            ("\"a\": 3", "\"a\": 2000000000", "model.vocab.a must be a whole number from 0 to 4194304"),
            ("\"prefix\": \"##\"", "\"prefix\": []", "decoder.prefix must be a string, found an array"),
            ("\"unk_token\": \"[UNK]\", ", "", "model.unk_token must be present"),
            ("[\"[CLS]\", 1]", "[\"[CLS]\"]", "post_processor.cls must be a token and its id"),
            ("\"content\": \"[CLS]\"", "\"content\": null", "added_tokens[0].content must be present"),
        ])
    func badValue(found: String, replacement: String, expected: String) throws {
        let message = try message(replacing: found, with: replacement)
        #expect(message.contains(expected), "\(message)")
    }

    @Test("A document that is no object is refused") func noObject() throws {
        #expect(
            try message(["tokenizer.json": "[]"]).contains("the document must be an object, found an array"))
        let files = ["tokenizer.json": Self.document, "tokenizer_config.json": "3"]
        #expect(try message(files).contains("tokenizer_config.json': the document must be an object"))
    }

    @Test("An unknown token that the vocabulary lacks is named") func missingUnknownToken() throws {
        let message = try message(replacing: "\"unk_token\": \"[UNK]\"", with: "\"unk_token\": \"<unk>\"")
        #expect(
            message.contains("the vocabulary has no '<unk>', which is the unknown token (model.unk_token)"))
    }

    @Test("Contradicting ids are refused") func conflictingIDs() throws {
        let added = try message(replacing: "\"id\": 1, \"content\"", with: "\"id\": 3, \"content\"")
        #expect(added.contains("token '[CLS]' with id 3 contradicts the vocabulary: there it has id 1"))
        let other = try message(replacing: "\"content\": \"[CLS]\"", with: "\"content\": \"[X]\"")
        #expect(other.contains("token '[X]' with id 1 contradicts the vocabulary: there that id is '[CLS]'"))
        let twice = try message(replacing: "\"a\": 3", with: "\"a\": 2")
        #expect(twice.contains("token 'a' with id 2") && twice.contains("there that id is '[SEP]'"))
    }

    @Test("Templates must hold the texts that they are for, and known tokens") func badTemplates() throws {
        func template(_ single: String, _ pair: String) throws -> String {
            try message(
                replacing: "\"BertProcessing\",",
                with:
                    "\"TemplateProcessing\", \"single\": \(single), \"pair\": \(pair), \"special_tokens\": {},"
            )
        }
        let first = "{\"Sequence\": {\"id\": \"A\", \"type_id\": 0}}"
        let second = "{\"Sequence\": {\"id\": \"B\", \"type_id\": 0}}"
        #expect(try template("[\(first)]", "[\(first), \(second)]") == "loaded")
        #expect(
            try template("[\(second)]", "[\(first), \(second)]").contains(
                "single must be a template with A once"))
        #expect(try template("[\(first)]", "[\(first)]").contains("pair must be a template with A and B"))
        let special = "{\"SpecialToken\": {\"id\": \"[X]\", \"type_id\": 0}}"
        #expect(
            try template("[\(special), \(first)]", "[\(first), \(second)]")
                .contains("post_processor.special_tokens.[X] must be present"))
    }

    @Test("A vocab.txt without a required token is refused", arguments: ["[UNK]", "[CLS]", "[SEP]"])
    func incompleteVocabulary(token: String) throws {
        let vocabulary = ["[UNK]", "[CLS]", "[SEP]", "a"].filter { $0 != token }.joined(separator: "\n")
        let message = try message(["vocab.txt": vocabulary])
        #expect(message.contains("/vocab.txt': the vocabulary has no '\(token)', which is the"), "\(message)")
    }

    @Test("A never_split entry that is no special token is refused") func neverSplit() throws {
        let files = [
            "vocab.txt": "[UNK]\n[CLS]\n[SEP]\n",
            "tokenizer_config.json": "{\"never_split\": [\"[CLS]\", \"C++\"]}",
        ]
        #expect(try message(files).contains("never_split entry 'C++' is not supported"))
    }

    /// A small byte-level tokenizer.json that loads.
    private static let byteLevel = """
        {"added_tokens": [], "normalizer": {"type": "NFC"}, "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
          {"type": "Digits", "individual_digits": true},
          {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}]},
         "post_processor": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false},
         "decoder": {"type": "ByteLevel"}, "model": {"type": "BPE", "dropout": null, "unk_token": null,
          "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}}
        """

    @Test(
        "What a byte-level tokenizer holds that is not known is named",
        arguments: [
            (
                "{\"type\": \"Digits\", \"individual_digits\": true}",
                "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"[a-z]+\"}, \"behavior\": \"Isolated\"}",
                "Split expression '[a-z]+' is not supported. Supported: the expressions of GPT-2"
            ),
            (
                "\"NFC\"", "\"Nmt\"",
                "normalizer 'Nmt' is not supported. Supported: NFC, NFD, NFKC, NFKD, Lowercase"
            ),
            (
                "\"type\": \"Digits\"", "\"type\": \"Punctuation\"",
                "pre_tokenizer 'Punctuation' is not supported"
            ),
            ("{\"type\": \"ByteLevel\"}", "{\"type\": \"CTC\"}", "decoder 'CTC' is not supported"),
            ("\"dropout\": null", "\"dropout\": 0.1", "model.dropout 0.1 is not supported"),
            ("\"merges\": [\"a b\"]", "\"merges\": [\"a b c\"]", "model.merges[0] must be a pair of tokens"),
            (
                "\"merges\": [\"a b\"]", "\"merges\": [\"a c\"]",
                "has no 'c', which is a part or the result of the merge in model.merges[0]"
            ),
            ("\"unk_token\": null", "\"unk_token\": \"u\"", "has no 'u', which is the unknown token"),
        ])
    func unknownByteLevel(found: String, replacement: String, expected: String) throws {
        #expect(try message(["tokenizer.json": Self.byteLevel]) == "loaded")
        try #require(Self.byteLevel.contains(found))
        let damaged = Self.byteLevel.replacing(found, with: replacement)
        let message = try message(["tokenizer.json": damaged])
        #expect(message.contains(expected), "\(message)")
    }

    @Test("A line of merges.txt that holds no pair is named; a vocab.json alone is not enough") func merges()
        throws
    {
        let vocabulary = "{\"a\": 0, \"b\": 1, \"ab\": 2}"
        #expect(try message(["vocab.json": vocabulary, "merges.txt": "#version: 0.2\na b\n"]) == "loaded")
        let broken = try message(["vocab.json": vocabulary, "merges.txt": "a b\nab\n"])
        #expect(broken.contains("merges.txt': line 2 must be two tokens with a space between, found 'ab'"))
        #expect(try message(["vocab.json": vocabulary]).contains("nor vocab.json with merges.txt"))
    }
}
