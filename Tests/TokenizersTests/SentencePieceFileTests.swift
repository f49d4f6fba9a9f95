// Folders with a SentencePiece model alone, against what transformers makes of them; and models that are
// damaged or belong to another class.

import Foundation
import TestSupport
import Testing
import Tokenizers

@Suite struct SentencePieceFileTests {
    static func goldens() throws -> SubwordGoldens {
        try SubwordGoldens(folder: "spiece") { entry, _ in
            try #require(entry["files"] as? [String: String])
        }
    }

    @Test(
        "Ids, types, offsets and texts of a model file alone are those of AutoTokenizer 5.24.0",
        arguments: try SentencePieceFileTests.goldens().variants)
    func agrees(variant: SubwordVariant) throws {
        let goldens = try Self.goldens()
        #expect(try goldens.differences(of: variant) == [])
        let failures = try goldens.failures(of: variant)
        #expect(
            failures.isEmpty,
            "\(failures.count) groups, first\n\(failures.prefix(2).joined(separator: "\n\n"))")
    }

    @Test("All hashes are used, and T5's shape has more than 10,000 cases") func counts() throws {
        let goldens = try Self.goldens()
        #expect(goldens.variants.contains { $0.name == "t5" && $0.count > 10_000 })
        let last = try #require(goldens.variants.last)
        #expect(goldens.hashes.count == last.firstHash + last.groups)
    }

    private static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: GoldenFiles.folder.appending(path: "spiece/\(name)")))
    }

    private func load(
        _ bytes: [UInt8], as name: String = "spiece.model", type: String? = nil
    ) throws -> any Tokenizer {
        let folder = try TemporaryFolder()
        try folder.write(bytes, to: name)
        if let type { try folder.write(#"{"model_type": "\#(type)"}"#, to: "config.json") }
        return try TokenizerLoader.load(directory: folder.path)
    }

    private func refusal(_ bytes: [UInt8], type: String? = nil) throws -> String {
        do {
            _ = try load(bytes, type: type)
            return "loaded"
        } catch let error as TokenizerError {
            return error.description
        }
    }

    @Test("T5's sentinels, Pegasus' reserved tokens and their offset have the ids of the pretrained models")
    func layouts() throws {
        let model = try Self.bytes("t5.model")
        let t5 = try load(model, type: "t5")
        #expect(t5.vocabularySize == 1_600)
        #expect(t5.id(of: "<extra_id_0>") == 1_599 && t5.id(of: "<extra_id_99>") == 1_500)
        #expect(t5.padID == 0 && t5.endOfSequenceID == 1 && t5.unknownID == 2)
        let pegasus = try load(model, type: "pegasus")
        #expect(pegasus.id(of: "<mask_1>") == 2 && pegasus.id(of: "<mask_2>") == 3)
        #expect(pegasus.id(of: "<unk_2>") == 4 && pegasus.unknownID == 105)
        #expect(pegasus.vocabularySize == 1_500 + 103)
    }

    /// The masks of Pegasus' real folders are named in their configuration; transformers 5.24 then swaps
    /// them or loses one, and all ids with it.
    @Test("Pegasus' masks keep their ids where the configuration names them") func namedMasks() throws {
        let folder = try TemporaryFolder()
        try folder.write(try Self.bytes("t5.model"), to: "spiece.model")
        try folder.write(#"{"model_type": "pegasus"}"#, to: "config.json")
        try folder.write(#"{"mask_token": "<mask_2>", "pad_token": "<pad>"}"#, to: "tokenizer_config.json")
        let tokenizer = try TokenizerLoader.load(directory: folder.path)
        #expect(tokenizer.id(of: "<mask_1>") == 2 && tokenizer.id(of: "<mask_2>") == 3)
        #expect(tokenizer.unknownID == 105)
    }

    @Test("A broken model is refused in one sentence that says where") func broken() throws {
        let model = try Self.bytes("t5.model")
        let cut = try refusal(Array(model.prefix(1_000)))
        #expect(cut.contains("/spiece.model' is not a SentencePiece model: "))
        #expect(cut.contains("are left (at byte ") && cut.hasSuffix("Fetch the file again."))
        let pointer = Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n".utf8)
        #expect(try refusal(pointer).contains("it is the pointer that Git LFS keeps"))
        #expect(try refusal([]).contains("there is no piece"))
        #expect(try refusal(Array("IQ== 0\nIg== 1\n".utf8)).contains("is not a SentencePiece model"))
    }

    @Test("A model of another class than the folder names is refused by name") func otherClass() throws {
        let t5 = try refusal(try Self.bytes("xlmr.model"), type: "t5")
        #expect(t5.contains("under tokenizer_class T5Tokenizer an unknown piece with id 0"))
        let roberta = try refusal(try Self.bytes("bpe.model"), type: "xlm-roberta")
        #expect(roberta.contains("under tokenizer_class XLMRobertaTokenizer a model of type 'BPE'"))
        let llama = try refusal(try Self.bytes("t5.model"), type: "gemma")
        #expect(llama.contains("under tokenizer_class GemmaTokenizer a model of type 'unigram'"))
        #expect(try refusal(try Self.bytes("xlmr.model")).contains("the user-defined piece '<user>'"))
    }

    @Test("Damaged models are refused by name or give a tokenizer whose offsets lie inside the text")
    func damaged() throws {
        var random = SplitMix64(seed: 15)
        let samples = try ["t5.model", "xlmr.model", "bpe.model"].map { try Self.bytes($0) }
        let types = ["t5", "pegasus", "xlm-roberta", "mbart", "umt5", "llama"]
        for round in 0..<120 {
            var bytes = samples[round % 3]
            // Small models load quickly; the fields after the pieces keep their places at the end.
            if round % 2 == 0 { bytes.removeSubrange(600..<(bytes.count - 400)) }
            for _ in 0...random.below(4) {
                switch random.below(3) {
                case 0: bytes[random.below(bytes.count)] = UInt8(random.below(256))
                case 1: bytes.removeLast(random.below(40))
                default: bytes.insert(UInt8(random.below(256)), at: random.below(bytes.count))
                }
            }
            do {
                let tokenizer = try load(bytes, type: types[random.below(types.count)])
                let text = "Hello  wörld </s>\u{2581}a\n<extra_id_0> 東"
                let encoding = tokenizer.encode(text)
                for range in encoding.offsets { #expect(range.upperBound <= text.unicodeScalars.count) }
                _ = tokenizer.decode(encoding.ids, skippingSpecialTokens: false)
            } catch _ as TokenizerError {}
        }
    }
}
