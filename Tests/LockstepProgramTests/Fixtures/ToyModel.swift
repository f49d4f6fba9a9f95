// Encoders of two small layers with a vocabulary of their own, written as Hugging Face directories.

import Checkpoints
import Foundation
import JSON
import Layers
import Models
import Tensors

/// The model that all runs of these tests start from.
enum ToyModel {
    static let goodWords = ["good", "great", "fine", "lovely", "quick", "kind", "bright", "fresh"]
    static let badWords = ["bad", "poor", "slow", "rude", "dull", "stale", "broken", "dirty"]
    static let plainWords = [
        "the", "a", "and", "it", "was", "food", "room", "staff", "phone", "book", "film", "bed", "price",
        "table", "screen", "morning", "evening", "we", "they", "bought", "stayed", "took", "again", "here",
    ]
    static let specialTokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    static let positionCount = 24

    static var vocabulary: [String] {
        specialTokens + goodWords + badWords + plainWords + [".", ",", "not", "very", "##s", "##ly"]
    }

    private static var configuration: JSONValue {
        .object([
            "model_type": .string("bert"), "vocab_size": .integer(vocabulary.count),
            "hidden_size": .integer(32), "num_hidden_layers": .integer(2),
            "num_attention_heads": .integer(2), "intermediate_size": .integer(48),
            "hidden_act": .string("gelu"), "hidden_dropout_prob": .shortest(0.1),
            "attention_probs_dropout_prob": .shortest(0.1), "initializer_range": .shortest(0.05),
            "max_position_embeddings": .integer(positionCount), "type_vocab_size": .integer(2),
            "layer_norm_eps": .shortest(1e-12), "pad_token_id": .integer(0),
        ])
    }

    /// The config.json of a DistilBERT of the same size.
    static var distilBERT: JSONValue {
        .object([
            "model_type": .string("distilbert"), "vocab_size": .integer(vocabulary.count),
            "dim": .integer(32), "n_layers": .integer(2), "n_heads": .integer(2),
            "hidden_dim": .integer(48), "activation": .string("gelu"), "dropout": .shortest(0.1),
            "attention_dropout": .shortest(0.1), "seq_classif_dropout": .shortest(0.2),
            "qa_dropout": .shortest(0.1), "initializer_range": .shortest(0.05),
            "max_position_embeddings": .integer(positionCount), "pad_token_id": .integer(0),
        ])
    }

    /// Writes config.json, model.safetensors and vocab.txt. The head is that of another task, so that a run
    /// makes its own. It is a BERT if `json` does not say another; without context a token's state knows
    /// nothing of its position, its type and the other tokens.
    static func write(to directory: String, _ json: JSONValue? = nil, hasContext: Bool = true) throws {
        let head = ClassificationHead(labels: ["spam", "ham"], problemType: .singleLabel)
        let model = try EncoderClassifier(json ?? configuration, head: head, file: "toy")
        model.parameters.initialize(key: RandomKey(seed: 5))
        for slot in model.parameters.layout.slots where !hasContext {
            let context = ["position_embeddings", "token_type_embeddings", "attention.output.dense"]
            if context.contains(where: slot.name.contains) { model.parameters.value(slot.index).clear() }
        }
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try Data((vocabulary.joined(separator: "\n") + "\n").utf8)
            .write(to: URL(fileURLWithPath: directory + "/vocab.txt"))
        try ModelDirectory.write(model: model, to: directory, tokenizerFilesFrom: directory)
    }
}
