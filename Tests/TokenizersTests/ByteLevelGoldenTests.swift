// Byte-level BPE in the shapes of GPT-2, RoBERTa, Llama 3, Qwen 2 and SmolLM2 against Hugging Face
// tokenizers.

import Foundation
import Testing
import Tokenizers

@Suite struct ByteLevelGoldenTests {
    /// The alphabet of byte-level vocabularies, in order.
    private static let alphabet: [String] = {
        let kept = [0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF].flatMap { Array($0) }
        return (kept + Array(0x100...0x143)).map { scalarString(UInt32($0)) }
    }()

    private static func quoted(_ text: String) -> String {
        let escaped = text.utf8.flatMap { byte in
            byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") ? [UInt8(ascii: "\\"), byte] : [byte]
        }
        return "\"\(String(decoding: escaped, as: UTF8.self))\""
    }

    private static func files(_ entry: [String: Any], _ folder: URL) throws -> [String: String] {
        let lines = try Data(contentsOf: folder.appending(path: "merges.txt")).split(separator: 0x0A)
            .map { String(decoding: $0, as: UTF8.self) }
        let lacks = try #require(entry["lacks"] as? [String])
        let extra = try #require(entry["extra"] as? [String])
        var members: [String] = []
        var known: Set<[UInt8]> = []
        for token in alphabet + lines.map({ $0.replacing(" ", with: "") }) + extra
        where known.insert(Array(token.utf8)).inserted {
            let name = lacks.contains(token) ? "<no \(token)>" : token
            members.append("\(quoted(name)):\(known.count - 1)")
        }
        for token in lacks { known.remove(Array(token.utf8)) }
        let merges = lines.filter { line in
            (line.split(separator: " ") + [line.replacing(" ", with: "")[...]])
                .allSatisfy { known.contains(Array($0.utf8)) }
        }
        let vocabulary = "{\(members.joined(separator: ","))}"
        if let configuration = entry["files"] {
            return [
                "vocab.json": vocabulary,
                "merges.txt": "#version: 0.2\n" + merges.joined(separator: "\n") + "\n",
                "tokenizer_config.json": String(
                    decoding: try JSONSerialization.data(withJSONObject: configuration), as: UTF8.self),
            ]
        }
        let document = try JSONSerialization.data(withJSONObject: try #require(entry["tokenizer"]))
        let isText = entry["string_merges"] as? Bool == true
        let list = merges.map { line in
            isText
                ? quoted(line)
                : "[\(line.split(separator: " ").map { quoted(String($0)) }.joined(separator: ","))]"
        }
        return [
            "tokenizer.json": String(decoding: document, as: UTF8.self)
                .replacing("\"vocab\":{}", with: "\"vocab\":\(vocabulary)")
                .replacing("\"merges\":[]", with: "\"merges\":[\(list.joined(separator: ","))]")
        ]
    }

    static func goldens() throws -> SubwordGoldens { try SubwordGoldens(folder: "byte-level", files: files) }

    @Test(
        "Ids, types, offsets, masks and texts are those of tokenizers 0.23.3",
        arguments: try ByteLevelGoldenTests.goldens().variants)
    func agrees(variant: SubwordVariant) throws {
        let goldens = try Self.goldens()
        #expect(try goldens.differences(of: variant) == [])
        let failures = try goldens.failures(of: variant)
        #expect(
            failures.isEmpty,
            "\(failures.count) groups, first\n\(failures.prefix(2).joined(separator: "\n\n"))")
    }

    @Test("Each of the five families has more than 20,000 cases, and all hashes are used") func counts()
        throws
    {
        let goldens = try Self.goldens()
        #expect(goldens.variants.count { $0.cases > 20_000 && $0.sweeps } == 5)
        let last = try #require(goldens.variants.last)
        #expect(goldens.hashes.count == last.firstHash + last.groups)
    }
}
