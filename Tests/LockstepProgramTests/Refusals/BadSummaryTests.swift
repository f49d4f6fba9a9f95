// Documents, models and recipes that cannot be learnt from, each with what to do.

import Foundation
import TestSupport
import Testing

@Suite struct BadSummaryTests {
    /// Two good documents, then `line`.
    private func expectRefusal(_ line: String, task: String, saying sentence: String) throws {
        let workshop = try Workshop()
        let file = try workshop.write(ToySummaries.lines(2) + line + "\n", to: "bad.jsonl")
        let flags = try workshop.prepareDocuments(task, ["train_file": file])
        let keys = task == "summarization" ? workshop.pair() : [:]
        try workshop.expectRefusal(training: keys, flags: flags, saying: file + sentence)
    }

    /// The same for a line with nothing in a column, where that is refused.
    private func expectEmpty(_ column: String, _ line: String, task: String) throws {
        let workshop = try Workshop()
        let file = try workshop.write(ToySummaries.lines(2) + line + "\n", to: "bad.jsonl")
        let flags = try workshop.prepareDocuments(task, ["train_file": file, "on_empty_row": "error"])
        let keys = task == "summarization" ? workshop.pair() : [:]
        try workshop.expectRefusal(
            training: keys, flags: flags,
            saying:
                "\(file): 1 of 3 rows is empty where it must not be; fill or remove what is empty, or set "
                + "on_empty_row: skip to leave such rows out:\n  \(file):3: column \"\(column)\" is empty")
    }

    @Test(
        "a blank document, an empty list, a summary that is missing",
        arguments: ["extractive-summarization", "summarization"])
    func rows(task: String) throws {
        try expectEmpty("document", #"{"document": " \n", "summary": "good"}"#, task: task)
        try expectEmpty("document", #"{"document": ["", " "], "summary": "good"}"#, task: task)
        try expectRefusal(
            #"{"document": ["good", 4], "summary": "good"}"#, task: task,
            saying:
                ":3: column \"document\": sentence 2 is no string; expected a text, or a list of sentences")
        try expectEmpty("summary", #"{"document": "good.", "summary": ""}"#, task: task)
        try expectRefusal(
            #"{"text": "good.", "summary": "good"}"#, task: task,
            saying:
                ":3: no column \"document\"; the row has \"text\", \"summary\". Set document_column to the column's name."
        )
    }

    @Test("a model without a decoder, a decoder of other tokens, and lengths beyond the positions")
    func models() throws {
        let workshop = try Workshop()
        let flags = try workshop.prepareDocuments("summarization")
        try workshop.expectRefusal(
            training: [:], flags: flags,
            saying:
                "\(workshop.path)/model/config.json: model_type \"bert\" cannot be trained as an encoder–decoder; "
                + "expected one of encoder-decoder, vision-encoder-decoder, bart, pegasus, t5: choose another model"
        )
        try ToySummaries.writeGPT2(to: workshop.path + "/small", vocabularySize: 40)
        try workshop.expectRefusal(
            training: workshop.pair(decoder: "small"), flags: flags,
            saying:
                "\(workshop.path)/small: the decoder's tokenizer has \(ToyModel.vocabulary.count) tokens, but the "
                + "decoder has a vocabulary of 40; use the tokenizer files of the decoder's own folder")
        try workshop.expectRefusal(
            training: workshop.pair(), flags: flags + ["--max_source_length", "25"],
            saying:
                "max_source_length is 25, but the encoder has 24 positions; set max_source_length to 24 or less"
        )
        try workshop.expectRefusal(
            training: workshop.pair(), flags: flags + ["--max_target_length", "128"],
            saying:
                "max_target_length is 128, but the decoder has 24 positions; set max_target_length to 24 or less"
        )
        try workshop.expectRefusal(
            training: [:],
            flags: workshop.prepareDocuments("extractive-summarization", ["max_seq_length": "30"]),
            saying:
                "max_seq_length is 30, but the model has 24 positions; set it to 24 or less: longer documents are read "
                + "window by window")
    }

    @Test("an encoder that was never trained to summarize does not predict")
    func untrained() throws {
        let workshop = try Workshop()
        _ = try workshop.prepareDocuments("extractive-summarization")
        try workshop.expectRefusal(
            [
                "predict", "--task", "extractive-summarization", "--model_name_or_path",
                workshop.path + "/model",
                "--predict_file", workshop.path + "/documents.jsonl", "--output_file",
                workshop.path + "/o.jsonl",
            ],
            saying:
                "\(workshop.path)/model has no layers over sentences (missing: "
                + "extractor.layer.0.attention.self.qkv.weight, …): the model was never trained to summarize; run "
                + "`lockstep train` first and give its output_dir")
    }

    @Test("encoder and decoder must come together, for a task that has both, and not beside a whole model")
    func pairs() throws {
        let workshop = try Workshop()
        let flags = try workshop.prepareDocuments("summarization")
        let model = workshop.path + "/model"
        try workshop.expectRefusal(
            training: ["model_name_or_path": nil], flags: flags + ["--encoder_model_name_or_path", model],
            saying:
                "--encoder_model_name_or_path: encoder_model_name_or_path needs decoder_model_name_or_path beside it: "
                + "a new model is joined from both; for a model that has both, give model_name_or_path alone."
        )
        let both = ["--encoder_model_name_or_path", model, "--decoder_model_name_or_path", model]
        let recipe = try workshop.recipe(output: "run", [:])
        let outcome = try workshop.lockstep(["train", recipe] + flags + both)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("model_name_or_path names a whole model, and "), "\(outcome.errors)")
        try workshop.expectRefusal(
            training: ["model_name_or_path": nil], flags: both,
            saying:
                "--encoder_model_name_or_path: encoder_model_name_or_path is not read by task: text-classification, "
                + "the default; it belongs to summarization and image-captioning. Set task, or leave it out.")
        try workshop.expectRefusal(
            training: workshop.pair(), flags: flags + ["--lora_r", "4"],
            saying:
                "--lora_r: lora_r adapts one pretrained model, but this run joins two whose cross-attention is new; "
                + "train without lora_r first, and adapt the model that this gives.")
    }
}
