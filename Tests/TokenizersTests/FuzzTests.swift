// Tokenizer files damaged at random: refused by name, or a tokenizer whose offsets lie inside the text.

import Foundation
import TestSupport
import Testing
import Tokenizers

private let texts = ["Hello  wörld the\u{301} <s>[CLS]\n\t 東京 123456 \u{1F600}'ll</s>\u{2581}a\r\n", "", " "]

/// Loads the folder's tokenizer and uses it.
private func use(_ folder: TemporaryFolder) throws {
    let tokenizer = try TokenizerLoader.load(directory: folder.path)
    for text in texts {
        let encoding = tokenizer.encode(text, pair: "second [MASK] text")
        guard encoding.offsets.count == encoding.ids.count else { throw FuzzFailure("offsets are missing") }
        for range in tokenizer.encode(text).offsets where range.upperBound > text.unicodeScalars.count {
            throw FuzzFailure("the offsets \(range) are beyond the text")
        }
        for skips in [false, true] { _ = tokenizer.decode(encoding.ids, skippingSpecialTokens: skips) }
        let count = tokenizer.specialTokenCount(isPair: true)
        let cut = tokenizer.encode(
            text, pair: "b", addingSpecialTokens: true, maximumLength: count + 2)
        guard cut.ids.count <= count + 2 else { throw FuzzFailure("\(cut.ids.count) tokens of \(count + 2)") }
    }
}

private func documents() throws -> FuzzedFormat {
    let folder = try TemporaryFolder()
    let words =
        "{ } [ ] : , \" null true false ByteLevel Split Regex Metaspace Sequence normalizers "
        + "Precompiled Replace "
        + "Prepend NFC Lowercase BPE Unigram WordPiece merges vocab unk_id added_tokens "
        + "ByteFallback Fuse Strip"
    return FuzzedFormat(
        "tokenizer", samples: try Samples.tokenizers(), words: words, place: folder.path, byteLimit: 1 << 17
    ) { input in
        try folder.write(input, to: "tokenizer.json")
        try use(folder)
    }
}

/// vocab.txt or vocab.json with merges.txt, and their tokenizer_config.json: the parts stand one after
/// another, separated by NUL.
private func vocabularies() throws -> FuzzedFormat {
    let configuration =
        #"{"do_lower_case": true, "unk_token": "[UNK]", "added_tokens_decoder": "#
        + #"{"7": {"content": "<x>", "special": true}}, "additional_special_tokens": ["<y>"]}"#
    let vocabulary = "[UNK]\n[CLS]\n[SEP]\nthe\nhello\n##s\n1\n"
    let merges = "#version: 0.2\nt h\nth e\n"
    let ids = #"{"t": 0, "h": 1, "e": 2, "th": 3, "the": 4, "Ġ": 5}"#
    let samples = [configuration + "\0" + vocabulary, "{}\0" + ids + "\0" + merges]
    return FuzzedFormat(
        "vocabulary", samples: samples.map { Array($0.utf8) },
        words:
            "{ } [ ] : , \" [UNK] [CLS] ## 2147483647 tokenizer_class never_split <s> </s> "
            + "<mask> RobertaTokenizer",
        place: "lockstep-tests-"
    ) { input in
        let folder = try TemporaryFolder()
        let parts = input.split(separator: 0, omittingEmptySubsequences: false).map { Array($0) }
        try folder.write(parts[0], to: "tokenizer_config.json")
        if parts.count == 2 { try folder.write(parts[1], to: "vocab.txt") }
        if parts.count > 2 {
            try folder.write(parts[1], to: "vocab.json")
            try folder.write(parts[2], to: "merges.txt")
        }
        try use(folder)
    }
}

/// Small tokenizers, one of each model.
private enum Samples {
    static func tokenizers() throws -> [[UInt8]] {
        let byteLevel =
            #"{"added_tokens": [{"id": 6, "content": "<s>", "special": true, "lstrip": true}], "#
            + #""normalizer": {"type": "NFC"}, "pre_tokenizer": {"type": "ByteLevel", "#
            + #""add_prefix_space": true}, "#
            + #""post_processor": null, "decoder": {"type": "ByteLevel"}, "model": {"type": "BPE", "#
            + #""vocab": {"t": 0, "h": 1, "e": 2, "th": 3, "the": 4, "Ġ": 5}, "merges": ["t h", "#
            + #"["th", "e"]]}}"#
        let unigram =
            #"{"normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, "#
            + #"{"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}, "pre_tokenizer": "#
            + #"{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true}, "#
            + #""decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"}, "model": "#
            + #"{"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0.0], ["▁", -2.5], ["the", "#
            + #"-3], ["e", -4e0]]}}"#
        let wordPiece =
            #"{"normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": "#
            + #"true, "strip_accents": null, "lowercase": true}, "pre_tokenizer": {"type": "#
            + #""BertPreTokenizer"}, "#
            + #""post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", "#
            + #"1]}, "decoder": "#
            + ###"{"type": "WordPiece", "prefix": "##", "cleanup": true}, "model": {"type": "###
            + ###""WordPiece", "unk_token": "###
            + ###""[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": "###
            + ###"{"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "the": 3, "##s": 4, "hello": 5}}}"###
        return [byteLevel, unigram, wordPiece].map { Array($0.utf8) }
    }
}

@Suite struct FuzzTests {
    @Test("a damaged tokenizer.json is refused by name or gives a tokenizer that holds")
    func damagedDocument() async {
        await #expect(processExitsWith: .success, "input: \(Fuzzing.record("tokenizer"))") {
            try Fuzzing.run(documents(), inputs: 4_000)
        }
    }

    @Test("damaged vocabularies and their configuration are refused by name or give a tokenizer that holds")
    func damagedVocabulary() async {
        await #expect(processExitsWith: .success, "input: \(Fuzzing.record("vocabulary"))") {
            try Fuzzing.run(vocabularies(), inputs: 3_000)
        }
    }

    @Test("an added token with the largest id is refused: the next one would have none")
    func largestID() throws {
        let folder = try TemporaryFolder()
        try folder.write("[UNK]\n[CLS]\n[SEP]\n", to: "vocab.txt")
        try folder.write(
            #"{"added_tokens_decoder": {"2147483647": {"content": "<x>"}}, "#
                + #""additional_special_tokens": ["<q>"]}"#,
            to: "tokenizer_config.json")
        let error = #expect(throws: TokenizerError.self) { try TokenizerLoader.load(directory: folder.path) }
        #expect(
            error?.description.contains("a number from 0 to 4194304") == true, "\(error?.description ?? "")")
    }
}
