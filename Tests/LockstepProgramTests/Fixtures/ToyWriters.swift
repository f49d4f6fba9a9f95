// BART, Pegasus and T5 of small layers over the toy vocabulary, as Hugging Face directories.

import Checkpoints
import Foundation
import JSON
import Layers
import Models
import Tensors
import TestSupport

enum ToyWriters {
    /// The folders that `write` makes.
    static let names = ["bart", "pegasus", "t5", "flan-t5"]

    private static func configuration(_ name: String) -> JSONObject {
        var members: JSONObject = [
            "vocab_size": .integer(ToyModel.vocabulary.count), "d_model": .integer(32),
            "pad_token_id": .integer(0), "eos_token_id": .integer(3),
        ]
        if name == "bart" || name == "pegasus" {
            for part in ["encoder", "decoder"] {
                members[part + "_layers"] = .integer(2)
                members[part + "_attention_heads"] = .integer(2)
                members[part + "_ffn_dim"] = .integer(48)
            }
            members["max_position_embeddings"] = .integer(48)
            members["attention_dropout"] = .shortest(0.1)
            members["init_std"] = .shortest(0.05)
        } else {
            members["d_kv"] = .integer(16)
            members["d_ff"] = .integer(48)
            for key in ["num_layers", "num_decoder_layers", "num_heads"] { members[key] = .integer(2) }
            members["relative_attention_num_buckets"] = .integer(8)
            members["relative_attention_max_distance"] = .integer(20)
            members["feed_forward_proj"] = .string(name == "t5" ? "relu" : "gated-gelu")
            members["tie_word_embeddings"] = .bool(name == "t5")
        }
        members["model_type"] = .string(name == "flan-t5" ? "t5" : name)
        members["decoder_start_token_id"] = .integer(name == "bart" ? 3 : 0)
        return members
    }

    /// Writes config.json, model.safetensors, vocab.txt and tokenizer_config.json; `overrides` replace keys
    /// of config.json.
    static func write(_ name: String, to directory: String, overrides: JSONObject = [:]) throws {
        let json = JSONValue.object(configuration(name).merging(overrides))
        let model = try ConditionalGenerator(json, file: "toy")
        model.parameters.initialize(key: RandomKey(seed: 5))
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try Data((ToyModel.vocabulary.joined(separator: "\n") + "\n").utf8)
            .write(to: URL(fileURLWithPath: directory + "/vocab.txt"))
        try Data(#"{"tokenizer_class": "BertTokenizer"}"#.utf8)
            .write(to: URL(fileURLWithPath: directory + "/tokenizer_config.json"))
        try ModelDirectory.write(model: model, to: directory, tokenizerFilesFrom: directory)
    }
}

extension Workshop {
    /// Adds the folder of a writer and the documents; returns the flags of a run that fine-tunes it.
    func prepareWriter(_ name: String, _ keys: [String: String] = [:]) throws -> [String] {
        try ToyWriters.write(name, to: path + "/" + name)
        return try prepareDocuments(
            "summarization", ["model_name_or_path": path + "/" + name].merging(keys) { $1 })
    }
}
