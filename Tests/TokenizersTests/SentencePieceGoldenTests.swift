// Unigram and byte-pair models over characters, in the shapes of XLM-R, Llama 2 and Gemma, against Hugging
// Face tokenizers.

import Foundation
import Testing
import Tokenizers

@Suite struct SentencePieceGoldenTests {
    private static func object(_ url: URL) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
    }

    private static func json(_ value: Any) throws -> String {
        String(
            decoding: try JSONSerialization.data(
                withJSONObject: value, options: [.fragmentsAllowed, .withoutEscapingSlashes]),
            as: UTF8.self)
    }

    /// The pieces as they stand in the file: Foundation's JSON drops a byte order mark at the start of a
    /// string, and one piece is just that.
    private static func pieceText(_ url: URL) throws -> Substring {
        let text = String(decoding: try Data(contentsOf: url), as: UTF8.self)
        let start = try #require(text.firstRange(of: "\"pieces\":["))
        let end = try #require(text.firstRange(of: "],\"charsmap\""))
        return text[start.upperBound..<end.lowerBound]
    }

    private static func files(_ entry: [String: Any], _ folder: URL) throws -> [String: String] {
        let unigram = try object(folder.appending(path: "unigram.json"))
        let bytes = (0..<256).map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return "<0x\(digits.count < 2 ? "0" : "")\(digits)>"
        }
        var document = try json(try #require(entry["tokenizer"]))
            .replacing(
                "\"precompiled_charsmap\":\"\"",
                with: "\"precompiled_charsmap\":\(try json(try #require(unigram["charsmap"])))")
        if document.contains("\"Unigram\"") {
            var pieces = ["<s>", "<pad>", "</s>", "<unk>"].map { "[\"\($0)\",0.0]" }
            pieces.append(String(try pieceText(folder.appending(path: "unigram.json"))))
            if entry["bytes"] as? Bool == true { pieces += bytes.map { "[\"\($0)\",-20.0]" } }
            document = document.replacing(
                "\"vocab\":[]", with: "\"vocab\":[\(pieces.joined(separator: ","))]")
        } else {
            let parts = try object(folder.appending(path: "bpe.json"))
            let tokens = try ["<unk>", "<s>", "</s>"] + bytes + #require(parts["tokens"] as? [String])
            let members = try tokens.enumerated().map { "\(try json($1)):\($0)" }
            document =
                document
                .replacing("\"vocab\":{}", with: "\"vocab\":{\(members.joined(separator: ","))}")
                .replacing("\"merges\":[]", with: "\"merges\":\(try json(try #require(parts["merges"])))")
        }
        return ["tokenizer.json": document]
    }

    static func goldens() throws -> SubwordGoldens {
        try SubwordGoldens(folder: "sentencepiece", files: files)
    }

    @Test(
        "Ids, types, offsets, masks and texts are those of tokenizers 0.23.3",
        arguments: try SentencePieceGoldenTests.goldens().variants)
    func agrees(variant: SubwordVariant) throws {
        let goldens = try Self.goldens()
        #expect(try goldens.differences(of: variant) == [])
        let failures = try goldens.failures(of: variant)
        #expect(
            failures.isEmpty,
            "\(failures.count) groups, first\n\(failures.prefix(2).joined(separator: "\n\n"))")
    }

    @Test("XLM-R's and Llama 2's shapes have more than 20,000 cases, and all hashes are used") func counts()
        throws
    {
        let goldens = try Self.goldens()
        #expect(goldens.variants.count { $0.cases > 20_000 && $0.sweeps } == 2)
        let last = try #require(goldens.variants.last)
        #expect(goldens.hashes.count == last.firstHash + last.groups)
    }
}
