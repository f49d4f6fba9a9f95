// Encoders other than BERT through train and evaluate, for each task that an encoder alone can learn.

import Foundation
import JSON
import Models
import Testing

/// A task, its rows, and what a model that learns it is called.
private enum EncoderTask: String, CaseIterable, CustomTestStringConvertible {
    case textClassification = "text-classification"
    case tokenClassification = "token-classification"
    case questionAnswering = "question-answering"
    case maskedLanguageModel = "masked-lm"

    var testDescription: String { rawValue }

    /// The class in transformers behind the family's prefix.
    var architecture: String {
        switch self {
        case .textClassification: "ForSequenceClassification"
        case .tokenClassification: "ForTokenClassification"
        case .questionAnswering: "ForQuestionAnswering"
        case .maskedLanguageModel: "ForMaskedLM"
        }
    }

    /// Writes rows in place of the classified ones, and returns the flags of a run over them.
    func prepare(_ workshop: Workshop) throws -> [String] {
        switch self {
        case .textClassification:
            return ["--task", rawValue, "--max_seq_length", "24"]
        case .tokenClassification:
            return try workshop.prepareTags()
        case .questionAnswering:
            try workshop.write(ToyQuestions.lines(ToyQuestions.items(60)), to: "train.jsonl")
            try workshop.write(ToyQuestions.lines(ToyQuestions.items(21, seed: 2)), to: "validation.jsonl")
            let windows = ["--max_seq_length", "20", "--doc_stride", "4"]
            return ["--task", rawValue, "--version_2_with_negative", "true"] + windows
        case .maskedLanguageModel:
            return ["--task", rawValue, "--max_seq_length", "24", "--line_by_line", "true"]
        }
    }
}

@Suite(.serialized) struct EncoderFamilyTests {
    @Test(
        "DistilBERT learns each task on 2 ranks, and its folder is read back",
        arguments: EncoderTask.allCases)
    fileprivate func distilBERT(task: EncoderTask) throws {
        let workshop = try Workshop()
        try ToyModel.write(to: workshop.path + "/distilbert", ToyModel.distilBERT)
        let flags = try task.prepare(workshop)
        let validation = ["--validation_file", workshop.path + "/validation.jsonl"]
        try workshop.train(
            "run", ranks: 2,
            [
                "model_name_or_path": workshop.path + "/distilbert", "per_device_train_batch_size": "6",
                "max_steps": "60", "learning_rate": "5e-3", "eval_strategy": "steps", "eval_steps": "20",
            ], flags: flags + validation)
        let losses = try workshop.values("run")
        let mean = { (part: ArraySlice<Double>) in part.reduce(0, +) / Double(part.count) }
        #expect(mean(losses.suffix(10)) < 0.9 * mean(losses.prefix(10)), "\(losses)")
        let configuration = try workshop.json("run/config.json")
        #expect(configuration["model_type"]?.string == "distilbert")
        #expect(configuration["architectures"] == .array([.string("DistilBert" + task.architecture)]))
        try workshop.succeed(
            [
                "evaluate", "--model_name_or_path", workshop.path + "/run", "--output_dir",
                workshop.path + "/evaluated",
            ] + flags + validation, ranks: 2)
        let found = try #require(workshop.json("evaluated/eval_results.json")["eval_loss"]?.double)
        let expected = try #require(workshop.values("run", "eval_loss").last)
        #expect(abs(found - expected) <= 1e-6 * expected)
    }

    @Test("low-rank adapters go to DistilBERT's queries and values")
    func adapters() throws {
        let workshop = try Workshop()
        try ToyModel.write(to: workshop.path + "/distilbert", ToyModel.distilBERT)
        try workshop.train(
            "run",
            [
                "model_name_or_path": workshop.path + "/distilbert", "max_steps": "3", "lora_r": "2",
            ])
        let adapter = try workshop.json("run/adapter/adapter_config.json")
        func strings(_ key: String) throws -> [String] {
            try #require(adapter[key]?.array).compactMap(\.string)
        }
        let parts = ["q_lin", "v_lin"]
        let expected = (0..<2).flatMap { layer in
            parts.map { "distilbert.transformer.layer.\(layer).attention.\($0)" }
        }
        #expect(try strings("target_modules") == expected)
        #expect(try strings("modules_to_save").sorted() == ["classifier", "pre_classifier"])
    }
}
