// `lockstep evaluate` without a model: predictions in one file against references in another.

import Foundation
import JSON
import Models
import TestSupport
import Testing

extension Workshop {
    /// Runs `evaluate` with JSON on standard output, and returns the document without what depends on the
    /// clock.
    func evaluation(_ flags: [String], ranks: Int = 0) throws -> JSONObject {
        let output = try succeed(["evaluate", "--json"] + flags, ranks: ranks).output
        var members = try JSONValue(parsing: Array(output.utf8)).object ?? [:]
        for name in ["eval_runtime", "eval_samples_per_second"] { members[name] = nil }
        return members
    }
}

@Suite(.serialized) struct PredictionFileTests {
    @Test("a job that is killed leaves the evaluation before as it was, and no file of half an evaluation")
    func interrupted() throws {
        let workshop = try Workshop()
        func write(rows: Int) throws -> [String] {
            let prediction = try workshop.write(
                String(repeating: "{\"prediction\": \"a b c d\"}\n", count: rows), to: "predictions.jsonl")
            let reference = try workshop.write(
                String(repeating: "{\"reference\": \"a b c e\"}\n", count: rows), to: "references.jsonl")
            return [
                "evaluate", "--task", "summarization", "--predictions_file", prediction,
                "--references_file", reference, "--output_dir", workshop.path + "/out",
            ]
        }
        try workshop.succeed(write(rows: 3))
        let names = try workshop.names("out")
        let before = try names.map { try workshop.bytes("out/" + $0) }
        let job = try LiveJob(workshop, ranks: 2, write(rows: 300_000))
        try job.wait(for: "rows are written") { try job.hasBytesInOpenFile(of: workshop.path + "/out") }
        #expect(try job.end(by: SIGINT) != 0)
        #expect(try workshop.names("out") == names)
        #expect(try names.map { try workshop.bytes("out/" + $0) } == before)
    }

    private let workshop: Workshop

    init() throws { workshop = try Workshop(trainRows: 3, validationRows: 3) }

    private func flags(_ predictions: String, _ references: String, task: String) throws -> [String] {
        let suffixes = (
            predictions.hasPrefix("{") ? "jsonl" : "txt", references.hasPrefix("{") ? "jsonl" : "txt"
        )
        return [
            "--task", task, "--predictions_file", try workshop.write(predictions, to: "p." + suffixes.0),
            "--references_file", try workshop.write(references, to: "r." + suffixes.1),
        ]
    }

    /// Two rows of one and of three words of input, with the same answer and reference.
    private func twoLengths(_ prediction: String, _ reference: String, task: String) throws -> [String] {
        try flags(
            ["one", "one two three"].map { #"{"input": "\#($0)", "prediction": "\#(prediction)"}"# + "\n" }
                .joined(),
            String(repeating: "{\"reference\": \"\(reference)\"}\n", count: 2), task: task)
    }

    @Test(
        "a figure of the worst rows has the unit of the figure of all rows",
        arguments: [
            ("chat", "chrf", "the cat sat", "the cat sits"),
            ("summarization", "chrf", "the cat sat", "the cat sits"),
            ("question-answering", "f1", "Paris in France", "Paris"),
        ])
    func units(task: String, name: String, prediction: String, reference: String) throws {
        let flags = try twoLengths(prediction, reference, task: task)
        let found = try workshop.evaluation(flags)
        let whole = try #require(found["eval_" + name]?.double)
        #expect(whole > 1 && whole < 100)
        let values = (found["mistakes"]?.array ?? []).compactMap { $0[name]?.double }
        #expect(values.count == 2 && values.allSatisfy { abs($0 - whole) < 1e-6 }, "\(values)")
    }

    /// Compares with figures of the reference programs.
    private func expect(
        _ document: JSONObject, _ figures: KeyValuePairs<String, Double>,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        for (name, value) in figures {
            let found = document["eval_" + name]?.double ?? .nan
            #expect(
                abs(found - value) <= 1e-9 * max(1, abs(value)), "\(name): \(found)",
                sourceLocation: sourceLocation)
        }
    }

    private func lines(_ rows: [[(String, String)]]) -> String {
        rows.map { row in "{" + row.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}\n" }.joined()
    }

    /// Predictions, their confidence, and labels.
    private var labelRows: (predictions: String, references: String) {
        let truths = ["a", "b", "b", "a", "b", "a", "b"]
        let predictions = ["a", "b", "a", "a", "b", "b", "b"]
        let scores = ["0.9", "0.8", "0.6", "0.55", "0.95", "0.7", "0.51"]
        return (
            lines(zip(predictions, scores).map { [("prediction", "\"\($0)\""), ("score", $1)] }),
            lines(truths.map { [("label", "\"\($0)\"")] })
        )
    }

    @Test("labels: figures equal scikit-learn 1.9.1's, and 1 to 4 ranks give the same document")
    func labels() throws {
        let (predictions, references) = labelRows
        let flags = try flags(predictions, references, task: "text-classification")
        let alone = try workshop.evaluation(flags)
        expect(alone, ["f1": 0.75, "roc_auc": 0.75, "brier_score": 0.19215714285714286, "accuracy": 5.0 / 7])
        #expect(alone["eval_samples"] == .integer(7) && alone["eval_loss"] == nil)
        #expect(
            alone["confusion_matrix"] == .array([[2, 1], [1, 3]].map { .array($0.map { .integer($0) }) }))
        let low = try #require(alone["eval_f1_low"]?.double)
        let high = try #require(alone["eval_f1_high"]?.double)
        #expect(low < 0.75 && high > 0.75 && low >= 0 && high <= 1)
        let mistakes = try #require(alone["mistakes"]?.array)
        #expect(mistakes.map { $0["row"]?.integer } == [5, 2] && mistakes[0]["score"]?.double == 0.7)
        for ranks in [1, 2, 3, 4] { #expect(try workshop.evaluation(flags, ranks: ranks) == alone) }
    }

    @Test(
        "texts: figures equal sacrebleu 2.6.0's and rouge_score 0.1.2's, and 1 to 4 ranks give the same document"
    )
    func texts() throws {
        let predictions = [
            "the cat sat on the mat .", "a dog runs in the park", "", "I like running fast, don't you?",
            "東京タワーに行きました！", #"the staff was kind\nand the room was bright"#,
        ]
        let references = [
            #""the cat is on the mat .""#, #"["a dog runs in the park", "dogs run in parks"]"#,
            #""nothing was written here""#, #""I liked to run fast, didn't you?""#, #""東京タワーへ行った。""#,
            #""the room was bright\nand the staff was very kind""#,
        ]
        let flags = try flags(
            lines(predictions.map { [("prediction", "\"\($0)\"")] }),
            lines(references.map { [("reference", $0)] }),
            task: "chat")
        let alone = try workshop.evaluation(flags)
        expect(
            alone,
            [
                "bleu": 41.17125848861222, "chrf": 58.35023238698803, "rouge1": 0.5967836257309941,
                "rouge2": 0.4612368024132731, "rougeL": 0.5266081871345029, "rougeLsum": 0.5967836257309941,
                "exact_match": 1.0 / 6,
            ])
        #expect(
            alone["signatures"]?["bleu"]?.string
                == "nrefs:var|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0")
        #expect(alone["mistakes"]?.array?.first?["row"]?.integer == 2)
        #expect(alone["eval_distinct_1"]?.double ?? 0 > 0.5 && alone["eval_distinct_1_low"] == nil)
        for ranks in 1...4 { #expect(try workshop.evaluation(flags, ranks: ranks) == alone) }
    }

    @Test("lines of text files are predictions and references")
    func textFiles() throws {
        let document = try workshop.evaluation(
            flags("good day\nbad day\n", "good day\nbad night\n", task: "causal-lm"))
        expect(document, ["exact_match": 0.5, "rouge1": 0.75])
    }

    @Test("another number of rows, unknown labels, missing columns: one sentence each")
    func mistakes() throws {
        let (predictions, references) = labelRows
        let short = predictions.split(separator: "\n").dropLast(2).joined(separator: "\n") + "\n"
        func refuse(
            _ predictions: String, _ references: String, ranks: Int = 0, extra: [String] = [],
            _ sentence: String
        )
            throws
        {
            let flags = try flags(predictions, references, task: "text-classification")
            try workshop.expectRefusal(["evaluate"] + flags + extra, ranks: ranks, saying: sentence)
        }
        let (p, r) = (workshop.path + "/p.jsonl", workshop.path + "/r.jsonl")
        let unequal = "each prediction needs the reference of the same row"
        try refuse(short, references, "\(p) has 5 predictions, but \(r) has 7 references: \(unequal)")
        try refuse(
            predictions + predictions, references, ranks: 2,
            "\(p) has 14 predictions, but \(r) has 7 references: \(unequal)")
        try refuse(
            predictions.replacing("\"b\", \"score\": 0.95", with: "\"c\", \"score\": 0.95"), references,
            "\(p):5: unknown label \"c\"; the known labels are \"a\", \"b\"")
        try refuse(
            predictions, references, extra: ["--labels", "a, x"],
            "\(p):2: unknown label \"b\"; the known labels are \"a\", \"x\"")
        try refuse(
            predictions.replacing("prediction", with: "answer"), references,
            "\(p):1: no column \"prediction\"; the row has \"answer\", \"score\". Set prediction_column to")
        try refuse(
            predictions, references, extra: ["--output_dir", r + "/below"],
            "output_dir \(r)/below cannot be created (Not a directory): choose another output_dir")
        let alone = try workshop.lockstep(["evaluate", "--predictions_file", p])
        #expect(alone.errors.contains("--predictions_file and --references_file belong together"))
    }
}
