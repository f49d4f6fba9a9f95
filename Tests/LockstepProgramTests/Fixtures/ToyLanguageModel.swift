// A Llama of two small layers over the toy vocabulary, with a chat template, and generated conversations.

import Checkpoints
import Foundation
import JSON
import Layers
import Models
import Tensors

enum ToyLanguageModel {
    private static var configuration: JSONValue {
        .object([
            "model_type": .string("llama"), "architectures": .array([.string("LlamaForCausalLM")]),
            "vocab_size": .integer(ToyModel.vocabulary.count), "hidden_size": .integer(32),
            "intermediate_size": .integer(48), "num_hidden_layers": .integer(2),
            "num_attention_heads": .integer(4), "num_key_value_heads": .integer(2),
            "hidden_act": .string("silu"), "max_position_embeddings": .integer(96),
            "initializer_range": .shortest(0.05), "rms_norm_eps": .shortest(1e-6),
            "rope_theta": .shortest(10_000),
            "tie_word_embeddings": .bool(true), "attention_bias": .bool(false), "mlp_bias": .bool(false),
            "bos_token_id": .integer(2), "eos_token_id": .integer(3),
        ])
    }

    /// A turn begins with [CLS] and its role, and ends with [SEP].
    private static let template =
        "{% for message in messages %}[CLS] {{ message['role'] }} {{ message['content'] }} [SEP] {% endfor %}"
        + "{% if add_generation_prompt %}[CLS] assistant {% endif %}"

    /// Writes config.json, model.safetensors, vocab.txt and tokenizer_config.json.
    static func write(to directory: String, hasTemplate: Bool = true) throws {
        let model = try CausalLanguageModel(configuration, file: "toy")
        model.parameters.initialize(key: RandomKey(seed: 5))
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try Data((ToyModel.vocabulary.joined(separator: "\n") + "\n").utf8)
            .write(to: URL(fileURLWithPath: directory + "/vocab.txt"))
        var members: JSONObject = [
            "tokenizer_class": .string("BertTokenizer"), "eos_token": .string("[SEP]"),
        ]
        if hasTemplate { members["chat_template"] = .string(template) }
        try Data(JSONValue.object(members).serialized())
            .write(to: URL(fileURLWithPath: directory + "/tokenizer_config.json"))
        try ModelDirectory.write(model: model, to: directory, tokenizerFilesFrom: directory)
    }

    /// So many conversations of one to three exchanges; the assistant repeats a word of the user's.
    static func conversations(_ count: Int, seed: UInt64 = 1) -> String {
        let key = RandomKey(seed: seed).derived("conversations")
        return (0..<count).map { index in
            let rowKey = key.derived(UInt64(index))
            let turns = (0..<1 + Int(rowKey.word(0) % 3)).flatMap { turn -> [String] in
                let draw = Int(rowKey.word(UInt64(1 + turn)) % 8)
                let word = (turn % 2 == 0 ? ToyModel.goodWords : ToyModel.badWords)[draw]
                return [
                    message("user", "the \(ToyModel.plainWords[5 + draw]) was \(word)"),
                    message("assistant", "it was very \(word) again"),
                ]
            }
            return #"{"messages": [\#(turns.joined(separator: ", "))]}"# + "\n"
        }.joined()
    }

    static func message(_ role: String, _ content: String) -> String {
        #"{"role": "\#(role)", "content": "\#(content)"}"#
    }
}

extension Workshop {
    /// Adds the folder `llama` and the files `chat.jsonl` and `chat-validation.jsonl`, and returns the keys
    /// of a run over them; the values of `keys` win, and an empty one takes a key away.
    func prepareChat(_ keys: [String: String] = [:]) throws -> [String] {
        try ToyLanguageModel.write(to: path + "/llama")
        try write(ToyLanguageModel.conversations(60), to: "chat.jsonl")
        try write(ToyLanguageModel.conversations(21, seed: 2), to: "chat-validation.jsonl")
        let values = [
            "task": "chat", "model_name_or_path": path + "/llama", "train_file": path + "/chat.jsonl",
            "validation_file": path + "/chat-validation.jsonl", "learning_rate": "5e-3",
        ].merging(keys) { $1 }
        return values.sorted { $0.key < $1.key }.filter { !$0.value.isEmpty }.flatMap {
            ["--" + $0.key, $0.value]
        }
    }
}
