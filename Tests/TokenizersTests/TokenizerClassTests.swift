// The tokens and switches that stand beside a tokenizer.json, for each tokenizer class, against transformers'
// AutoTokenizer.

import Foundation
import TestSupport
import Testing
import Tokenizers

/// Folders and what transformers 5.24.0 makes of them.
private struct ClassGoldens {
    struct Case {
        var name: String
        var files: [String: String]
        var ids: [[Int32]]
        var cut: [[Int32]]
        var plain: String
        var pad: Int32?
        var size: Int
    }

    struct Cut {
        var text: String
        var pair: String?
        var length: Int
    }

    private struct Unexpected: Error {}

    let texts: [String]
    let cuts: [Cut]
    let cases: [Case]

    init() throws {
        let path = GoldenFiles.folder.appending(path: "classes/cases.json")
        let root = try JSONSerialization.jsonObject(with: Data(contentsOf: path)) as? [String: Any]
        guard let root, let texts = root["texts"] as? [String], let cuts = root["cut"] as? [[Any]],
            let documents = root["documents"] as? [String: Any], let rows = root["rows"] as? [[Int]],
            let cases = root["cases"] as? [[String: Any]]
        else { throw Unexpected() }
        func text(_ value: Any) throws -> String {
            String(decoding: try JSONSerialization.data(withJSONObject: value), as: UTF8.self)
        }
        self.texts = texts
        self.cuts = try cuts.map { entry in
            guard let text = entry[0] as? String, let length = entry[2] as? Int else { throw Unexpected() }
            return Cut(text: text, pair: entry[1] as? String, length: length)
        }
        self.cases = try cases.map { entry in
            guard let name = entry["name"] as? String, let document = entry["document"] as? String,
                let files = entry["files"] as? [String: String], let ids = entry["ids"] as? [Int],
                let cut = entry["cut"] as? [Int], let plain = entry["plain"] as? String,
                let size = entry["size"] as? Int, let pad = entry["pad"], let whole = documents[document]
            else { throw Unexpected() }
            return Case(
                name: name,
                files: files.merging(["tokenizer.json": try text(whole)]) { $1 },
                ids: ids.map { rows[$0].map { Int32($0) } }, cut: cut.map { rows[$0].map { Int32($0) } },
                plain: plain,
                pad: (pad as? Int).map { Int32($0) }, size: size)
        }
    }
}

@Suite struct TokenizerClassTests {
    @Test(
        "Ids with added tokens and switches of every class are those of AutoTokenizer in transformers 5.24.0")
    func agrees() throws {
        let goldens = try ClassGoldens()
        #expect(goldens.cases.count > 150)
        for golden in goldens.cases {
            let tokenizer = try TemporaryDirectory.load(golden.files)
            let ids = goldens.texts.map { tokenizer.encode($0).ids }
            #expect(ids == golden.ids, "\(golden.name)")
            let cut = goldens.cuts.map {
                tokenizer.encode(
                    $0.text, pair: $0.pair, addingSpecialTokens: true, maximumLength: $0.length
                ).ids
            }
            #expect(cut == golden.cut, "\(golden.name)")
            #expect(tokenizer.decode(ids[2], skippingSpecialTokens: true) == golden.plain, "\(golden.name)")
            #expect(tokenizer.vocabularySize == golden.size, "\(golden.name)")
            if let pad = golden.pad { #expect(tokenizer.padID == pad, "\(golden.name)") }
        }
    }

    @Test("A side that is neither left nor right is refused by its key") func unknownSide() throws {
        let golden = try #require(try ClassGoldens().cases.first)
        let files = golden.files.merging(["tokenizer_config.json": #"{"truncation_side": "middle"}"#]) { $1 }
        let error = #expect(throws: TokenizerError.self) { try TemporaryDirectory.load(files) }
        #expect(error?.description.contains("truncation_side must be left or right") == true)
    }
}
