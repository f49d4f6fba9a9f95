// `lockstep evaluate --compare`: whether two runs differ by more than chance, in words.

import Foundation
import JSON
import Models
import TestSupport
import Testing

@Suite(.serialized) struct ComparisonTests {
    private let workshop: Workshop

    init() throws { workshop = try Workshop(trainRows: 3, validationRows: 3) }

    /// 400 rows of two labels, of which every `period`-th is predicted wrongly, in `name`.jsonl;
    /// `labels.jsonl` holds the labels.
    private func write(_ name: String, period: Int, rows: Int = 400) throws -> [String] {
        var (predictions, references) = ("", "")
        for row in 0..<rows {
            let isPositive = row * 7 % 5 < 2
            let isRight = row % period != 0
            predictions +=
                "{\"prediction\": \"\(isPositive == isRight ? "yes" : "no")\", \"score\": 0.\(60 + row % 30)}\n"
            references += "{\"label\": \"\(isPositive ? "yes" : "no")\"}\n"
        }
        return [
            "--predictions_file", try workshop.write(predictions, to: name + ".jsonl"), "--references_file",
            try workshop.write(references, to: "labels-\(rows).jsonl"), "--output_dir",
            workshop.path + "/" + name,
        ]
    }

    @Test("a clear difference is more than chance and a small one may be chance; 1 and 3 ranks agree")
    func labels() throws {
        try workshop.succeed(["evaluate"] + write("weak", period: 4))
        let strong = try write("strong", period: 20)
        let compared = strong + ["--compare", workshop.path + "/weak"]
        let document = try workshop.evaluation(compared)
        let words = (document["comparison"]?["words"]?.array ?? []).compactMap(\.string)
        let other = workshop.path + "/weak"
        let accuracy = try #require(words.first { $0.hasPrefix("accuracy: ") })
        #expect(accuracy.hasPrefix("accuracy: this run is better than \(other) by 20.00 points ["))
        #expect(accuracy.hasSuffix("]; p ≤ 0.001: more than chance"), "\(accuracy)")
        let rows =
            "rows: this run alone is right on 80, the other run alone on 0; McNemar's test: p ≤ 0.001: "
        #expect(words.contains(rows + "more than chance"), "\(words)")
        #expect(try workshop.evaluation(compared, ranks: 3) == document)
        let page = try workshop.text("strong/report.html")
        #expect(page.contains("this run is better than") && page.contains("<h2>Samples</h2>"))
        // The other way round, and against nearly the same run.
        let weak = try workshop.evaluation(
            try write("weak", period: 4) + ["--compare", workshop.path + "/strong"])
        #expect("\(weak)".contains("accuracy: this run is worse than"))
        let similar = try workshop.succeed(
            ["evaluate"] + write("similar", period: 19) + ["--compare", workshop.path + "/strong"]
        ).output
        #expect(similar.contains("accuracy: this run is worse than") && similar.contains(": may be chance"))
        let same = try workshop.succeed(["evaluate"] + strong + ["--compare", workshop.path + "/strong"])
        #expect(same.output.contains("accuracy: both runs are equal"))
    }

    /// Evaluates predictions against references, both JSON values a row, into `name`; returns the flags.
    private func evaluate(
        _ name: String, task: String, _ flags: [String] = [], rows: [(prediction: String, reference: String)]
    ) throws -> [String] {
        let predictions = rows.map { #"{"prediction": \#($0.prediction)}"# + "\n" }.joined()
        let references = rows.map { #"{"reference": \#($0.reference)}"# + "\n" }.joined()
        let all =
            [
                "--task", task, "--predictions_file", try workshop.write(predictions, to: name + "-p.jsonl"),
                "--references_file", try workshop.write(references, to: name + "-r.jsonl"), "--output_dir",
                workshop.path + "/" + name,
            ] + flags
        try workshop.succeed(["evaluate"] + all)
        return all
    }

    /// What a comparison of the evaluation that `flags` make with the one in `other` says; the same on 1 and
    /// 3 ranks.
    private func words(_ flags: [String], against other: String) throws -> [String] {
        let compared = flags + ["--compare", workshop.path + "/" + other]
        let document = try workshop.evaluation(compared)
        #expect(try workshop.evaluation(compared, ranks: 3) == document)
        let printed = try workshop.succeed(["evaluate"] + compared).output
        let words = (document["comparison"]?["words"]?.array ?? []).compactMap(\.string)
        for sentence in words { #expect(printed.contains(sentence)) }
        return words
    }

    @Test(
        "texts: BLEU, chrF, ROUGE and exact matches are compared by a paired bootstrap, without McNemar's test"
    )
    func texts() throws {
        let references = (0..<60).map { "the \(["cat", "dog", "bird"][$0 % 3]) number \($0) sat on the mat" }
        func rows(_ wrong: (Int) -> Bool) -> [(prediction: String, reference: String)] {
            references.enumerated().map { index, text in
                (
                    "\"\(wrong(index) ? text.replacing("sat on the mat", with: "ran away") : text)\"",
                    "\"\(text)\""
                )
            }
        }
        let good = try evaluate("good", task: "chat", rows: rows { $0 % 20 == 0 })
        let poor = try evaluate("poor", task: "chat", rows: rows { $0 % 3 == 0 })
        let other = workshop.path + "/poor"
        let found = try words(good, against: "poor")
        #expect(
            found.map { String($0.prefix { $0 != ":" }) }
                == ["bleu", "chrf", "rouge1", "rouge2", "rougeL", "exact_match"], "\(found)")
        for sentence in found {
            #expect(sentence.contains(": this run is better than \(other) by "))
            #expect(sentence.hasSuffix("p ≤ 0.001: more than chance"), "\(sentence)")
        }
        // 20 and 3 of 60 rows are wrong.
        #expect(found.contains { $0.contains("exact_match") && $0.contains(" by 28.33 points [") })
        #expect(try words(poor, against: "good").allSatisfy { $0.contains(": this run is worse than ") })
        #expect(try words(good, against: "good").allSatisfy { $0.hasSuffix(": both runs are equal") })
    }

    @Test(
        "sets of labels: figures by a paired bootstrap, rows that are right in all labels by McNemar's test")
    func labelSets() throws {
        let flags = ["--labels", "a,b,c", "--problem_type", "multi_label_classification"]
        func rows(_ wrong: (Int) -> Bool) -> [(prediction: String, reference: String)] {
            (0..<90).map { row in
                let truth = [#"["a"]"#, #"["a", "b"]"#, "[]"][row % 3]
                return (wrong(row) ? #"["c"]"# : truth, truth)
            }
        }
        let task = "text-classification"
        let good = try evaluate("good", task: task, flags, rows: rows { $0 % 30 == 0 })
        _ = try evaluate("poor", task: task, flags, rows: rows { $0 % 3 == 1 })
        let found = try words(good, against: "poor")
        #expect(found.count == 3 && found[0].hasPrefix("accuracy: this run is better than "), "\(found)")
        #expect(found[1].hasPrefix("f1: this run is better than "))
        #expect(
            found[2].hasPrefix(
                "rows: this run alone is right on 30, the other run alone on 3; McNemar's test: p"))
    }

    @Test("numbers: errors and correlation are compared by a paired bootstrap")
    func numbers() throws {
        let flags = ["--problem_type", "regression"]
        func rows(noise: Double) -> [(prediction: String, reference: String)] {
            (0..<80).map { row in
                let truth = Double(row * 37 % 80) / 4
                let error = noise * Double(row * 29 % 17 - 8)
                return ("\(truth + error)", "\(truth)")
            }
        }
        let task = "text-classification"
        let good = try evaluate("good", task: task, flags, rows: rows(noise: 0.125))
        let poor = try evaluate("poor", task: task, flags, rows: rows(noise: 0.75))
        let found = try words(good, against: "poor")
        #expect(found.count == 3, "\(found)")
        for (sentence, figure) in zip(found, ["rmse", "mae", "pearson"]) {
            #expect(sentence.hasPrefix("\(figure): this run is better than "), "\(sentence)")
            #expect(sentence.hasSuffix("]; p ≤ 0.001: more than chance"), "\(sentence)")
        }
        let document = try workshop.evaluation(good + ["--compare", workshop.path + "/poor"])
        let difference = document["comparison"]?["differences"]?.array?[1]["difference"]?.double ?? .nan
        let errors = (0..<80).map { row in abs(row * 29 % 17 - 8) }
        let mean = Double(errors.reduce(0, +)) / 80
        #expect(abs(difference + 0.625 * mean) < 1e-6, "\(difference)")
        #expect(try words(poor, against: "good").allSatisfy { $0.contains(": this run is worse than ") })
        #expect(try words(poor, against: "poor").allSatisfy { $0.hasSuffix(": both runs are equal") })
    }

    @Test("language models without texts: the losses of rows are compared, and other tokens are refused")
    func losses() throws {
        let flags = try workshop.prepareChat(["learning_rate": "1e-2"])
        try workshop.train("run", flags: flags + ["--max_steps", "12", "--eval_strategy", "no"])
        func evaluation(_ model: String, to folder: String) -> [String] {
            [
                "--task", "chat", "--predict_with_generate", "false", "--model_name_or_path",
                workshop.path + "/" + model, "--validation_file", workshop.path + "/chat-validation.jsonl",
                "--output_dir", workshop.path + "/" + folder, "--threads_per_rank", "1",
            ]
        }
        try workshop.succeed(["evaluate"] + evaluation("llama", to: "base"), ranks: 2)
        let lines = try workshop.text("base/eval_predictions.jsonl").split(separator: "\n")
        #expect(lines.count == 21 && lines[20].hasPrefix(#"{"row": 20, "loss": "#))
        let tuned = evaluation("run", to: "tuned")
        let found = try words(tuned, against: "base")
        let other = workshop.path + "/base"
        for (sentence, figure) in zip(found, ["loss", "perplexity", "accuracy"]) {
            #expect(sentence.hasPrefix("\(figure): this run is better than \(other) by "), "\(sentence)")
            #expect(sentence.hasSuffix("p ≤ 0.001: more than chance"), "\(sentence)")
        }
        #expect(found.count == 3)
        #expect(try words(tuned, against: "tuned").allSatisfy { $0.hasSuffix(": both runs are equal") })
        let short = lines.enumerated().map {
            $0 == 4 ? $1.replacing("\"targets\": ", with: "\"targets\": 9") : $1
        }
        try workshop.write(short.joined(separator: "\n") + "\n", to: "base/eval_predictions.jsonl")
        let outcome = try workshop.lockstep(["evaluate"] + tuned + ["--compare", workshop.path + "/base"])
        #expect(outcome.status == 1)
        #expect(
            outcome.errors.contains("error: \(other)/eval_predictions.jsonl:5: its loss is over 9"),
            "\(outcome.errors)")
        #expect(
            outcome.errors.contains("both runs must be evaluated on the same rows, cut into the same tokens"))
        try workshop.write(lines.dropLast().joined(separator: "\n") + "\n", to: "base/eval_predictions.jsonl")
        let fewer = try workshop.lockstep(["evaluate"] + tuned + ["--compare", other], ranks: 2)
        #expect(
            fewer.status == 1
                && fewer.errors.contains("eval_predictions.jsonl has 20 rows, this evaluation 21"),
            "\(fewer.errors)")
    }

    @Test("runs over other rows, and folders without predictions, are refused in a sentence")
    func mistakes() throws {
        try workshop.succeed(["evaluate"] + write("one", period: 4))
        let fewer = try write("two", period: 4, rows: 390)
        try workshop.expectRefusal(
            ["evaluate"] + fewer + ["--compare", workshop.path + "/one"], ranks: 2,
            saying:
                "\(workshop.path)/one/eval_predictions.jsonl has 400 rows, this evaluation 390: both runs must be"
        )
        let text = try workshop.text("one/eval_predictions.jsonl")
        let third = text.split(separator: "\n")[3]
        let flipped = third.replacing(/"reference": "(yes|no)"/, with: "\"reference\": \"perhaps\"")
        try workshop.write(
            text.replacing(third, with: flipped), to: "one/eval_predictions.jsonl")
        let same = try write("three", period: 4)
        try workshop.expectRefusal(
            ["evaluate"] + same + ["--compare", workshop.path + "/one"],
            saying:
                "\(workshop.path)/one/eval_predictions.jsonl:4: its reference is \"perhaps\", but row 3 of this "
                + "evaluation has ")
        try workshop.expectRefusal(
            ["evaluate"] + same + ["--compare", workshop.path + "/model"],
            saying: "\(workshop.path)/model has no eval_predictions.jsonl to compare with")
    }
}
