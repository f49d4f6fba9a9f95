// Generated documents whose summary is the sentences with a judgement in them, and a toy GPT-2.

import Checkpoints
import Foundation
import JSON
import Layers
import Models
import Tensors

enum ToySummaries {
    /// So many documents of two to seven sentences, one or two of which judge.
    static func lines(_ count: Int, seed: UInt64 = 1) -> String {
        let key = RandomKey(seed: seed).derived("documents")
        return (0..<count).map { index in
            let rowKey = key.derived(UInt64(index))
            func draw(_ place: Int, _ bound: Int) -> Int { Int(rowKey.word(UInt64(place)) % UInt64(bound)) }
            let sentenceCount = 2 + draw(0, 6)
            let judged = [draw(1, sentenceCount), draw(2, 3) == 0 ? draw(3, sentenceCount) : -1]
            let sentences = (0..<sentenceCount).map { number in
                let noun = ToyModel.plainWords[5 + draw(4 + 3 * number, 12)]
                let word = draw(5 + 3 * number, 8)
                let words = draw(6 + 3 * number, 2) == 0 ? ToyModel.goodWords : ToyModel.badWords
                return judged.contains(number)
                    ? "the \(noun) was very \(words[word])."
                    : "they took \(noun) \(ToyModel.plainWords[5 + word]) here."
            }
            let summary = judged.filter { $0 >= 0 }.sorted().map { sentences[$0] }.joined(separator: " ")
            return #"{"id": \#(index), "document": "\#(sentences.joined(separator: " "))", "#
                + #""summary": "\#(summary)"}"# + "\n"
        }.joined()
    }

    /// Writes a GPT-2 of two small layers over the toy vocabulary, or over so many tokens.
    static func writeGPT2(to directory: String, vocabularySize: Int = ToyModel.vocabulary.count) throws {
        let configuration: JSONValue = .object([
            "model_type": .string("gpt2"), "vocab_size": .integer(vocabularySize), "n_embd": .integer(32),
            "n_layer": .integer(2), "n_head": .integer(2), "n_positions": .integer(32),
            "initializer_range": .shortest(0.05), "bos_token_id": .integer(2), "eos_token_id": .integer(3),
        ])
        let model = try CausalLanguageModel(configuration, file: "toy")
        model.parameters.initialize(key: RandomKey(seed: 6))
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try Data((ToyModel.vocabulary.joined(separator: "\n") + "\n").utf8)
            .write(to: URL(fileURLWithPath: directory + "/vocab.txt"))
        try Data(#"{"tokenizer_class": "BertTokenizer", "bos_token": "[CLS]", "eos_token": "[SEP]"}"#.utf8)
            .write(to: URL(fileURLWithPath: directory + "/tokenizer_config.json"))
        try ModelDirectory.write(model: model, to: directory, tokenizerFilesFrom: directory)
    }
}

extension Workshop {
    /// Adds the files `documents.jsonl` and `documents-validation.jsonl`, and returns the keys of a run over
    /// them; the values of `keys` win, and an empty one takes a key away.
    func prepareDocuments(_ task: String, _ keys: [String: String] = [:]) throws -> [String] {
        try write(ToySummaries.lines(60), to: "documents.jsonl")
        try write(ToySummaries.lines(21, seed: 2), to: "documents-validation.jsonl")
        var values = [
            "task": task, "train_file": path + "/documents.jsonl",
            "validation_file": path + "/documents-validation.jsonl", "learning_rate": "5e-3",
        ]
        if task == "summarization" {
            values["max_target_length"] = "20"
        } else {
            values["max_seq_length"] = "24"
        }
        values.merge(keys) { $1 }
        return values.sorted { $0.key < $1.key }.filter { !$0.value.isEmpty }.flatMap {
            ["--" + $0.key, $0.value]
        }
    }

    /// The keys that join the toy model with itself, or with the decoder in `decoder`, in place of
    /// `model_name_or_path`.
    func pair(decoder: String = "model") -> KeyValuePairs<String, String?> {
        [
            "model_name_or_path": nil, "encoder_model_name_or_path": path + "/model",
            "decoder_model_name_or_path": path + "/" + decoder,
        ]
    }

    /// The metrics that `evaluate` finds for the model in `folder`, without its times.
    func evaluation(_ folder: String, ranks: Int, flags: [String]) throws -> JSONObject {
        try succeed(
            [
                "evaluate", "--model_name_or_path", path + "/" + folder, "--output_dir", path + "/evaluated",
                "--threads_per_rank", "1", "--per_device_eval_batch_size", "4",
            ] + flags, ranks: ranks)
        var results = try json("evaluated/eval_results.json").object ?? [:]
        for name in results.names where name.contains("runtime") || name.contains("per_second") {
            results.remove(name)
        }
        return results
    }

    /// The lines that `predict` writes with the model in `folder`.
    func predictions(_ folder: String, ranks: Int, flags: [String]) throws -> [String] {
        try succeed(
            [
                "predict", "--model_name_or_path", path + "/" + folder, "--predict_file",
                path + "/documents-validation.jsonl", "--output_file", path + "/written.jsonl",
                "--threads_per_rank", "1",
            ] + flags, ranks: ranks)
        return try text("written.jsonl").split(separator: "\n").map(String.init)
    }
}
