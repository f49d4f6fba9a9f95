// A byte-level tokenizer with the merges of TokenizersTests' goldens, for conversations of all families.

import Foundation
import TestSupport
import Tokenizers

/// Makes a GPT-2-like tokenizer.
enum ByteLevelTokenizer {
    /// The alphabet of byte-level vocabularies, in order.
    private static let alphabet: [String] =
        [0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF, 0x100...0x143].flatMap { Array($0) }
        .compactMap { Unicode.Scalar($0).map { String($0) } }

    private static let merges = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "TokenizersTests/Goldens/byte-level/merges.txt")

    /// The tokenizer, with these special tokens beside its own.
    static func load(special: [String]) throws -> any Tokenizer {
        let lines = try Data(contentsOf: merges).split(separator: 0x0A)
            .map { String(decoding: $0, as: UTF8.self) }
        var ids: [String: Int] = [:]
        for token in alphabet + lines.map({ $0.replacing(" ", with: "") }) + ["<|endoftext|>"]
        where ids[token] == nil {
            ids[token] = ids.count
        }
        let folder = try TemporaryFolder()
        try folder.write(Array(JSONSerialization.data(withJSONObject: ids)), to: "vocab.json")
        try folder.write("#version: 0.2\n" + lines.joined(separator: "\n") + "\n", to: "merges.txt")
        let configuration = ["additional_special_tokens": special]
        try folder.write(
            Array(JSONSerialization.data(withJSONObject: configuration)), to: "tokenizer_config.json")
        return try TokenizerLoader.load(directory: folder.path)
    }
}
