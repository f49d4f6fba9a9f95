// Models of a few thousand random parameters: every family with every head that it has.

import Checkpoints
import Foundation
import JSON
import Layers
import Models
import Tensors
import TestSupport

/// A family's configuration with a head.
struct TinyModel: Sendable, CustomStringConvertible {
    let name: String
    let head: Head
    let configuration: JSONValue

    enum Head: Sendable {
        case sequences, tokens, answers, masked, causal, sentences, pair
    }

    var description: String { name }

    /// Writes the model with random parameters to `folder` and reads it from there.
    func make(in folder: TemporaryFolder) throws -> any GraphModel {
        let directory = folder.path + "/" + name
        try folder.write(configuration.serialized(), to: name + "/config.json")
        let model = try untrained(directory)
        Self.fill(model.parameters, seed: name)
        try ModelDirectory.write(model: model, to: directory, tokenizerFilesFrom: directory)
        return model
    }

    private func untrained(_ directory: String) throws -> any GraphModel {
        func made<Model>(_ head: ModelHead<Model>) throws -> any GraphModel {
            let model = try ModelLoader.untrained(head, directory: directory, seed: 0).model
            guard let model = model as? any GraphModel else { throw NoGraphs(model: name) }
            return model
        }
        switch head {
        case .sequences: return try made(.classifier(nil))
        case .tokens: return try made(.tokens(nil))
        case .answers: return try made(.questionAnswering)
        case .masked: return try made(.masked)
        case .causal: return try made(.causal)
        case .sentences: return try made(.extractive)
        case .pair: return try made(.encoderDecoder)
        }
    }

    struct NoGraphs: Error { let model: String }

    /// Weights of a size at which layers neither vanish nor saturate, and norms and biases that are no
    /// identities.
    private static func fill(_ parameters: ParameterStore, seed: String) {
        for slot in parameters.layout.slots {
            let key = RandomKey(seed: 7).derived(seed).derived(slot.name)
            let isNorm = slot.initialization == .ones
            let values = parameters.value(slot.index)
            for row in 0..<values.rows {
                for column in 0..<values.columns {
                    let number = key.normal(UInt64(row * values.columns + column))
                    values[row, column] = Float((isNorm ? 1 : 0) + 0.2 * number)
                }
            }
        }
    }
}

extension TinyModel {
    private static let bert = text(
        "bert",
        ["hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 24])
    private static let roberta = text(
        "roberta",
        [
            "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24,
            "type_vocab_size": 1, "pad_token_id": 1, "max_position_embeddings": 66,
        ])
    private static let distilBERT = text(
        "distilbert", ["dim": 16, "n_layers": 2, "n_heads": 4, "hidden_dim": 24])
    private static let modernBERT = text(
        "modernbert",
        [
            "hidden_size": 16, "num_hidden_layers": 4, "num_attention_heads": 2, "intermediate_size": 24,
            "local_attention": 6, "global_attn_every_n_layers": 3,
        ])
    private static let vit: JSONObject = [
        "model_type": .string("vit"), "hidden_size": .integer(16), "num_hidden_layers": .integer(2),
        "num_attention_heads": .integer(4), "intermediate_size": .integer(24), "image_size": .integer(12),
        "patch_size": .integer(4),
    ]
    private static let gpt2 = text(
        "gpt2",
        [
            "n_embd": 16, "n_layer": 2, "n_head": 4, "n_positions": 300, "bos_token_id": 3,
            "eos_token_id": 39,
        ])
    private static let llama = text(
        "llama",
        [
            "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 6, "num_key_value_heads": 2,
            "intermediate_size": 32, "max_position_embeddings": 300,
        ])

    private static func text(_ type: String, _ sizes: [String: Int]) -> JSONObject {
        var members: JSONObject = [
            "model_type": .string(type), "vocab_size": .integer(40), "max_position_embeddings": .integer(64),
            "pad_token_id": .integer(0), "num_labels": .integer(3),
        ]
        for (key, value) in sizes.sorted(by: { $0.key < $1.key }) { members[key] = .integer(value) }
        return members
    }

    private static func with(_ members: JSONObject, _ more: JSONObject) -> JSONObject {
        members.merging(more)
    }

    private static func decoder(_ members: JSONObject) -> JSONValue {
        .object(
            with(
                members,
                [
                    "is_decoder": .bool(true), "add_cross_attention": .bool(true),
                    "max_position_embeddings": .integer(300),
                ]))
    }

    private static func pair(_ type: String, _ encoder: JSONObject, _ decoder: JSONValue) -> JSONObject {
        [
            "model_type": .string(type), "encoder": .object(encoder), "decoder": decoder,
            "decoder_start_token_id": .integer(3), "pad_token_id": .integer(0), "eos_token_id": .integer(39),
        ]
    }

    /// Every family with every head.
    static let all: [TinyModel] = encoders + decoders + pairs

    private static var encoders: [TinyModel] {
        let families = [
            ("bert", bert), ("roberta", roberta),
            ("xlm-roberta", with(roberta, ["model_type": .string("xlm-roberta")])),
            ("distilbert", distilBERT), ("modernbert", modernBERT),
        ]
        let heads: [(String, Head)] = [
            ("classifier", .sequences), ("tokens", .tokens), ("answers", .answers), ("masked", .masked),
            ("sentences", .sentences),
        ]
        var found = families.flatMap { family, members in
            heads.map { TinyModel(name: "\(family)-\($0.0)", head: $0.1, configuration: .object(members)) }
        }
        let mean: JSONObject = ["extractive_summarization": .object(["sentence_pooling": .string("mean")])]
        found.append(
            TinyModel(name: "bert-sentence-means", head: .sentences, configuration: .object(with(bert, mean)))
        )
        found.append(
            TinyModel(
                name: "modernbert-mean", head: .sequences,
                configuration: .object(with(modernBERT, ["classifier_pooling": .string("mean")]))))
        found.append(
            TinyModel(
                name: "bert-untied-masked", head: .masked,
                configuration: .object(
                    with(bert, ["tie_word_embeddings": .bool(false), "hidden_act": .string("gelu_new")]))))
        found.append(TinyModel(name: "vit-classifier", head: .sequences, configuration: .object(vit)))
        return found
    }

    private static var decoders: [TinyModel] {
        let yarn: JSONValue = .object([
            "rope_type": .string("yarn"), "factor": .shortest(2),
            "original_max_position_embeddings": .integer(150),
        ])
        let models: [(String, JSONObject)] = [
            ("gpt2", gpt2), ("llama", llama),
            ("llama-tied", with(llama, ["tie_word_embeddings": .bool(true), "rope_scaling": yarn])),
            ("mistral", with(llama, ["model_type": .string("mistral"), "head_dim": .integer(6)])),
            ("qwen2", with(llama, ["model_type": .string("qwen2"), "num_key_value_heads": .integer(6)])),
        ]
        return models.map { TinyModel(name: $0.0, head: .causal, configuration: .object($0.1)) }
    }

    private static var pairs: [TinyModel] {
        let wide = with(vit, ["hidden_size": .integer(20)])
        let models: [(String, JSONObject)] = [
            ("bert2bert", pair("encoder-decoder", bert, decoder(bert))),
            ("roberta2gpt2", pair("encoder-decoder", roberta, decoder(gpt2))),
            ("distilbert2bert", pair("encoder-decoder", distilBERT, decoder(bert))),
            ("modernbert2gpt2", pair("encoder-decoder", modernBERT, decoder(gpt2))),
            ("vit2gpt2", pair("vision-encoder-decoder", vit, decoder(gpt2))),
            ("wide-vit2bert", pair("vision-encoder-decoder", wide, decoder(bert))),
        ]
        return models.map { TinyModel(name: $0.0, head: .pair, configuration: .object($0.1)) }
    }
}
