// Imported SentencePiece vocabularies give the ids and the text that transformers gives with the same GGUF
// file.

import Foundation
import GGUFImport
import JSON
import TestSupport
import Testing
import Tokenizers

@Suite struct GGUFSentencePieceTests {
    /// The tokenizer of the golden file after `edit`, by way of the imported directory.
    private func tokenizer(
        _ folder: TemporaryFolder, _ edit: (inout EditedGGUF) throws -> Void = { _ in }
    ) throws -> any Tokenizer {
        var file = try EditedGGUF("spm.gguf")
        try edit(&file)
        let path = folder.path + "/model.gguf"
        try Data(file.bytes).write(to: URL(fileURLWithPath: path))
        _ = try GGUFImport(path: path)
            .write(to: folder.path + "/hf", precision: .float32, overwrite: false) { _ in }
        return try TokenizerLoader.load(directory: folder.path + "/hf")
    }

    private func check(_ tokenizer: any Tokenizer, _ name: String) throws {
        let expected = try #require(try json(of: goldenPath("imports.json"))["spm"]?[name])
        func ids(_ value: JSONValue?) -> [Int32]? { value?.array?.compactMap { $0.integer.map(Int32.init) } }
        let texts = try #require(expected["texts"]?.array)
        #expect(texts.count >= 10)
        for entry in texts {
            let text = try #require(entry["text"]?.string)
            let found = tokenizer.encode(text).ids
            #expect(found == ids(entry["ids"]), "\(text)")
            let decoded = tokenizer.decode(found, skippingSpecialTokens: true)
            #expect(decoded == entry["decoded"]?.string, "\(text)")
        }
        let pair = expected["pair"]?.array?.compactMap(\.string) ?? []
        try #require(pair.count == 2)
        #expect(tokenizer.encode(pair[0], pair: pair[1]).ids == ids(expected["pair_ids"]))
    }

    @Test("ids and text are those of transformers: spaces, bytes, tokens that stand in the text")
    func encodings() throws {
        let folder = try TemporaryFolder()
        try check(try tokenizer(folder), "encodings")
    }

    @Test("a file that says nothing of start, end and space gets a start token and a space")
    func defaults() throws {
        let folder = try TemporaryFolder()
        let tokenizer = try tokenizer(folder) {
            try $0.replace("ggml.add_bos_token", with: "ggml.add_bos_tokem")
            try $0.replace("ggml.add_eos_token", with: "ggml.add_eos_tokem")
            try $0.replace("ggml.add_space_prefix", with: "ggml.add_space_prefiy")
        }
        try check(tokenizer, "encodings")
    }

    @Test("no space in front, no start token and an end token, where the file says so")
    func unprefixed() throws {
        let folder = try TemporaryFolder()
        let tokenizer = try tokenizer(folder) {
            try $0.setBool("tokenizer.ggml.add_space_prefix", false)
            try $0.setBool("tokenizer.ggml.add_bos_token", false)
            try $0.setBool("tokenizer.ggml.add_eos_token", true)
        }
        try check(tokenizer, "unprefixed")
    }

    @Test("merges that stand in the file are taken in place of the scores")
    func storedMerges() throws {
        let folder = try TemporaryFolder()
        let tokenizer = try tokenizer(folder) { $0.insert("tokenizer.ggml.merges", ["h e", "▁ mo"]) }
        let tokens = tokenizer.encode("the model").ids.map { tokenizer.token(of: $0) }
        #expect(tokens == ["<s>", "▁", "t", "he", "▁", "m", "o", "d", "e", "l"])
    }
}
