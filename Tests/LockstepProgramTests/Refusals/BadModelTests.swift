// Models that cannot be trained, each with its message.

import Foundation
import Models
import TestSupport
import Testing

@Suite struct BadModelTests {
    @Test("no such model folder")
    func missing() throws {
        let workshop = try Workshop()
        let path = workshop.path + "/nowhere"
        for arguments in [
            ["train", try workshop.recipe(output: "run", ["model_name_or_path": path])],
            ["evaluate", "--model_name_or_path", path, "--validation_file", workshop.path + "/train.jsonl"],
            [
                "predict", "--model_name_or_path", path, "--predict_file", workshop.path + "/train.jsonl",
                "--output_file", workshop.path + "/out.jsonl",
            ],
        ] {
            try workshop.expectRefusal(
                arguments,
                saying:
                    "\(path): there is no such directory; model_name_or_path must be the path of a Hugging Face "
                    + "model directory")
        }
        #expect(try !workshop.names("").contains { $0.hasPrefix("out") })
    }

    @Test("a tensor of the wrong shape is named with both shapes")
    func shape() throws {
        let workshop = try Workshop()
        let text = try workshop.text("model/config.json")
        try workshop.write(
            text.replacing("\"max_position_embeddings\" : 24", with: "\"max_position_embeddings\" : 32"),
            to: "model/config.json")
        try workshop.expectRefusal(
            training: [:],
            saying: "\(workshop.path)/model: the weights do not fit config.json: "
                + "bert.embeddings.position_embeddings.weight expected shape [32, 32], found [24, 32]. Use")
    }

    @Test("weights that were cut off")
    func truncated() throws {
        let workshop = try Workshop()
        let bytes = try workshop.bytes("model/model.safetensors")
        try Data(bytes.dropLast(1_000)).write(
            to: URL(fileURLWithPath: workshop.path + "/model/model.safetensors"))
        let outcome = try workshop.lockstep(["train", workshop.recipe(output: "run", [:])], ranks: 2)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("/model/model.safetensors: tensor '"))
        #expect(
            outcome.errors.contains("of data that the file has; it was probably cut off. Download or copy it")
        )
        #expect(try workshop.names("run").isEmpty)
    }

    @Test("a tokenizer with a component that is not supported is named")
    func tokenizerComponent() throws {
        let workshop = try Workshop()
        let tokens = ToyModel.specialTokens.enumerated().map {
            #"{"id": \#($0.offset), "content": "\#($0.element)", "special": true}"#
        }
        try workshop.write(
            #"{"version": "1.0", "added_tokens": [\#(tokens.joined(separator: ", "))], "#
                + #""normalizer": {"type": "Nmt"}, "pre_tokenizer": {"type": "BertPreTokenizer"}, "#
                + ###""model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "###
                + #""max_input_chars_per_word": 100, "vocab": {"[PAD]": 0, "[UNK]": 1}}}"#,
            to: "model/tokenizer.json")
        // A class that takes the file as it is.
        try workshop.write(
            #"{"tokenizer_class": "PreTrainedTokenizerFast"}"#, to: "model/tokenizer_config.json")
        try workshop.expectRefusal(
            training: [:], ranks: 2,
            saying: "'\(workshop.path)/model/tokenizer.json': normalizer 'Nmt' is not supported")
    }

    @Test("a tokenizer with more tokens than the model: the row with such a token is named")
    func vocabulary() throws {
        let workshop = try Workshop()
        let size = ToyModel.vocabulary.count
        try workshop.write(try workshop.text("model/vocab.txt") + "zebra\n", to: "model/vocab.txt")
        let file = try workshop.write(
            ToyRow.rows(20).jsonLines + #"{"text": "the zebra", "label": "positive"}"# + "\n", to: "z.jsonl")
        let message =
            "\(file):21: token id \(size) is beyond the model's vocabulary of \(size); the tokenizer does not "
            + "belong to this model"
        try workshop.expectRefusal(training: ["train_file": file], saying: message)
        try workshop.expectRefusal(training: ["validation_file": file], saying: message)
    }

    @Test("a row that is longer than the model's positions, when max_seq_length lets it through")
    func length() throws {
        let workshop = try Workshop()
        let text = Array(repeating: "good", count: 40).joined(separator: " ")
        let file = try workshop.write(
            ToyRow.rows(12).jsonLines + "{\"text\": \"\(text)\", \"label\": \"positive\"}\n", to: "long.jsonl"
        )
        try workshop.expectRefusal(
            training: ["train_file": file],
            saying: "\(file):13: a sequence of 42 tokens is longer than the model's 24 positions; set "
                + "max_seq_length to 24 or less")
        try workshop.train("cut", ["train_file": file, "max_steps": "2", "max_seq_length": "24"])
    }

    @Test("evaluate and predict refuse a model without a head for the task")
    func neverFineTuned() throws {
        let workshop = try Workshop()
        try workshop.expectRefusal(
            [
                "evaluate", "--model_name_or_path", workshop.path + "/model", "--validation_file",
                workshop.path + "/validation.jsonl",
            ],
            saying: "\(workshop.path)/validation.jsonl:1: unknown label \"negative\"; the known labels are "
                + "\"spam\", \"ham\"")
    }
}
