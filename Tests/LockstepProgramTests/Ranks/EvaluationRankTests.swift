// `lockstep evaluate` of every task: one document on any number of ranks, a rank without any row among them.

import Foundation
import JSON
import Models
import TestSupport
import Testing

/// A kind of evaluation, with a model and rows for it.
enum EvaluatedTask: String, CaseIterable, Sendable {
    case singleLabel, multiLabel, regression, maskedWords, nextWords, continuations, conversations, answers
    case chosenSentences, summaries, summaryLosses, captions, captionLosses, imageLabels

    var name: String {
        switch self {
        case .singleLabel, .multiLabel, .regression: "text-classification"
        case .maskedWords: "masked-lm"
        case .nextWords, .continuations: "causal-lm"
        case .conversations, .answers: "chat"
        case .chosenSentences: "extractive-summarization"
        case .summaries, .summaryLosses: "summarization"
        case .captions, .captionLosses: "image-captioning"
        case .imageLabels: "image-classification"
        }
    }

    /// Whether texts are written; nil where a task has no choice.
    private var writes: Bool? {
        switch self {
        case .continuations, .answers, .summaries, .captions: true
        case .nextWords, .conversations, .summaryLosses, .captionLosses: false
        default: nil
        }
    }

    /// A figure that must have an interval.
    var figure: String {
        switch self {
        case .singleLabel, .imageLabels: "f1"
        case .multiLabel: "f1_micro"
        case .regression: "mae"
        case .maskedWords, .nextWords, .conversations, .summaryLosses, .captionLosses: "perplexity"
        case .continuations, .answers, .captions: "bleu"
        case .chosenSentences, .summaries: "rougeL"
        }
    }

    /// Where a row has what people wrote.
    var referenceColumn: String {
        switch self {
        case .continuations: "completion"
        case .conversations, .answers: "messages"
        case .chosenSentences, .summaries, .summaryLosses: "summary"
        case .captions, .captionLosses: "caption"
        default: "label"
        }
    }

    /// Five rows of a toy data set.
    func rows() throws -> String {
        func labelled(_ label: (Int, ToyRow) -> String) -> String {
            ToyRow.rows(5, seed: 2).enumerated().map { index, row in
                #"{"text": "\#(row.text)", "label": \#(label(index, row))}"# + "\n"
            }.joined()
        }
        switch self {
        case .singleLabel: return labelled { "\"\($1.tone)\"" }
        case .multiLabel: return labelled { $1.balance == 0 ? "[]" : $0 > 2 ? #"["b", "a"]"# : #"["b"]"# }
        case .regression: return labelled { "\(Double($1.balance) / 4 + Double($0))" }
        case .maskedWords, .nextWords: return ToyRow.rows(5, seed: 2).jsonLines
        case .continuations:
            return ToyRow.rows(5, seed: 2).map { row in
                let words = row.text.split(separator: " ", maxSplits: 2)
                return #"{"prompt": "\#(words[0]) \#(words[1])", "completion": " \#(words[2])"}"# + "\n"
            }.joined()
        case .conversations, .answers: return ToyLanguageModel.conversations(5, seed: 2)
        case .chosenSentences, .summaries, .summaryLosses: return ToySummaries.lines(5, seed: 2)
        case .captions, .captionLosses, .imageLabels: return try ToyImages.rows("validation", 5)
        }
    }

    /// Trains a few steps into the folder `run`, and returns the flags of an evaluation of it.
    func train(_ workshop: Workshop) throws -> [String] {
        let file = try workshop.write(rows(), to: "rows.jsonl")
        var keys: KeyValuePairs<String, String?> = [:]
        var flags = ["--task", name, "--train_file", file]
        switch self {
        case .singleLabel: flags += ["--train_file", workshop.path + "/train.jsonl"]
        case .multiLabel: flags += ["--problem_type", "multi_label_classification"]
        case .regression: flags += ["--problem_type", "regression"]
        case .maskedWords: flags += ["--line_by_line", "true"]
        case .nextWords, .continuations:
            let texts = workshop.path + "/train.jsonl"
            flags = try workshop.prepareChat([
                "task": name, "train_file": texts, "validation_file": texts, "line_by_line": "true",
            ])
        case .conversations, .answers: flags = try workshop.prepareChat()
        case .chosenSentences, .summaries, .summaryLosses:
            flags = try workshop.prepareDocuments(name)
            if self != .chosenSentences { keys = workshop.pair() }
        case .captions, .captionLosses:
            flags = try workshop.prepareImages(
                task: name, start: "vit-gpt2",
                ["max_target_length": "16", "train_file": workshop.path + "/train.jsonl"])
        case .imageLabels: flags = try workshop.prepareImages(task: name, start: "vit")
        }
        try workshop.train("run", keys, flags: flags + ["--max_steps", "12", "--eval_strategy", "no"])
        var evaluation = [
            "--task", name, "--model_name_or_path", workshop.path + "/run", "--threads_per_rank", "1",
            "--seed", "7",
        ]
        if let writes {
            evaluation += ["--predict_with_generate", "\(writes)"]
            if writes { evaluation += ["--max_new_tokens", "6"] }
        }
        switch self {
        case .maskedWords, .nextWords: evaluation += ["--line_by_line", "true"]
        case .chosenSentences: evaluation += ["--max_seq_length", "24"]
        case .summaries, .summaryLosses: evaluation += ["--max_target_length", "20"]
        case .captions, .captionLosses: evaluation += ["--max_target_length", "16"]
        default: break
        }
        return evaluation
    }
}

@Suite(.serialized) struct EvaluationRankTests {
    /// The document without what depends on the clock, and the file of predictions, empty when there is none.
    private func results(
        _ workshop: Workshop, _ flags: [String], ranks: Int
    ) throws -> (document: JSONObject, predictions: String) {
        let folder = "evaluation"
        let document = try workshop.evaluation(
            flags + ["--output_dir", workshop.path + "/" + folder], ranks: ranks)
        let hasPredictions = try workshop.names(folder).contains("eval_predictions.jsonl")
        return (document, hasPredictions ? try workshop.text(folder + "/eval_predictions.jsonl") : "")
    }

    @Test(
        "1 to 4 ranks give the same bits for 5 rows in batches of 2 and for 2 rows: some ranks have no row",
        arguments: EvaluatedTask.allCases)
    func ranks(_ task: EvaluatedTask) throws {
        let workshop = try Workshop()
        let flags = try task.train(workshop)
        let rows = try task.rows().split(separator: "\n")
        for (count, batchRows, others) in [(5, 2, [2, 3, 4]), (2, 1, [3])] {
            let text = rows.prefix(count).joined(separator: "\n") + "\n"
            let file = [
                "--validation_file", try workshop.write(text, to: "v.jsonl"),
                "--per_device_eval_batch_size", "\(batchRows)",
            ]
            let alone = try results(workshop, flags + file, ranks: 0)
            #expect(alone.document["eval_samples"] == .integer(count))
            let low = try #require(alone.document["eval_\(task.figure)_low"]?.double)
            let high = try #require(alone.document["eval_\(task.figure)_high"]?.double)
            #expect(low <= high)
            if task.figure == "perplexity" { try expectWorstRows(alone.document, alone.predictions) }
            for ranks in others {
                let found = try results(workshop, flags + file, ranks: ranks)
                #expect(found.document == alone.document, "\(count) rows on \(ranks) ranks")
                #expect(found.predictions == alone.predictions, "\(count) rows on \(ranks) ranks")
            }
        }
    }

    /// The rows with targets, the highest mean loss first, with a text.
    private func expectWorstRows(_ document: JSONObject, _ predictions: String) throws {
        let rows = try predictions.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
            .filter { $0["targets"] != .integer(0) }
        let mistakes = try #require(document["mistakes"]?.array)
        let worst = rows.sorted { ($0["loss"]?.double ?? .nan) > ($1["loss"]?.double ?? .nan) }
        #expect(mistakes.map { $0["row"] } == worst.map { $0["row"] })
        #expect(mistakes.map { $0["loss"] } == worst.map { $0["loss"] })
        #expect(mistakes.allSatisfy { ($0["input"] ?? $0["reference"])?.string?.isEmpty == false })
    }

    @Test(
        "predict writes what a model generates beside all columns of the row, its reference among them",
        arguments: [
            EvaluatedTask.continuations, .answers, .chosenSentences, .summaries, .captions,
        ])
    func references(_ task: EvaluatedTask) throws {
        let workshop = try Workshop()
        var flags = try task.train(workshop)
        // `predict` writes texts without being asked to, so that it has no such flag.
        if let choice = flags.firstIndex(of: "--predict_with_generate") {
            flags.removeSubrange(choice...choice + 1)
        }
        let file = try workshop.write(task.rows(), to: "p.jsonl")
        let output = try workshop.succeed(
            ["predict", "--predict_file", file, "--output_file", "-"] + flags, ranks: 2
        ).output
        func rows(_ text: String) throws -> [JSONObject] {
            try text.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)).object ?? [:] }
        }
        let (read, written) = try (rows(task.rows()), rows(output))
        try #require(read.count == 5 && written.count == 5)
        for (row, line) in zip(read, written) {
            #expect(line["prediction"]?.string != nil)
            var rest = line
            for key in ["prediction", "score"] { rest.remove(key) }
            #expect(rest == row)
            #expect(row[task.referenceColumn] != nil)
        }
    }
}
