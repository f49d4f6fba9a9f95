// GGUF files that cannot be imported, and folders that an import must not touch: each with its sentence.

import Foundation
import GGUFImport
import JSON
import Models
import TestSupport
import Testing

@Suite struct GGUFImportErrorTests {
    /// A change of a golden file and what must be said about it; PATH stands for the file.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let file: String
        let edit: @Sendable (inout EditedGGUF) throws -> Void
        let message: String

        init(
            _ name: String, of file: String = "llama",
            _ edit: @escaping @Sendable (inout EditedGGUF) throws -> Void,
            _ message: String
        ) {
            testDescription = name
            self.file = file
            self.edit = edit
            self.message = message
        }
    }

    private static let again = "convert the model again with an up-to-date program"

    static let models: [Case] = [
        Case(
            "another architecture", { try $0.replace("llama", with: "mamba") },
            "PATH has the architecture 'mamba'; expected one of llama, qwen2, gpt2: choose a model of these"),
        Case(
            "no architecture", { try $0.replace("general.architecture", with: "general.architectury") },
            "PATH has no general.architecture; expected one of llama, qwen2, gpt2: choose a model of these"),
        Case(
            "another quantisation",
            {
                try $0.setType("blk.0.attn_v.weight", 20)
                try $0.setType("blk.1.attn_q.weight", 20)
            },
            "PATH holds tensors quantised as IQ4_NL; expected F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, "
                + "Q2_K, Q3_K, Q4_K, Q5_K, Q6_K: use a file that is quantised as one of these"),
        Case(
            "a mixture of experts", { $0.insert("llama.expert_count", 8) },
            "PATH: the model is a mixture of 8 experts, which cannot be imported: choose another model"),
        Case(
            "heads that are rotated in part", { try $0.setValue("llama.rope.dimension_count", 8) },
            "PATH: heads have 16 query, 16 value and 8 rotated elements, not one even number of each, which "
                + "cannot be imported: choose another model"),
        Case(
            "heads that do not divide the width", { try $0.setValue("llama.attention.head_count", 3) },
            "PATH: metadata key 'llama.attention.head_count' is 3, expected a divisor of the width 32: \(again)"
        ),
        Case(
            "key heads that do not divide the heads", { try $0.setValue("llama.attention.head_count_kv", 4) },
            "PATH: metadata key 'llama.attention.head_count_kv' is 4, expected a divisor of the 2 heads: \(again)"
        ),
        Case(
            "no layer", { try $0.setValue("llama.block_count", 0) },
            "PATH: metadata key 'llama.block_count' is 0, expected from 1 to 2147483647: \(again)"),
        Case(
            "more layers than tensors", { try $0.setValue("llama.block_count", 2_000_000_000) },
            "PATH: metadata key 'llama.block_count' is 2000000000, expected at most the number of tensors, 20: "
                + again),
        Case(
            "a missing key", { try $0.replace("llama.context_length", with: "llama.context_lengti") },
            "PATH has no metadata key 'llama.context_length', which the import needs: \(again)"),
        Case(
            "an epsilon of zero", { try $0.setValue("llama.attention.layer_norm_rms_epsilon", 0) },
            "PATH: metadata key 'llama.attention.layer_norm_rms_epsilon' is 0.0, expected a number above 0: "
                + again),
        Case(
            "a tensor by another name",
            { try $0.replace("blk.1.ffn_up.weight", with: "blk.1.ffn_ux.weight") },
            "PATH: the tensors are not those of its architecture (missing: blk.1.ffn_up.weight; unknown: "
                + "blk.1.ffn_ux.weight): choose a plain model of this architecture"),
        Case(
            "tensors of another width", { try $0.setValue("llama.feed_forward_length", 96) },
            "PATH: the tensors do not fit the metadata: blk.0.ffn_gate.weight has shape [64, 32], expected "
                + "[96, 32], blk.0.ffn_up.weight has shape [64, 32], expected [96, 32], blk.0.ffn_down.weight has "
                + "shape [32, 64], expected [32, 96], blk.1.ffn_gate.weight has shape [64, 32], expected "
                + "[96, 32], blk.1.ffn_up.weight has shape [64, 32], expected [96, 32], blk.1.ffn_down.weight has "
                + "shape [32, 64], expected [32, 96]. Convert the model again with an up-to-date program"),
        Case(
            "another rotary scaling", of: "qwen2", { try $0.replace("yarn", with: "wool") },
            "PATH: the rotary scaling 'wool' is none of none, linear, yarn and Llama 3's, which cannot be "
                + "imported: choose another model"),
        Case(
            "rotary factors of another kind", of: "llama3",
            { try $0.setValue("llama.rope.freq_base", Float(10_000).bitPattern) },
            "PATH: the rotary factors in rope_freqs.weight are not those of Llama 3, which cannot be imported: "
                + "choose another model"),
    ]

    private static let damaged = "Download the file or convert the model again"

    static let tokenizers: [Case] = [
        Case(
            "another tokenizer", { try $0.replace("gpt2", with: "bert") },
            "PATH has the tokenizer model 'bert'; expected one of gpt2 (byte-level BPE), llama "
                + "(SentencePiece): choose another model"),
        Case(
            "another way to split text", { try $0.replace("smollm", with: "gpt-9k") },
            "PATH has the pre-tokenizer 'gpt-9k'; expected one of smollm, llama-bpe, qwen2, gpt-2, starcoder, "
                + "refact, command-r, llama3, llama-v3, deepseek-r1-qwen, default: choose another model"),
        Case(
            "a token that occurs twice",
            { try $0.replace([1, 0, 0, 0, 0, 0, 0, 0, 0x21], with: [1, 0, 0, 0, 0, 0, 0, 0, 0x22]) },
            "PATH: the tokenizer is damaged: the token '\"' occurs twice. \(damaged)"),
        Case(
            "a merge that makes no token", { try $0.replace("t h", with: "t |") },
            "PATH: the tokenizer is damaged: merge 3, 'Ġt |e', needs the token '|e', which is missing. \(damaged)"
        ),
        Case(
            "a merge of one token", { try $0.replace("t h", with: "t_h") },
            "PATH: the tokenizer is damaged: merge 3, 'Ġt_he', is not two tokens with a space between. \(damaged)"
        ),
        Case(
            "a role for a token that is not there", { try $0.setValue("tokenizer.ggml.eos_token_id", 9_999) },
            "PATH: metadata key 'tokenizer.ggml.eos_token_id' is 9999, expected from 0 to 298: \(again)"),
        Case(
            "no merges", { try $0.replace("tokenizer.ggml.merges", with: "tokenizer.ggml.marges") },
            "PATH has no metadata key 'tokenizer.ggml.merges', which the import needs: \(again)"),
        Case(
            "neither merges nor scores", of: "spm",
            { try $0.replace("tokenizer.ggml.scores", with: "tokenizer.ggml.scorez") },
            "PATH has no metadata key 'tokenizer.ggml.scores', which the import needs: \(again)"),
        Case(
            "fewer scores than tokens", of: "spm",
            {
                try $0.replace("tokenizer.ggml.scores", with: "tokenizer.ggml.scorez")
                $0.insert("tokenizer.ggml.scores", [0, -1] as [Float])
            },
            "PATH: the tokenizer is damaged: it has 342 tokens and 2 scores. \(damaged)"),
        Case(
            "a score that is no number", of: "spm",
            { try $0.replace([0, 0, 0x7A, 0xC4], with: [0, 0, 0xC0, 0x7F]) },
            "PATH: the tokenizer is damaged: the score of token 336 is not a number. \(damaged)"),
        Case(
            "a start token that is not named", of: "spm",
            { try $0.replace("tokenizer.ggml.bos_token_id", with: "tokenizer.ggml.bos_token_ib") },
            "PATH has no metadata key 'tokenizer.ggml.bos_token_id', which the import needs: \(again)"),
        Case(
            "token types without tokens",
            { try $0.replace("tokenizer.ggml.tokens", with: "tokenizer.ggml.tokenz") },
            "PATH has no metadata key 'tokenizer.ggml.tokens', which the import needs: \(again)"),
    ]

    @Test("a file that cannot be imported is refused with one sentence", arguments: models + tokenizers)
    func refused(_ refusal: Case) throws {
        let folder = try TemporaryFolder()
        var file = try EditedGGUF(refusal.file + ".gguf")
        try refusal.edit(&file)
        let path = folder.path + "/model.gguf"
        try Data(file.bytes).write(to: URL(fileURLWithPath: path))
        let found = thrownMessage { () throws(GGUFImportError) in _ = try GGUFImport(path: path) }
        #expect(found?.replacing(path, with: "PATH") == refusal.message)
    }

    @Test("a file that is cut off is refused in the words of the file format")
    func truncated() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/model.gguf"
        try Data(try bytes(of: goldenPath("llama.gguf")).prefix(20_000)).write(to: URL(fileURLWithPath: path))
        let found = try #require(
            thrownMessage { () throws(GGUFImportError) in _ = try GGUFImport(path: path) })
        #expect(found.hasPrefix("\(path): tensor '") && found.contains("it was probably cut off"))
    }

    private func write(_ path: String, overwrite: Bool) -> String? {
        thrownMessage { () throws(GGUFImportError) in
            _ = try GGUFImport(path: goldenPath("llama.gguf"))
                .write(to: path, precision: .float32, overwrite: overwrite) { _ in }
        }
    }

    @Test("an empty folder is filled, a model is replaced on request, other files are never touched")
    func outputFolders() throws {
        let folder = try TemporaryFolder()
        let output = folder.path + "/hf"
        try folder.makeFolder("hf")
        #expect(write(output, overwrite: false) == nil)
        let names = try folder.names
        #expect(names == ["hf"])
        let files =
            "config.json, generation_config.json, model.safetensors, tokenizer.json, tokenizer_config.json"
        #expect(
            write(output, overwrite: false)
                == "\(output) is not empty (\(files)): choose another output_dir, or "
                + "replace the model in it with --overwrite_output_dir")
        try folder.write("{}", to: "hf/config.json")
        #expect(write(output, overwrite: true) == nil)
        #expect(try json(of: output + "/config.json")["model_type"]?.string == "llama")
        try folder.write("my notes", to: "hf/notes.txt")
        #expect(
            write(output, overwrite: true)
                == "\(output) holds files that are no part of a model (notes.txt), and "
                + "would lose them: move them away or choose another output_dir")
        #expect(try text(of: output + "/notes.txt") == "my notes")
        #expect(try folder.names == ["hf"])
    }

    @Test("a file in the place of the output folder is refused")
    func outputIsFile() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("text", to: "hf")
        #expect(write(path, overwrite: true)?.contains(path) == true)
        #expect(try text(of: path) == "text")
    }

    @Test("a file that shrinks while it is read is an error that leaves nothing behind")
    func shrinks() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/model.gguf"
        try FileManager.default.copyItem(atPath: goldenPath("llama.gguf"), toPath: path)
        let model = try GGUFImport(path: path)
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.truncate(atOffset: 25_000)
        try handle.close()
        let found = thrownMessage { () throws(GGUFImportError) in
            _ = try model.write(to: folder.path + "/hf", precision: .float32, overwrite: false) { _ in }
        }
        #expect(found?.contains("although it was longer when it was opened") == true)
        #expect(try folder.names == ["model.gguf"])
    }
}
