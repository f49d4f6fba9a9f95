// tokenizer.json files that would make texts grow or be gone through without end: refused with the limit.

import Foundation
import TestSupport
import Testing
import Tokenizers

@Suite struct TokenizerLimitTests {
    private static func replace(_ pattern: String, by content: String) -> String {
        #"{"type": "Replace", "pattern": {"String": "\#(pattern)"}, "content": "\#(content)"}"#
    }

    private static func sequence(_ normalizers: [String]) -> String {
        #"{"type": "Sequence", "normalizers": [\#(normalizers.joined(separator: ", "))]}"#
    }

    /// The base64 of a table without entries that has one string of so many bytes.
    private static func precompiled(longest: Int) -> String {
        let bytes = [4, 0, 0, 0, 0, 0, 0, 0] + [UInt8](repeating: 0x61, count: longest) + [0]
        let table = Data(bytes).base64EncodedString()
        return #"{"type": "Precompiled", "precompiled_charsmap": "\#(table)"}"#
    }

    private func load(normalizer: String, preTokenizer: String, processor: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(
            #"{"normalizer": \#(normalizer), "pre_tokenizer": \#(preTokenizer), "post_processor": "#
                + #"\#(processor), "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "#
                + #""always"}, "model": {"type": "Unigram", "unk_id": 0, "vocab": "#
                + #"[["<unk>", 0.0], ["a", -1]]}}"#,
            to: "tokenizer.json")
        _ = try TokenizerLoader.load(directory: folder.path)
    }

    private func refusal(
        normalizer: String, preTokenizer: String = #"{"type": "WhitespaceSplit"}"#,
        processor: String = "null"
    ) throws -> String {
        do {
            try load(normalizer: normalizer, preTokenizer: preTokenizer, processor: processor)
            return "no error"
        } catch let error as TokenizerError {
            return error.description
        }
    }

    @Test("Normalizers that let texts grow beyond the limit are refused with their product")
    func growth() throws {
        let ten = Self.replace("a", by: "aaaaaaaaaa")
        let cubed = try refusal(normalizer: Self.sequence([ten, ten, ten]))
        #expect(cubed.contains("'Replace' that lets texts grow to 100 × 10 times their length is not"))
        #expect(cubed.contains("256 times for all normalizers together"))
        let long = Self.replace("ab", by: String(repeating: "a", count: 514))
        #expect(try refusal(normalizer: long).contains("to 1 × 257 times"))
        let many = String(repeating: "aaaaaaaaaa", count: 1_000)
        #expect(try refusal(normalizer: Self.replace("a", by: many)).contains("to 1 × 10000 times"))
        #expect(try refusal(normalizer: Self.precompiled(longest: 300)).contains("'Precompiled' that lets"))
        let shrinking = Self.sequence([ten, ten, Self.replace("aa", by: "b")])
        #expect(try refusal(normalizer: shrinking) == "no error")
        let usual = Self.sequence([Self.precompiled(longest: 40), Self.replace("a", by: "aaa")])
        #expect(try refusal(normalizer: usual) == "no error")
    }

    @Test("Strings that are put before texts or looked for in them have a length that is no text's")
    func lengths() throws {
        let long = String(repeating: "a", count: 1_025)
        let sentence = "must be a string of no more than 1024 bytes, found one of 1025"
        #expect(try refusal(normalizer: #"{"type": "Prepend", "prepend": "\#(long)"}"#).contains(sentence))
        #expect(try refusal(normalizer: Self.replace(long, by: "")).contains(sentence))
        let split = #"{"type": "Split", "pattern": {"String": "\#(long)"}, "behavior": "Removed"}"#
        #expect(try refusal(normalizer: "null", preTokenizer: split).contains(sentence))
    }

    @Test("Components beyond number and templates of very many tokens are refused")
    func counts() throws {
        let many = Self.sequence([String](repeating: #"{"type": "NFKC"}"#, count: 65))
        #expect(try refusal(normalizer: many).contains("normalizer of more than 64 components"))
        let token = #"{"SpecialToken": {"id": "x", "type_id": 0}}"#
        let tokens = [String](repeating: token, count: 257).joined(separator: ", ")
        let template =
            #"{"type": "TemplateProcessing", "single": [\#(tokens)], "pair": [], "special_tokens": {"x": "#
            + #"{"ids": [1]}}}"#
        #expect(
            try refusal(normalizer: "null", processor: template).contains(
                "a template of no more than 256 tokens"))
    }
}
